"""An answer to what helping asked for: what comes back, why, what a ticket is about."""

from collections.abc import Callable
from typing import Final

from nodes.lanes.helping.followed import adds, asks_how_return_goes, asks_where_to_send
from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.return_steps import ASKED_LINES, ASKED_REASON
from nodes.lanes.helping.terms import reason_in
from nodes.lanes.helping.ticket_steps import ASKED_MORE, ASKED_PROBLEM
from nodes.lanes.shopping.order_follow_ups import asks_of_order
from nodes.routers.evidence import Evidence
from nodes.routers.phrases import phrase
from prompts.tenant import Tenant
from state.decision import Stage
from state.desk import case_number

_CONFIDENCE: Final = 0.98
_FEW: Final = 8
_LATELY: Final = 3
_TOLD: Final = 3
_LEAVES: Final = 0.6
"""Probability of asking for a person from which the text is taken for that."""


def helped(evidence: Evidence) -> Stage | None:
    """Return the support lane for an answer to its question, and for what names a ticket or a return."""
    text, awaiting = evidence.turn.text, evidence.request.awaiting
    number = case_number(text, "ticket") or case_number(text, "return")
    if number is not None:
        return _fired(f"it names {number}", _by_itself(evidence))
    if followed := _followed(evidence):
        return followed
    fits = _FORMS.get(awaiting or "")
    if fits is None or not text or "?" in text or not fits(text) or evidence.lanes["handoff"] >= _LEAVES:
        return None
    last = evidence.last_intent
    return _fired(f"{awaiting} was asked for, and this answers it", last.name if last else None)


def _followed(evidence: Evidence) -> Stage | None:
    """Return the support lane for a few words that follow up what was just said of a return, a ticket, an order."""
    text, last, tenant = evidence.turn.text, evidence.last_intent, evidence.tenant
    replies = " ".join(turn.reply or "" for turn in evidence.request.turns[-1 - _LATELY : -1])
    if asks_how_return_goes(text) or (asks_where_to_send(text) and case_number(replies, "return")):
        return _fired("it asks how a return goes", _doing(tenant, "return_item"))
    if evidence.request.awaiting is None and adds(text) and case_number(replies, "ticket"):
        return _fired("it adds to the ticket that was spoken of", _doing(tenant, "add_to_ticket"))
    shown = last is not None and last.answer.action in {"order_status", "order_change"}
    if evidence.request.awaiting is None and shown and asks_of_order(text) and not order_in(text):
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
}
"""By what is awaited, whether a text has the form of an answer."""


def _fired(reason: str, intent: str | None) -> Stage:
    return Stage("rules", True, reason, "support", intent, _CONFIDENCE)
