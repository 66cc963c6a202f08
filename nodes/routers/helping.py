"""An answer to what helping asked for: what comes back, why, what a ticket is about."""

from collections.abc import Callable, Sequence
from typing import Final

from nodes.lanes.consent import consent
from nodes.lanes.helping.followed import adds, asks_for_label, asks_how_return_goes, asks_where_to_send
from nodes.lanes.helping.numbers import PRINTED, order_in
from nodes.lanes.helping.reaching import ASKED_REACH, is_reach
from nodes.lanes.helping.return_rules import ASKED_LINES, ASKED_REASON
from nodes.lanes.helping.terms import reason_in
from nodes.lanes.helping.ticket_steps import ASKED_MORE
from nodes.lanes.helping.tickets import ASKED_PROBLEM
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.shopping.corrections import gets_it, names_an_order
from nodes.lanes.shopping.details import sent_to
from nodes.lanes.shopping.order_follow_ups import asks_of_order
from nodes.lanes.shopping.orders import ADDRESS
from nodes.lanes.shopping.reading import asks
from nodes.routers.evidence import PLAIN, Evidence
from nodes.routers.following import is_polite
from nodes.routers.on_ticket import WANTED, Wanted, follows_up, names_one, wanted_of
from nodes.routers.persons import wishes_person
from nodes.routers.phrases import phrase
from prompts.tenant import Tenant
from state.decision import Stage
from state.desk import case_number

_CONFIDENCE: Final = 0.98
_UNNUMBERED: Final = 0.93
"""Share right of the examples, scored as if they weren't, that name a ticket without its number."""
_LEAST: Final = 0.01
"""Probability of the intents about tickets below which a "case" or a "report" is another."""
_OUTSIDE: Final = 0.2
"""Probability of being none of the shop's business from which a case is somebody else's: an insurer's, a court's."""
_BESIDE_A_NUMBER: Final = 7
"""Characters beside the number of an order or a ticket: "es el", "it's", a full stop."""
_FEW: Final = 8
_LATELY: Final = 3
_TOLD: Final = 3
_LEAVES: Final = 0.6
"""Probability of asking for a person from which the text is taken for that."""


def helped(evidence: Evidence) -> Stage | None:
    """Return the support lane for an answer to its question, and for what names a ticket or a return."""
    text, awaiting = evidence.turn.text, evidence.request.awaiting
    if named := _named(evidence):
        return named
    if numbered := _numbered(evidence):
        return numbered
    if followed := _followed(evidence):
        return followed
    fits = _FORMS.get(awaiting or "")
    if fits is None or not text or "?" in text or not fits(text) or evidence.lanes["handoff"] >= _LEAVES:
        return None
    if awaiting == ASKED_LINES and _is_plainly_another(evidence):
        return None
    last = evidence.last_intent
    return _fired(f"{awaiting} was asked for, and this answers it", last.name if last else None)


def _is_plainly_another(evidence: Evidence) -> bool:
    """Tell whether a text that names no product is surely about something else than what comes back."""
    name, share = next(iter(evidence.alone.intents.items()))
    intent = evidence.tenant.intent(name)
    about = intent is None or intent.lane == "support" or is_polite(intent) or consent(evidence.turn.text) is not None
    sure = share * (1.0 - evidence.alone.out_of_scope) >= PLAIN
    return not about and sure and not Knowledge.of(evidence.tenant).named(evidence.turn.text, evidence.turn.locale)


def _named(evidence: Evidence) -> Stage | None:
    """Return what is wanted of a ticket or a return that the text names, unless a person is wanted for it."""
    text = evidence.turn.text
    ticket, given_back = case_number(text, "ticket"), case_number(text, "return")
    if wishes_person(text, evidence.turn.locale):
        return None
    if ticket is not None:
        wanted = wanted_of(text) or ("ticket_status" if _is_alone(ticket, evidence) else None)
        return _fired(f"it names {ticket}", _of_ticket(evidence, wanted))
    if given_back is not None:
        return _fired(f"it names {given_back}", _by_itself(evidence))
    wanted = wanted_of(text) if names_one(text) else None
    if wanted is None or _is_elsewhere(evidence):
        return None
    return _fired("it names the ticket there is", _doing(evidence.tenant, wanted), _UNNUMBERED)


def _numbered(evidence: Evidence) -> Stage | None:
    """Return what an order's number and hardly a word beside is for: what was spoken of, or where the order is."""
    text, last = evidence.turn.text, evidence.last_intent
    number = PRINTED.search(text)
    if number is None or evidence.request.awaiting is not None or len(text) - len(number[1]) > _BESIDE_A_NUMBER:
        return None
    if "?" in text and last is not None:
        return None
    spoken = last.name if last and last.lane == "support" else _doing(evidence.tenant, "order_status")
    return _fired(f"it is the number {number[1]} and no more", spoken) if spoken else None


