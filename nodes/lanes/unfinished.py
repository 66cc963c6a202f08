"""What a customer left open in one lane when they went on to another: it stays, and they are told."""

import re
from dataclasses import replace
from typing import Final

from babel.lists import format_list

from nodes.lanes.clarifying import CHOICE
from nodes.lanes.consent import CONFIRMATION, YES, question
from nodes.lanes.phrasing import Phrasing
from state.conversation import Choice, Conversation, Reply
from state.ids import TurnId
from state.turn import Turn

SPEAKS_FOR_ITSELF: Final = frozenset({CHOICE, "product", "listed", "cart"})
"""What was asked for and needs no answer: the next message about it says all."""
_MOST_CHOICES: Final = 10
_LEFT: Final = "left_open"
"""The slot with the turn whose question was left open, and what it asked for."""
_PATIENCE: Final = 4
"""Turns within which an answer still belongs to it."""
_FEW: Final = 8
_ANSWER: Final = re.compile(r"\d{3}|\S@\S")
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
    text = f"{reply.text}\n\n{phrasing.say('still_open', what=what)}"
    confirming = state["awaiting"] == CONFIRMATION and any(way.id.startswith(YES) for way in ways)
    return replace(reply, text=text, choices=choices, awaiting=CONFIRMATION if confirming else None)


def left_question(state: Conversation) -> dict[str, str]:
    """Return the slots with the question that this turn leaves unanswered in another lane, if it leaves one."""
    before, turn = state["turns"][-2:] if len(state["turns"]) > 1 else (None, state["turns"][-1])
    awaiting = state["awaiting"]
    if before is None or awaiting is None or awaiting in {*SPEAKS_FOR_ITSELF, CONFIRMATION}:
        return state["slots"]
    if before.lane == turn.lane or "handoff" in {before.lane, turn.lane}:
        return state["slots"]
    return {**state["slots"], _LEFT: f"{before.id} {awaiting}"}


def taken_up(state: Conversation) -> tuple[list[Turn], str] | None:
    """Return the dialogue without the detour and what was asked for, when this turn answers a question left open.

    Only what has the form of an answer does: a few words with a number of three digits or an e-mail address in them.
    """
    left, _, awaiting = state["slots"].get(_LEFT, "").partition(" ")
    *earlier, turn = state["turns"]
    ids = [one.id for one in earlier[-_PATIENCE:]]
    words = len(turn.text.split())
    if (
        not awaiting
        or state["awaiting"] is not None
        or left not in ids
        or words > _FEW
        or not _ANSWER.search(turn.text)
    ):
        return None
    return [*earlier[: len(earlier) - len(ids) + ids.index(TurnId(left)) + 1], turn], awaiting


def _left(state: Conversation, lane: str, intent: str | None, phrasing: Phrasing) -> tuple[str, list[Choice]] | None:
    proposal, awaiting = state.get("proposal"), state["awaiting"]
    if proposal is not None and awaiting == CONFIRMATION and proposal.lane == lane:
        return phrasing.say("open_question", words=proposal.words), question(proposal, phrasing).choices
    asked = awaiting is not None and awaiting not in {*SPEAKS_FOR_ITSELF, CONFIRMATION}
    resume = [Choice(f"intent:{intent}", phrasing.say("choice_resume"))] if intent and asked else []
    if lane == "commerce" and state["cart"]:
        items = [f"{line.quantity} × {phrasing.called(line.sku, line.name)}" for line in state["cart"]]
        listed = str(format_list(items, locale=phrasing.locale))
        return phrasing.say("open_cart", items=listed), resume or [Choice(_CART, phrasing.say("choice_resume"))]
    return (phrasing.say(f"open_{lane}"), resume) if asked else None
