"""Make a graph ready to run, if it is sound."""

from typing import TypeVar

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.typing import ContextT, InputT, OutputT, StateT

from graphs.check import check
from state.errors import GraphError

V = TypeVar("V", int, float, str)


def compiled(
    graph: StateGraph[StateT, ContextT, InputT, OutputT], saver: BaseCheckpointSaver[V] | None = None
) -> CompiledStateGraph[StateT, ContextT, InputT, OutputT]:
    """Return the graph compiled; raises `GraphError` when `check` finds an error in it."""
    errors = [finding for finding in check(graph) if finding.severity == "error"]
    if errors:
        raise GraphError(
            " ".join(f"Node {finding.where!r}: {finding.message}" for finding in errors),
            hint=" ".join(dict.fromkeys(finding.fix for finding in errors)),
        )
    return graph.compile(checkpointer=saver)
