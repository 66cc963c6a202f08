"""Small graphs that contract tests drive savers with."""

from collections.abc import Callable
from operator import add
from typing import Annotated, Any, Literal

from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from state.stores.checkpointer import FENCE_KEY

Durability = Literal["sync", "async", "exit"]
DURABILITIES: list[Durability] = ["sync", "async", "exit"]
CONFIG: RunnableConfig = {"configurable": {"thread_id": "t"}}


class Talk(TypedDict):
    said: Annotated[list[str], add]


def extend(log: list[str], batches: list[list[str]]) -> list[str]:
    """The reducer of a delta channel."""
    return [*log, *(line for batch in batches for line in batch)]


class OftenSaved(TypedDict):
    log: Annotated[list[str], DeltaChannel(extend, snapshot_frequency=5)]


class Log(TypedDict):
    log: Annotated[list[str], DeltaChannel(extend)]


Graph = CompiledStateGraph[Any, Any, Any, Any]


def talk(saver: BaseCheckpointSaver[Any], answer: Callable[[int], str] = "answer {}".format) -> Graph:
    """A dialogue that grows by a question and an answer a turn."""
    graph = StateGraph(Talk)
    graph.add_node("answer", lambda state: {"said": [answer(len(state["said"]))]})
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


def window(saver: BaseCheckpointSaver[Any], size: int) -> Graph:
    """A dialogue that forgets all but its last lines; every turn adds two."""
    state = TypedDict("state", {"said": Annotated[list[str], lambda kept, new: [*kept, *new][-size:]]})  # noqa: UP013
    graph = StateGraph(state)
    graph.add_node("answer", lambda state: {"said": [f"to {state['said'][-1]}"]})
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


def asking(saver: BaseCheckpointSaver[Any]) -> Graph:
    """A dialogue that asks a person when it is told to."""

    def answer(state: Talk) -> dict[str, Any]:
        return {"said": [interrupt("sure?") if state["said"][-1] == "ask" else "ok"]}

    graph = StateGraph(Talk)
    graph.add_node("answer", answer)
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


def nested(saver: BaseCheckpointSaver[Any], *, lasting: bool) -> Graph:
    """A dialogue whose answers come from a subgraph that asks a person when told to and, if lasting, remembers."""
    inner = StateGraph(Talk)
    inner.add_node("think", lambda state: {"said": [f"thought of {state['said'][-1]}"]})
    inner.add_node("ask", lambda state: {"said": [interrupt("sure?") if "ask" in state["said"][-1] else "no doubt"]})
    inner.add_edge("__start__", "think")
    inner.add_edge("think", "ask")
    thinking = inner.compile(checkpointer=True if lasting else None)

    async def answer(state: Talk) -> dict[str, Any]:
        return {"said": [(await thinking.ainvoke({"said": state["said"][-1:]}))["said"][-1]]}

    graph = StateGraph(Talk)
    graph.add_node("answer", answer)
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


def parallel_log(saver: BaseCheckpointSaver[Any], nodes: int = 6, state: type = Log) -> Graph:
    """Nodes that write one delta channel at the same time, then one that ends the turn."""
    graph: StateGraph[Any] = StateGraph(state)
    for at in range(nodes):
        graph.add_node(f"n{at}", lambda state, at=at: {"log": [f"n{at} after {len(state['log'])}".ljust(99)]})
        graph.add_edge("__start__", f"n{at}")
        graph.add_edge(f"n{at}", "end")
    graph.add_node("end", lambda state: {"log": ["end"]}, defer=True)
    return graph.compile(checkpointer=saver)


def at(thread: str, checkpoint_id: str | None = None, *, fence: int | None = None) -> RunnableConfig:
    """The config of a thread or of one of its checkpoints."""
    named = {"thread_id": thread, "checkpoint_ns": "", "checkpoint_id": checkpoint_id, FENCE_KEY: fence}
    return {"configurable": {key: value for key, value in named.items() if value is not None}}