def _is_elsewhere(evidence: Evidence) -> bool:
    """Tell whether the examples hold a "case" for another than a ticket, or for one that a person is called for."""
    about, outside = _share(evidence, WANTED), evidence.alone.out_of_scope
    return about < max(_LEAST, _share(evidence, ["talk_to_person"])) or outside >= _OUTSIDE


def _is_alone(ticket: str, evidence: Evidence) -> bool:
    """Tell whether a conversation begins with the ticket's number and hardly a word beside."""
    return evidence.last_intent is None and len(evidence.turn.text) - len(ticket) <= _BESIDE_A_NUMBER


def _of_ticket(evidence: Evidence, wanted: Wanted | None) -> str | None:
    """Return the intent of what is wanted; where the words leave it open the likeliest that is about a ticket."""
    likeliest = max(WANTED, key=lambda action: _share(evidence, [action]))
    return _doing(evidence.tenant, wanted or likeliest) or _by_itself(evidence)


def _share(evidence: Evidence, actions: Sequence[str]) -> float:
    names = {_doing(evidence.tenant, action) for action in actions}
    inside = 1.0 - evidence.alone.out_of_scope
    return sum(share for name, share in evidence.alone.intents.items() if name in names) * inside


def _after_ticket(evidence: Evidence) -> Stage | None:
    """Return what a few words want of the ticket that the last reply spoke of."""
    before, last = evidence.request.turns[-2:-1], evidence.last_intent
    spoken = bool(before) and case_number(before[0].reply or "", "ticket") is not None
    if evidence.request.awaiting is not None or not spoken or last is None or last.lane != "support":
        return None
    if wishes_person(evidence.turn.text, evidence.turn.locale):
        return None
    wanted = follows_up(evidence.turn.text)
    if wanted is None or (wanted == "close_ticket" and last.answer.action == "open_ticket"):
        return None
    return _fired("it follows up the ticket that was spoken of", _doing(evidence.tenant, wanted), _UNNUMBERED)


def _followed(evidence: Evidence) -> Stage | None:
    """Return the support lane for a few words that follow up what was just said of a return, a ticket, an order."""
    text, last, tenant = evidence.turn.text, evidence.last_intent, evidence.tenant
    replies = " ".join(turn.reply or "" for turn in evidence.request.turns[-1 - _LATELY : -1])
    sent_back = asks_where_to_send(text) and (case_number(replies, "return") or asks_for_label(text))
    if asks_how_return_goes(text) or sent_back:
        return _fired("it asks how a return goes", _doing(tenant, "return_item"))
    if evidence.request.awaiting is None and adds(text) and case_number(replies, "ticket"):
        return _fired("it adds to the ticket that was spoken of", _doing(tenant, "add_to_ticket"))
    if stage := _after_ticket(evidence):
        return stage
    told = evidence.request.turns[-2].reply or "" if len(evidence.request.turns) > 1 else ""
    shown = (last is not None and last.answer.action in {"order_status", "order_change"}) or names_an_order(told)
    beside = evidence.request.awaiting in {None, ADDRESS} and shown
    if beside and (sent_to(text) or (gets_it(text) and not asks(text) and not evidence.request.cart_open)):
        return _fired("the order that was shown is to go elsewhere", _doing(tenant, "order_change"))
    if beside and asks_of_order(text) and not order_in(text):
        return _fired("it is about the order that was shown", _doing(tenant, "order_status"))
    return None


def _doing(tenant: Tenant, action: str) -> str | None:
    intent = tenant.doing(action)
    return intent.name if intent else None


def _by_itself(evidence: Evidence) -> str | None:
    """Return what a text is about that says which ticket or return it means, whatever was spoken of before."""
    mine = {intent.name for intent in evidence.tenant.intents if intent.lane == "support"}
    return next((name for name in evidence.alone.intents if name in mine), None)


def _words(text: str) -> int:
    return len(phrase(text).split())


_FORMS: Final[dict[str, Callable[[str], bool]]] = {
    ASKED_LINES: lambda text: _words(text) <= _FEW,
    ASKED_REASON: lambda text: reason_in(text) is not None,
    ASKED_PROBLEM: lambda text: _words(text) >= _TOLD,
    ASKED_MORE: lambda text: _words(text) >= _TOLD,
    ASKED_REACH: is_reach,
}
"""By what is awaited, whether a text has the form of an answer."""


def _fired(reason: str, intent: str | None, confidence: float = _CONFIDENCE) -> Stage:
    return Stage("rules", True, reason, "support", intent, confidence)
