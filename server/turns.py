"""Run one turn through the graph."""

from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from pydantic import TypeAdapter

from nodes.ports import Effects, Ports
from server.recorder import Recorder
from state.conversation import Conversation, ConversationUpdate
from state.events import MessageFinal, SendResult, TurnStart, TurnStatus
from state.ids import SessionId
from state.mailbox import Claimed
from state.outbox import DELIVERED
from state.stores.checkpointer import FENCE_KEY, ThreadSaver
from state.turn import InboundMessage, merged, plain_text

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


class StateReader:
    """Reads conversations as their last turn left them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def state(self, session: SessionId) -> dict[str, Any]:
        """Return the conversation's state as JSON values; empty before the first turn."""
        snapshot = await self._graph.aget_state({"configurable": {"thread_id": session}})
        values = {key: value for key, value in snapshot.values.items() if key != "inbound"}
        return cast("dict[str, Any]", _STATE.dump_python(values, mode="json"))


class TurnRunner:
    """Knows the graph and its ports; keeps nothing between turns.

    `saver` refuses checkpoints of a worker that lost its session, by the fence.
    """

    def __init__(self, graph: Graph, ports: Ports, saver: ThreadSaver) -> None:
        self._graph = graph
        self._ports = ports
        self._saver = saver

    async def run(
        self, claimed: Claimed, recorder: Recorder, effects: Effects | None = None, deadline: float | None = None
    ) -> Ended:
        """Answer a turn, its events going to `recorder`; one that was begun before goes on where it was.

        `effects` are those of the session's holder; without them nothing outside is done. `deadline` is the event
        loop's time by which it must have ended.

        Raises:
            StaleFenceError: another worker has the session.
        """
        began = perf_counter()
        message = merged(claimed.messages)
        recorder.emit(TurnStart(_said(message), message.channel, claimed.attempt))
        config = _config(message.session_id, claimed.fence)
        context = replace(self._ports, effects=effects or self._ports.effects, deadline=deadline)
        state = await self._begun(message, claimed, config)
        if state is None:
            state = await self._stream(_given(message), config, context, recorder)
        elif not state["turns"][-1].reply or state["status"] == "running":
            state = await self._stream(None, config, context, recorder)
        else:
            _tell_again(state, recorder)
        status: TurnStatus = "failed" if state["error"] else "completed"
        return Ended(status, round((perf_counter() - began) * 1000, 3), state)

    async def forget(self, claimed: Claimed) -> None:
        """Let nothing that the running attempt still writes be kept: the conversation is as before the turn."""
        await self._saver.araise_fence(claimed.messages[0].session_id, _token(claimed.fence) + 1)

    async def _begun(self, message: InboundMessage, claimed: Claimed, config: RunnableConfig) -> Conversation | None:
        """Return the state that an earlier attempt at this turn left, if it left one."""
        if claimed.attempt == 1:
            return None
        await self._saver.araise_fence(message.session_id, _token(claimed.fence))
        snapshot = await self._graph.aget_state(config)
        turns = snapshot.values.get("turns", [])
        begun = bool(turns) and turns[-1].id == message.turn_id
        return cast("Conversation", snapshot.values) if begun and (snapshot.next or turns[-1].reply) else None

    async def _stream(
        self, given: ConversationUpdate | None, config: RunnableConfig, context: Ports, recorder: Recorder
    ) -> Conversation:
        stream = self._graph.astream(
            cast("Conversation", given),
            config,
            context=context,
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


def _given(message: InboundMessage) -> ConversationUpdate:
    return {
        "session_id": message.session_id,
        "tenant_id": message.tenant_id,
        "channel": message.channel,
        "user_id": message.user_id,
        "inbound": message,
    }


def _tell_again(state: Conversation, recorder: Recorder) -> None:
    """Show the answer of a turn whose graph had ended when its worker died: it is not made again."""
    turn = state["turns"][-1]
    for ordinal, message in enumerate(state["outbound"]):
        recorder.emit(MessageFinal(ordinal, message.text, turn.locale, turn.lane))
        recorder.emit(SendResult(ordinal, "queued" if state["channel"] in DELIVERED else "sent"))


def _config(session: SessionId, fence: int) -> RunnableConfig:
    return {"configurable": {"thread_id": session, FENCE_KEY: _token(fence)}}


def _token(fence: int) -> int:
    """Return the fence as checkpoints know it; the odd numbers between are for turns that are rolled back."""
    return 2 * fence


def _said(message: InboundMessage) -> str:
    return " ".join(plain_text([part]) or f"[{part.kind}]" for part in message.parts)
