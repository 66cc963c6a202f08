"""Rules: what needs no weighing. A tapped choice, an open handoff, decisive words, a part that speaks for itself."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from nodes.lanes.consent import CONFIRMATION, NO, YES, consent
from nodes.routers.awaited import awaited
from nodes.routers.buying import bought
from nodes.routers.calling import called, endangered, insulted, introduced, meanwhile, unasked, wished
from nodes.routers.catalogue import basket, in_another_language, looked_for, nothing_to_empty, put_in, shopping_list
from nodes.routers.dated import next_day
from nodes.routers.evidence import Evidence
from nodes.routers.helping import helped
from nodes.routers.persons import asks_who_answers
from nodes.routers.phrases import holds, phrase
from nodes.routers.priced import priced
from nodes.routers.senseless import senseless
from nodes.shop.ownership import email_in, phone_in
from prompts.tenant import Intent, Tenant
from state.decision import LANES, Lane, Stage
from state.turn import DeskPart, LocationPart, OrderPart, ReactionPart, ReferralPart, ReplyPart, TextPart

WORDS_CONFIDENCE: Final = 0.97
"""Of decisive words: they decide, but a sentence can hold them and mean something else."""

LEAVING: Final = 0.6
"""Probability of an intent that ends the handoff from which a text without its words ends it too. Leaving a person's
queue by mistake costs the customer more than staying in it by mistake."""

ELSEWHERE: Final = 0.6
"""Probability of another business than buying from which even a product's page doesn't decide."""

_BESIDE_A_DETAIL: Final = 8
"""Characters beside an e-mail address or a phone number: "it's", "soy", a full stop."""

_FEWER: Final = re.compile(
    r"(?:(?:no|si|yes|yeah) )?(?:solo|solamente|only|just) (?:un[oa]|dos|tres|one|two|three|\d+)"
    r"(?: (?:de ell[oa]s|of them))?$"
)
"""Of what is asked about: "no, solo una"."""

SELLING: Final = frozenset({"product", "more", "cart", "checkout"})
"""What the ids of choices begin with that are about buying."""

Rule = Callable[[Evidence], Stage | None]


class Rules:
    """The first stage; it fires at the first rule that applies."""

    def __init__(self, tenant: Tenant) -> None:
        self._phrases = list(decisive(tenant))
        self._rules: list[Rule] = [
            _from_desk,
            self._handoff,
            _tapped,
            endangered,
            called,
            insulted,
            _agreed,
            helped,
            bought,
            awaited,
            introduced,
            unasked,
            next_day,
            _detail,
            _part,
            senseless,
            wished,
            self._words,
            priced,
            nothing_to_empty,
            shopping_list,
            put_in,
            basket,
            looked_for,
            in_another_language,
            _asked_about,
        ]

    def __call__(self, evidence: Evidence) -> Stage:
        """Return what the rules say."""
        for rule in self._rules:
            if said := rule(evidence):
                return said
        return Stage("rules", fired=False, reason="no decisive word, choice or attachment")

    def _handoff(self, evidence: Evidence) -> Stage | None:
        if not evidence.request.handoff_open:
            return None
        ending = self._ending(evidence)
        if ending is None:
            wished = evidence.tenant.doing("talk_to_person")
            kept = _fired("a person has the conversation", "handoff", wished.name if wished else None)
            return endangered(evidence) or meanwhile(evidence) or kept
        return _fired("the customer asks to leave the handoff", ending.lane, ending.name)

    def _ending(self, evidence: Evidence) -> Intent | None:
        for part in evidence.turn.parts:
            if isinstance(part, ReplyPart):
                intent = _named(evidence, part.id)
                return intent if intent and _ends_handoff(intent) else None
        said = [intent for _, intent in self._said(evidence) if _ends_handoff(intent)]
        if said or not evidence.turn.text:
            return said[0] if said else None
        name, share = next(iter(evidence.scores.intents.items()))
        intent = evidence.tenant.intent(name)
        inside = share * (1.0 - evidence.scores.out_of_scope)
        return intent if intent and _ends_handoff(intent) and inside >= LEAVING else None

    def _words(self, evidence: Evidence) -> Stage | None:
        whole = phrase(evidence.turn.text)
        said = [
            (words, intent) for words, intent in self._said(evidence) if not _ends_handoff(intent) or words == whole
        ]
        if asks_who_answers(evidence.turn.text, evidence.turn.locale):
            said = [(words, intent) for words, intent in said if intent.lane != "handoff"]
        if not said:
            return None
        order = list(evidence.scores.intents)
        rank = {name: place for place, name in enumerate(order)}
        words, intent = min(
            said, key=lambda found: (found[1].lane != "handoff", rank.get(found[1].name, len(order)), -len(found[0]))
        )
        return _fired(f"the message says {words!r}", intent.lane, intent.name, WORDS_CONFIDENCE)

    def _said(self, evidence: Evidence) -> list[tuple[str, Intent]]:
        text = phrase(evidence.turn.text)
        return [(words, intent) for words, intent in self._phrases if holds(text, words)]


def decisive(tenant: Tenant) -> Iterator[tuple[str, Intent]]:
    """Yield the words that decide, as `phrase` has them, each with its intent."""
    for intent in tenant.intents:
        for some in intent.words.values():
            yield from ((words, intent) for one in some if (words := phrase(one)))


def _from_desk(evidence: Evidence) -> Stage | None:
    if any(isinstance(part, DeskPart) for part in evidence.turn.parts):
        return _fired("a person of the shop writes", "handoff")
    return None


def _tapped(evidence: Evidence) -> Stage | None:
    """A choice's id says what it stands for.

    `intent:<name>`, `action:<what an intent does>`, `lane:<name>`, `product:<sku>`, or a yes or no with its lane.
    """
    for part in evidence.turn.parts:
        if not isinstance(part, ReplyPart):
            continue
        kind, _, name = part.id.partition(":")
        if intent := _named(evidence, part.id):
            return _fired(f"the choice {part.id!r} was tapped", intent.lane, intent.name)
        if kind in {YES, NO}:
            kind, name = "lane", name.partition(":")[0]
        if kind == "lane" and name in LANES:
            return _fired(f"the choice {part.id!r} was tapped", name)
        if kind == "order":
            return _fired(f"the choice {part.id!r} was tapped", "support", _last_of(evidence, "support"))
        if kind in SELLING:
            return _fired(f"the choice {part.id!r} was tapped", "commerce", _last_of(evidence, "commerce"))
    return None


def _agreed(evidence: Evidence) -> Stage | None:
    """A plain yes or no to a question that waits for one stays where it was asked, and so does "no, only one"."""
    lane, text = evidence.request.current_lane, evidence.turn.text
    if evidence.request.awaiting != CONFIRMATION or lane is None:
        return None
    if consent(text) is None and not _FEWER.match(phrase(text)):
        return None
    return _fired("the customer answers the question", lane, _last_of(evidence, lane))


def _detail(evidence: Evidence) -> Stage | None:
    """An e-mail address or a phone number alone answers who asked for it, though nothing says that anybody did."""
    text, current = evidence.turn.text, evidence.request.current_lane
    given = email_in(text) or phone_in(text)
    if not given or evidence.request.awaiting or len(text) - len(given) > _BESIDE_A_DETAIL:
        return None
    lane: Lane = current if current in {"commerce", "support"} else "support"
    return _fired("it is how somebody is reached, and no more", lane, _last_of(evidence, lane))


def _asked_about(evidence: Evidence) -> Stage | None:
    """What is written from a product's page in the channel's catalogue is about it, unless it says otherwise."""
    skus = {product.sku for product in evidence.tenant.products}
    refs = [part.ref for part in evidence.turn.parts if isinstance(part, ReferralPart) and part.source == "product"]
    if not skus.intersection(refs) or max(evidence.lanes["support"], evidence.lanes["handoff"]) >= ELSEWHERE:
        return None
    intent, _ = evidence.likeliest("commerce")
    return _fired(f"it was written from the page of {refs[0]!r}", "commerce", intent.name if intent else None)


def _named(evidence: Evidence, choice: str) -> Intent | None:
    kind, _, name = choice.partition(":")
    if kind == "action":
        return evidence.tenant.doing(name)
    return evidence.tenant.intent(name) if kind == "intent" else None


def _part(evidence: Evidence) -> Stage | None:
    """A cart or a place names its lane; what has no words stays where the conversation is."""
    kinds = [type(part) for part in evidence.turn.parts]
    if OrderPart in kinds:
        return _fired("a cart was sent", "commerce")
    if LocationPart in kinds and TextPart not in kinds:
        return _fired("a place was sent", "info")
    if (ReactionPart in kinds and TextPart not in kinds) or not phrase(evidence.turn.text):
        return _stays(evidence)
    return None


def _stays(evidence: Evidence) -> Stage:
    """Stay; but not in the handoff lane, which would call a person once more."""
    current = evidence.request.current_lane
    lane = current if current and current != "handoff" else "info"
    kind = evidence.turn.parts[-1].kind if evidence.turn.parts else "message"
    return _fired(f"a {kind} without words stays in {lane}", lane, _last_of(evidence, lane))


def _last_of(evidence: Evidence, lane: Lane) -> str | None:
    last = evidence.last_intent
    return last.name if last and last.lane == lane else None


def _ends_handoff(intent: Intent) -> bool:
    return intent.answer.action == "end_handoff"


def _fired(reason: str, lane: Lane, intent: str | None = None, confidence: float = 1.0) -> Stage:
    return Stage("rules", fired=True, reason=reason, lane=lane, intent=intent, confidence=confidence)
