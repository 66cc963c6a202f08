"""What a customer left open in one lane when they went on to another: it stays, and they are told."""

from dataclasses import replace
from typing import Final

from babel.lists import format_list

from nodes.lanes.clarifying import CHOICE
from nodes.lanes.consent import CONFIRMATION, question
from nodes.lanes.phrasing import Phrasing
from state.conversation import Choice, Conversation, Reply

_SPEAKS_FOR_ITSELF: Final = frozenset({CHOICE, "product", "listed", "cart"})
"""What was asked for and needs no answer: the next message about it says all."""
_MOST_CHOICES: Final = 10
_CART: Final = "cart:show"
"""The id of the choice that shows what is in the cart."""


def with_what_is_open(state: Conversation, reply: Reply, phrasing: Phrasing) -> Reply:
    """Return the reply with what the customer left open in the lane they come from, and a way back to it.

    `state` is the turn's before it is composed: its `awaiting` is what the reply before this one asked for.
    """
    if len(state["turns"]) < len(("before", "now")) or state["error"] is not None or reply.awaiting is not None:
        return reply
    before, turn = state["turns"][-2:]
    if before.lane == turn.lane or "handoff" in {before.lane, turn.lane} or before.lane is None:
        return reply
    left = _left(state, before.lane, before.intent, phrasing)
    if left is None:
        return reply
    what, ways = left
    known = {choice.id for choice in reply.choices}
    choices = [*reply.choices, *(way for way in ways if way.id not in known)][:_MOST_CHOICES]
    return replace(reply, text=f"{reply.text}\n\n{phrasing.say('still_open', what=what)}", choices=choices)


def _left(state: Conversation, lane: str, intent: str | None, phrasing: Phrasing) -> tuple[str, list[Choice]] | None:
    proposal, awaiting = state.get("proposal"), state["awaiting"]
    if proposal is not None and awaiting == CONFIRMATION and proposal.lane == lane:
        return phrasing.say("open_question", words=proposal.words), question(proposal, phrasing).choices
    asked = awaiting is not None and awaiting not in _SPEAKS_FOR_ITSELF
    resume = [Choice(f"intent:{intent}", phrasing.say("choice_resume"))] if intent and asked else []
    if lane == "commerce" and state["cart"]:
        items = [f"{line.quantity} × {line.name}" for line in state["cart"]]
        listed = str(format_list(items, locale=phrasing.locale))
        return phrasing.say("open_cart", items=listed), resume or [Choice(_CART, phrasing.say("choice_resume"))]
    return (phrasing.say(f"open_{lane}"), resume) if asked else None
