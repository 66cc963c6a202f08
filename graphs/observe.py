"""Show a node's work as events: one wrapper around every node."""

from collections.abc import Awaitable
from functools import wraps
from time import perf_counter
from typing import Protocol

from langgraph.runtime import Runtime

from nodes.models.turn import TurnScope, calling_in
from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate
from state.errors import LanewayError
from state.events import NodeEnd, NodeError, NodeRetry, NodeStart


class Node(Protocol):
    """A step of the conversation."""

    def __call__(self, state: Conversation, runtime: Runtime[Ports]) -> Awaitable[ConversationUpdate]:
        """Return what changes."""
        ...


def observed(name: str, node: Node) -> Node:
    """Return `node` announcing its start, end, retries and errors on the run's stream, its model calls among them."""

    @wraps(node)
    async def run(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
        attempt = runtime.execution_info.node_attempt if runtime.execution_info else 1
        runtime.stream_writer(NodeStart(name, attempt) if attempt == 1 else NodeRetry(name, attempt))
        began = perf_counter()
        try:
            with calling_in(_scope(name, state, runtime)):
                update = await node(state, runtime)
        except Exception as error:
            code = error.code if isinstance(error, LanewayError) else "internal"
            runtime.stream_writer(NodeError(name, attempt, code, _ms_since(began)))
            raise
        runtime.stream_writer(NodeEnd(name, _ms_since(began), attempt, sorted(update)))
        return update

    return run


def _scope(name: str, state: Conversation, runtime: Runtime[Ports]) -> TurnScope:
    inbound, ports = state.get("inbound"), runtime.context
    return TurnScope(
        node=name,
        turn=inbound.turn_id if inbound else "",
        tenant=state.get("tenant_id", ""),
        deadline=ports.deadline,
        effects=ports.effects,
        tell=runtime.stream_writer,
    )


def _ms_since(began: float) -> float:
    return round((perf_counter() - began) * 1000, 3)
