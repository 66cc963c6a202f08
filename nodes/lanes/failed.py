"""What the customer hears when a lane agent fails."""

from typing import Literal

from langgraph.errors import NodeError
from langgraph.runtime import Runtime
from langgraph.types import Command

from nodes.lanes.phrasing import Phrasing
from nodes.ports import Ports
from state.conversation import Conversation, Failure, Reply
from state.errors import LanewayError


def lane_failed(state: Conversation, error: NodeError, runtime: Runtime[Ports]) -> Command[Literal["compose"]]:
    """Tell the customer that it did not work and how to reach a person."""
    phrasing = Phrasing(runtime.context.tenant, state["turns"][-1].locale)
    code = error.error.code if isinstance(error.error, LanewayError) else "internal"
    reply = Reply(phrasing.say("failure"), choices=phrasing.offer_person())
    return Command(update={"reply": reply, "error": Failure(code, error.node)}, goto="compose")
