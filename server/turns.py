"""Run one turn through the graph."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from pydantic import TypeAdapter

from nodes.ports import Ports
from server.recorder import Recorder
from state.conversation import Conversation, ConversationUpdate
from state.events import MessageFinal, SendResult, TurnStart, TurnStatus
from state.ids import SessionId
from state.session import Claimed
from state.turn import InboundMessage, plain_text

Graph = CompiledStateGraph[Conversation, Ports, Conversation, Conversation]

_STATE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a turn ended; `ms` is wall time from taking it."""

    status: TurnStatus
    ms: float
    state: Conversation

    @property
    def facts(self) -> dict[str, str]:
        """What the session's facts say from now on."""
        return {
            "status": self.state["status"],
            "lane": self.state["current_lane"] or "",
            "intent": self.state["intent"] or "",
            "locale": self.state["locale"],
            "handoff": "open" if self.state["handoff"] else "",
        }


class TurnRunner:
    """Knows the graph and its ports; keeps nothing between turns."""

    def __init__(self, graph: Graph, ports: Ports) -> None:
        self._graph = graph
        self._ports = ports

    async def run(self, claimed: Claimed, recorder: Recorder) -> Ended:
        """Answer one message, its events going to `recorder`."""
        began = perf_counter()
        message = claimed.message
        recorder.emit(TurnStart(_said(message), message.channel, claimed.attempt))
        state = await self._answered_before(claimed, recorder) or await self._stream(message, recorder)
        status: TurnStatus = "failed" if state["error"] else "completed"
        return Ended(status, round((perf_counter() - began) * 1000, 3), state)

    async def state(self, session: SessionId) -> dict[str, Any]:
        """Return the conversation's state as JSON values; empty before the first turn."""
        snapshot = await self._graph.aget_state(_config(session))
        values = {key: value for key, value in snapshot.values.items() if key != "inbound"}
        return cast("dict[str, Any]", _STATE.dump_python(values, mode="json"))

    async def _stream(self, message: InboundMessage, recorder: Recorder) -> Conversation:
        given: ConversationUpdate = {
            "session_id": message.session_id,
            "tenant_id": message.tenant_id,
            "channel": message.channel,
            "user_id": message.user_id,
            "inbound": message,
        }
        stream = self._graph.astream(
            cast("Conversation", given),
            _config(message.session_id),
            context=self._ports,
            stream_mode=["custom", "values"],
            durability="exit",
        )
        state = cast("Conversation", given)
        async for mode, chunk in stream:
            if mode == "custom":
                recorder.emit(cast("Any", chunk))
            else:
                state = cast("Conversation", chunk)
        return state

    async def _answered_before(self, claimed: Claimed, recorder: Recorder) -> Conversation | None:
        """Return the state of a turn whose graph had ended when its worker died: its answer is not made again."""
        if claimed.attempt == 1:
            return None
        snapshot = await self._graph.aget_state(_config(claimed.message.session_id))
        turns = snapshot.values.get("turns", [])
        if not turns or turns[-1].id != claimed.message.turn_id or not turns[-1].reply:
            return None
        state = cast("Conversation", snapshot.values)
        for ordinal, message in enumerate(state["outbound"]):
            recorder.emit(MessageFinal(ordinal, message.text, turns[-1].locale, turns[-1].lane))
            recorder.emit(SendResult(ordinal, "sent", f"{turns[-1].id}-{ordinal}"))
        return state


def _config(session: SessionId) -> RunnableConfig:
    return {"configurable": {"thread_id": session}}


def _said(message: InboundMessage) -> str:
    return " ".join(plain_text([part]) or f"[{part.kind}]" for part in message.parts)
