"""One reply to a message that asks several things: each lane's agent answers its own part."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final, cast

from langgraph.runtime import Runtime

from nodes.lanes.commerce import commerce
from nodes.lanes.info import info
from nodes.lanes.support import support
from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate, Reply
from state.decision import AlsoAsked, Lane

Agent = Callable[[Conversation, Runtime[Ports]], Awaitable[ConversationUpdate]]

_AGENTS: Final[Mapping[Lane, Agent]] = {"info": info, "commerce": commerce, "support": support}
"""Those that only read; nobody is called by the second half of a message."""

_MOST_CHOICES: Final = 3


async def with_the_rest(state: Conversation, runtime: Runtime[Ports], reply: Reply) -> tuple[Reply, dict[str, str]]:
    """Return the reply with the answers to what else was asked, and the slots after it.

    A reply that asks for something stands last, so that the question is what the customer reads last.
    """
    decision, slots = state["decision"], state["slots"]
    if decision is None or state["error"] is not None or state["current_lane"] == "handoff":
        return reply, slots
    replies = [reply]
    for one in decision.also:
        agent = _AGENTS.get(one.lane)
        if agent is not None:
            update = await agent(_about(state, one, slots), runtime)
            slots = update.get("slots", slots)
            replies += [answer for answer in [update.get("reply")] if answer and answer.text != reply.text]
    return (_joined(replies) if len(replies) > 1 else reply), slots


def _about(state: Conversation, one: AlsoAsked, slots: dict[str, str]) -> Conversation:
    """Return the state as if the message had asked this one thing."""
    turn = replace(state["turns"][-1], text=one.text, lane=one.lane, intent=one.intent)
    asked = {**state, "turns": [*state["turns"][:-1], turn], "intent": one.intent, "slots": slots, "awaiting": None}
    return cast("Conversation", asked | {"current_lane": one.lane})


def _joined(replies: list[Reply]) -> Reply:
    ordered = sorted(replies, key=lambda reply: reply.awaiting is not None)
    return Reply(
        text="\n\n".join(reply.text for reply in ordered),
        sources=list({(source.kind, source.ref): source for reply in ordered for source in reply.sources}.values()),
        choices=list({choice.id: choice for reply in ordered for choice in reply.choices}.values())[:_MOST_CHOICES],
        awaiting=ordered[-1].awaiting,
    )
