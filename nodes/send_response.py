"""Hand the answer over."""

from dataclasses import asdict

from langgraph.runtime import Runtime

from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate
from state.events import MessageFinal, SendResult
from state.outbox import DELIVERED
from state.turn import DeskPart


async def send_response(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Say every message, in order; where the channel delivers, the commit puts it in the outbox, too."""
    turn = state["turns"][-1]
    reply = state["reply"]
    sources = [asdict(source) for source in reply.sources] if reply else []
    last = len(state["outbound"]) - 1
    author = next((part.operator for part in turn.parts if isinstance(part, DeskPart)), None)
    for ordinal, message in enumerate(state["outbound"]):
        runtime.stream_writer(
            MessageFinal(
                ordinal=ordinal,
                text=message.text,
                locale=turn.locale,
                lane=turn.lane,
                choices=[asdict(choice) for choice in message.choices],
                sources=sources if ordinal == last else [],
                link=asdict(message.link) if message.link else None,
                attachment=asdict(message.attachment) if message.attachment else None,
                author=author,
            )
        )
        runtime.stream_writer(SendResult(ordinal, "queued" if state["channel"] in DELIVERED else "sent"))
    return {"status": "failed" if state["error"] else "idle"}
