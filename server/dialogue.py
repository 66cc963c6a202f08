"""What the checkpoints say of a conversation: read, and put right after a turn that did not end by itself."""

from dataclasses import replace
from typing import Any, Final, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Overwrite, StateSnapshot
from pydantic import TypeAdapter

from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate, defaults
from state.ids import SessionId, TurnId
from state.mailbox import Claimed
from state.stores.checkpointer import FENCE_KEY, ThreadSaver
from state.turn import InboundMessage, Turn, merged, plain_text

Graph = CompiledStateGraph[Conversation, Ports, Conversation, Conversation]

_STATE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_LAST: Final = "send_response"
_COPY: Final = "__copy__"
"""LangGraph's name for an update that makes an earlier checkpoint the latest one again."""


class Dialogue:
    """The conversations of one graph, by session."""

    def __init__(self, graph: Graph, saver: ThreadSaver) -> None:
        self._graph = graph
        self._saver = saver

    async def state(self, session: SessionId) -> dict[str, Any]:
        """Return the conversation's state as JSON values; empty before the first turn."""
        snapshot = await self._graph.aget_state({"configurable": {"thread_id": session}})
        values = {key: value for key, value in snapshot.values.items() if key != "inbound"}
        return cast("dict[str, Any]", _STATE.dump_python(values, mode="json"))

    async def leave_out(self, claimed: Claimed) -> None:
        """Let the conversation be as it was before a turn, however far that got; its run must have ended."""
        snapshot, config = await self._latest(claimed)
        turn = claimed.messages[0].turn_id
        if not _ends_with(snapshot, turn):
            return
        async for earlier in self._graph.aget_state_history(config):
            if not _ends_with(earlier, turn):
                place = {**earlier.config["configurable"], FENCE_KEY: fence_of(claimed)}
                await self._graph.aupdate_state({"configurable": place}, None, as_node=_COPY)
                return
        await self._update(config, {**defaults(), "turns": Overwrite([])})  # type: ignore[typeddict-item] # LangGraph's

    async def leave_unanswered(self, claimed: Claimed, reply: str = "") -> None:
        """Let the conversation hold of a turn what was said and `reply`, nothing else; its run must have ended."""
        snapshot, config = await self._latest(claimed)
        message = merged(claimed.messages)
        update: ConversationUpdate = {"reply": None, "outbound": [], "awaiting": None, "status": "idle", "error": None}
        if not snapshot.values:
            update = {**given(message), **defaults(), "locale": message.locale or "", **update}
        known = snapshot.values["turns"][-1] if _ends_with(snapshot, message.turn_id) else unanswered(message)
        await self._update(config, {**update, "turns": [replace(known, reply=reply)]})

    async def _latest(self, claimed: Claimed) -> tuple[StateSnapshot, RunnableConfig]:
        if claimed.attempt > 1:
            await self._saver.araise_fence(claimed.messages[0].session_id, fence_of(claimed))
        config = config_of(claimed)
        return await self._graph.aget_state(config), config

    async def _update(self, config: RunnableConfig, update: ConversationUpdate) -> None:
        await self._graph.aupdate_state(config, cast("dict[str, Any]", update), as_node=_LAST)


def unanswered(message: InboundMessage, reply: str = "") -> Turn:
    """Return the turn of a message that the graph did not answer."""
    text, locale = plain_text(message.parts), message.locale or ""
    return Turn(message.turn_id, message.id, message.at, message.parts, text, locale, reply=reply)


def given(message: InboundMessage) -> ConversationUpdate:
    """Return what a message brings into the state."""
    return {
        "session_id": message.session_id,
        "tenant_id": message.tenant_id,
        "channel": message.channel,
        "user_id": message.user_id,
        "inbound": message,
    }


def config_of(claimed: Claimed) -> RunnableConfig:
    """Return where a claim's checkpoints go, and under which fencing token."""
    return {"configurable": {"thread_id": claimed.messages[0].session_id, FENCE_KEY: fence_of(claimed)}}


def fence_of(claimed: Claimed) -> int:
    """Return a claim's fencing token as checkpoints know it."""
    return claimed.fence


def _ends_with(snapshot: StateSnapshot, turn: TurnId) -> bool:
    turns = snapshot.values.get("turns", [])
    return bool(turns) and turns[-1].id == turn
