"""Run one turn through the graph."""

from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, cast

from langchain_core.runnables import RunnableConfig

from nodes.ports import Effects, Ports
from server.dialogue import Dialogue, Graph, config_of, fence_of, given
from server.recorder import Recorder
from state.conversation import Conversation, ConversationUpdate
from state.events import MessageFinal, SendResult, TurnStart, TurnStatus
from state.mailbox import Claimed
from state.outbox import DELIVERED
from state.stores.checkpointer import ThreadSaver
from state.turn import DeskPart, InboundMessage, SystemPart, merged, plain_text


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
    """Knows the graph and its ports; keeps nothing between turns.

    `saver` refuses checkpoints of a worker that lost its session, by the fence.

    Attributes:
        dialogue: what the checkpoints say, to be put right after a turn that was stopped.
    """

    def __init__(self, graph: Graph, ports: Ports, saver: ThreadSaver) -> None:
        self._graph = graph
        self._ports = ports
        self._saver = saver
        self.dialogue = Dialogue(graph, saver)

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
        config = config_of(claimed)
        context = replace(self._ports, effects=effects or self._ports.effects, deadline=deadline)
        state = await self._begun(message, claimed, config)
        if state is None:
            state = await self._stream(given(message), config, context, recorder)
        elif not state["turns"][-1].reply or state["status"] == "running":
            state = await self._stream(None, config, context, recorder)
        else:
            _tell_again(state, recorder)
        status: TurnStatus = "failed" if state["error"] else "completed"
        return Ended(status, round((perf_counter() - began) * 1000, 3), state)

    async def _begun(self, message: InboundMessage, claimed: Claimed, config: RunnableConfig) -> Conversation | None:
        """Return the state that an earlier attempt at this turn left, if it left one."""
        if claimed.attempt == 1:
            return None
        await self._saver.araise_fence(message.session_id, fence_of(claimed))
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


def _tell_again(state: Conversation, recorder: Recorder) -> None:
    """Show the answer of a turn whose graph had ended when its worker died: it is not made again."""
    turn = state["turns"][-1]
    for ordinal, message in enumerate(state["outbound"]):
        recorder.emit(MessageFinal(ordinal, message.text, turn.locale, turn.lane))
        recorder.emit(SendResult(ordinal, "queued" if state["channel"] in DELIVERED else "sent"))


def _said(message: InboundMessage) -> str:
    """Return what the customer said; nothing for what isn't theirs, such as a colleague's reply or news of a run."""
    theirs = [part for part in message.parts if not isinstance(part, DeskPart | SystemPart)]
    return " ".join(plain_text([part]) or f"[{part.kind}]" for part in theirs)
