"""Several orders in one message: what is asked of each, in the words beside its own number."""

import re
from dataclasses import replace
from typing import Final, cast

from nodes.lanes.helping.numbers import PRINTED
from nodes.lanes.matching import fold
from prompts.tenant import Tenant
from state.conversation import Conversation
from state.decision import AlsoAsked

_AND: Final = r"(?:y|e|and|pero|but|tambi[eé]n|also|adem[aá]s|plus)\s"
_BORDER: Final = re.compile(rf"[?!;]+|(?:\.\s|,\s|\s(?={_AND}))\s*(?:{_AND})*", re.IGNORECASE)
_DOES: Final = (
    ("return_item", re.compile(r"\b(devol\w*|devuelv\w*|return\w*|refund|send(?:ing)? .{0,30}\bback)\b")),
    (
        "order_status",
        re.compile(
            r"\b(como (?:va|esta)|donde (?:esta|anda|va)|por donde va|cuando (?:llega|viene|sale)|seguimiento|estado|"
            r"where(?: is| ?'?s)?|how(?: is| ?'?s)|when|track\w*|status)\b"
        ),
    ),
)
"""What the intents for it do, and the words that ask for that."""
_WAITING: Final = "waiting_order"
"""The slot with what was asked of another order, until it is known whose that is."""


def asked_of_each(text: str, tenant: Tenant) -> list[AlsoAsked]:
    """Return what a message asks of each order it names; none unless it asks different things of several.

    Words without a number belong to the number before them, the first ones to the first.
    """
    pieces = [piece.strip() for piece in _BORDER.split(text) if piece.strip()]
    told = list[str]()
    for piece in pieces:
        begins = PRINTED.search(piece) is not None and any(map(PRINTED.search, told))
        told = [*told, piece] if begins or not told else [*told[:-1], f"{told[-1]}, {piece}"]
    named = {found[1].upper() for one in told if (found := PRINTED.search(one))}
    asked = [(intent, one) for one in told if (intent := _intent(one, tenant))]
    if not 1 < len(told) == len(named) == len({intent for intent, _ in asked}):
        return []
    return [AlsoAsked("support", intent, one, 1.0) for intent, one in asked]


def narrowed(state: Conversation, tenant: Tenant) -> Conversation:
    """Return the state as if the message asked only the one thing of one order that the lane answers."""
    mine = answered(state, tenant)
    if mine is None:
        return state
    turn = replace(state["turns"][-1], text=mine.text)
    return cast("Conversation", {**state, "turns": [*state["turns"][:-1], turn], "intent": mine.intent})


def answered(state: Conversation, tenant: Tenant) -> AlsoAsked | None:
    """Return what of a message about several orders the support lane answers itself: what it was taken for."""
    each = asked_of_each(state["turns"][-1].text, tenant)
    return next((one for one in each if one.intent == state["intent"]), each[0] if each else None)


def noted(slots: dict[str, str], one: AlsoAsked) -> dict[str, str]:
    """Return the slots with what has to wait until it is known whose the order is."""
    return {**slots, _WAITING: f"{one.intent} {one.text}"}


def waiting(slots: dict[str, str]) -> AlsoAsked | None:
    """Return what was asked of another order before, once something says who the customer is."""
    intent, _, text = slots.get(_WAITING, "").partition(" ")
    return AlsoAsked("support", intent, text, 1.0) if text and (slots.get("email") or slots.get("phone")) else None


def without_waiting(slots: dict[str, str]) -> dict[str, str]:
    """Return the slots without what waited."""
    return {key: value for key, value in slots.items() if key != _WAITING}


def _intent(text: str, tenant: Tenant) -> str | None:
    folded = fold(text)
    action = next((action for action, said in _DOES if said.search(folded)), None)
    intent = tenant.doing(action) if action else None
    return intent.name if intent else None
