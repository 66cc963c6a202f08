"""People: a wish for one goes before whatever is awaited, and what the assistant may still answer until one comes."""

import re
from typing import Final

from nodes.lanes.consent import consent
from nodes.lanes.helping.danger import in_danger
from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.scolded import scolds
from nodes.lanes.matching import fold
from nodes.lanes.shopping import orders
from nodes.lanes.shopping.form_questions import BUYER
from nodes.lanes.shopping.naming import surely_named, without_introduction
from nodes.routers.evidence import Evidence
from nodes.routers.persons import wishes_person
from nodes.routers.phrases import holds, phrase
from nodes.shop.ownership import email_in, phone_in
from prompts.tenant import Intent
from state.decision import Stage
from state.turn import ReplyPart

_PLAINLY: Final = 0.8
"""Probability of a wish for a person from which it goes before an answer to what is awaited."""
_SURELY: Final = 0.6
"""Probability of a question from which the assistant answers it although a person was asked for."""
_SAID_SO: Final = 0.95
"""Share right of the examples, scored as if they weren't, that ask for a person by `persons` and reach `_LEAST`."""
_LEAST: Final = 0.01
"""Probability of a wish for a person below which words that ask for one mean something else: "call me a taxi"."""
_ANSWERED: Final = frozenset({"hours", "contact", "order_status"})
"""What intents do that the assistant answers surely while nobody has the conversation."""
_ASKS: Final = re.compile(
    r"[?¿]|\b(donde|cuando|como|cual|cuanto|a que hora|que (?:hora|dia)|where|when|what|how|which)\b"
)
_HELLOS: Final = frozenset("hola, hola buenas, buenas, buenos días, buenas tardes, hello, hi, hey".split(", "))
_OFFERED: Final = "action:open_ticket"


def endangered(evidence: Evidence) -> Stage | None:
    """Send whoever is hurt, or whose kitchen burns, to a person at once."""
    if not in_danger(evidence.turn.text):
        return None
    called = evidence.tenant.doing("talk_to_person")
    return Stage("rules", True, "somebody is in danger", "handoff", called.name if called else None, 1.0)


def called(evidence: Evidence) -> Stage | None:
    """Open a handoff for whoever asks for a person in the middle of something."""
    text, wished = evidence.turn.text, evidence.tenant.doing("talk_to_person")
    if evidence.request.awaiting is None or wished is None or not text or consent(text) is not None:
        return None
    if evidence.request.awaiting == BUYER and phone_in(text):
        return None
    said = phrase(text)
    plainly = any(holds(said, phrase(one)) for some in wished.words.values() for one in some) or _says_so(evidence)
    if not plainly:
        detail = email_in(text) or phone_in(text) or any(map(str.isdigit, text))
        share = evidence.alone.intents.get(wished.name, 0.0) * (1.0 - evidence.alone.out_of_scope)
        plainly = not detail and share >= _PLAINLY
    return Stage("rules", True, "a person is asked for", "handoff", wished.name, _PLAINLY) if plainly else None


def wished(evidence: Evidence) -> Stage | None:
    """Open a handoff for whoever asks for a person in words of their own."""
    if not _says_so(evidence):
        return None
    intent = evidence.tenant.doing("talk_to_person")
    return Stage("rules", True, "it asks for a person", "handoff", intent.name if intent else None, _SAID_SO)


def _says_so(evidence: Evidence) -> bool:
    intent, turn = evidence.tenant.doing("talk_to_person"), evidence.turn
    if intent is None or not wishes_person(turn.text, turn.locale):
        return False
    return evidence.alone.intents.get(intent.name, 0.0) * (1.0 - evidence.alone.out_of_scope) >= _LEAST


def introduced(evidence: Evidence) -> Stage | None:
    """Greet whoever says their name and nothing else while nothing was asked."""
    rest = without_introduction(evidence.turn.text)
    greeting = next((one for one in evidence.tenant.intents if one.answer.text == "greeting"), None)
    if rest is None or greeting is None or evidence.request.awaiting is not None:
        return None
    if rest and rest.casefold() not in _HELLOS:
        return None
    likeliest = next(iter(evidence.alone.intents))
    if not (surely_named(evidence.turn.text) or evidence.is_a_wish_by_name or likeliest == greeting.name):
        return None
    return Stage("rules", True, "somebody says their name", greeting.lane, greeting.name, _PLAINLY)


def unasked(evidence: Evidence) -> Stage | None:
    """Take a bare yes for the ticket that was offered last; where nothing was asked, ask what is wanted."""
    said, turns, tenant = consent(evidence.turn.text), evidence.request.turns, evidence.tenant
    if said is None or evidence.request.awaiting is not None:
        return None
    before = tenant.intent(turns[-2].intent) if len(turns) > 1 else None
    ticket = tenant.doing("open_ticket")
    if said == "yes" and ticket and before and before.answer.errand:
        return Stage("rules", True, "the ticket that was offered is wanted", "support", ticket.name, _PLAINLY)
    greeting = next((one for one in tenant.intents if one.answer.text == "greeting"), None)
    settled = len(turns) > 1 and not evidence.request.cart_open and "?" not in (turns[-2].reply or "?")
    if greeting is None or (len(turns) > 1 and before != greeting and not settled):
        return None
    return Stage("rules", True, "it agrees to nothing that was asked", greeting.lane, greeting.name, _PLAINLY)


def insulted(evidence: Evidence) -> Stage | None:
    """Calm down whoever scolds in the middle of buying: it is no answer to what was asked, which stays open."""
    if not scolds(evidence.turn.text, evidence.request.awaiting):
        return None
    complaint = next((one for one in evidence.tenant.intents if one.answer.page == "complaints"), None)
    name = complaint.name if complaint else None
    return Stage("rules", True, "somebody has had enough", "support", name, _PLAINLY)


def _is_answered(intent: Intent) -> bool:
    """Tell whether the assistant answers it though a person was asked for: what a page of the shop says, too."""
    page = intent.lane == "info" and intent.answer.page is not None and not intent.answer.errand
    return page or intent.answer.action in _ANSWERED


def meanwhile(evidence: Evidence) -> Stage | None:
    """Return the lane of what can be answered surely while nobody has taken the conversation yet."""
    request, turn = evidence.request, evidence.turn
    if not request.handoff_waiting:
        return None
    ticket = evidence.tenant.doing("open_ticket")
    if ticket and any(isinstance(part, ReplyPart) and part.id == _OFFERED for part in turn.parts):
        return Stage("rules", True, "a ticket is wanted while nobody comes", "support", ticket.name, 1.0)
    if not turn.text:
        return None
    if request.awaiting in {orders.NUMBER, orders.PROOF} and (order_in(turn.text, asked=True) or email_in(turn.text)):
        status = evidence.tenant.doing("order_status")
        return Stage(
            "rules", True, f"{request.awaiting} was asked for", "support", status.name if status else None, 1.0
        )
    name, share = next(iter(evidence.alone.intents.items()))
    intent, sure = evidence.tenant.intent(name), share * (1.0 - evidence.alone.out_of_scope)
    if intent is None or not _ASKS.search(fold(turn.text)) or not _is_answered(intent) or sure < _SURELY:
        return None
    return Stage("rules", True, "nobody has come yet, and this is sure", intent.lane, intent.name, sure)
