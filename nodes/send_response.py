"""Deliver the answer."""

from dataclasses import asdict

from langgraph.errors import NodeError
from langgraph.runtime import Runtime

from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate, Failure
from state.errors import LanewayError
from state.events import MessageFinal, SendResult


async def send_response(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Hand every message to the channel, in order, and say what it made of it."""
    turn = state["turns"][-1]
    reply = state["reply"]
    sources = [asdict(source) for source in reply.sources] if reply else []
    last = len(state["outbound"]) - 1
    for ordinal, message in enumerate(state["outbound"]):
        ref = await runtime.context.sender.send(state["session_id"], turn.id, ordinal, message)
        runtime.stream_writer(
            MessageFinal(
                ordinal=ordinal,
                text=message.text,
                locale=turn.locale,
                lane=turn.lane,
                choices=[asdict(choice) for choice in message.choices],
                sources=sources if ordinal == last else [],
            )
        )
        runtime.stream_writer(SendResult(ordinal, "sent", ref))
    return {"status": "failed" if state["error"] else "idle"}


def send_failed(_state: Conversation, error: NodeError, runtime: Runtime[Ports]) -> ConversationUpdate:
    """End the turn with the failure on record; the answer stays in the state."""
    code = error.error.code if isinstance(error.error, LanewayError) else "internal"
    runtime.stream_writer(SendResult(0, "failed", code=code))
    return {"status": "failed", "error": Failure(code, error.node)}
