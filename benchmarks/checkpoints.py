"""Checkpoint savers side by side on the same graphs: `python -m benchmarks.checkpoints --turns 200`.

Savers that aren't installed are left out. Times are medians around the turn named; they include LangGraph's own.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from operator import add
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Literal, get_args

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from redis.asyncio import BlockingConnectionPool, Redis
from typing_extensions import TypedDict

from state.ids import MessageId, TurnId
from state.stores.checkpointer import MemorySaver, PlainRedisSaver
from state.stores.serde import state_serializer
from state.turn import TextPart, Turn
from tests.contracts.servers import running, valkey_binary

Durability = Literal["exit", "async", "sync"]
Saver = BaseCheckpointSaver[Any]
Open = Callable[[str], AbstractAsyncContextManager[Saver]]
Graph = CompiledStateGraph[Any, Any, Any, Any]

MARKS = (1, 10, 50, 200, 1000)
SESSIONS, SESSION_TURNS, WINDOW, LONG = 50, 10, 40, 780


class Growing(TypedDict):
    """A dialogue that keeps every message."""

    said: Annotated[list[str], add]


class Window(TypedDict):
    """A dialogue that keeps its last turns, as ours does."""

    turns: Annotated[list[Turn], lambda kept, new: [*kept, *new][-WINDOW:]]


def growing(saver: Saver) -> Graph:
    """A question and an answer of 780 characters a turn."""
    graph = StateGraph(Growing)
    graph.add_node("answer", lambda state: {"said": [str(len(state["said"])).ljust(LONG, ".")]})
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


def window(saver: Saver) -> Graph:
    """The same, in turns, of which the last 40 stay."""
    graph = StateGraph(Window)
    graph.add_node("route", lambda _: {})
    graph.add_node("answer", lambda _: {})
    graph.add_edge("__start__", "route")
    graph.add_edge("route", "answer")
    return graph.compile(checkpointer=saver)


def question(at: int) -> dict[str, Any]:
    """The input of a growing dialogue."""
    return {"said": [str(at).ljust(LONG, "?")]}


def turn(at: int) -> dict[str, Any]:
    """The input of a windowed one."""
    text = str(at).ljust(LONG, "?")
    return {"turns": [Turn(TurnId(f"t{at}"), MessageId(f"m{at}"), at, [TextPart(text)], text, "es", reply=text)]}


@dataclass
class Result:
    """What was measured of one saver at one durability."""

    ms: dict[int, float] = field(default_factory=dict)
    cpu: dict[int, float] = field(default_factory=dict)
    trips: float | None = None
    kilobytes: float | None = None
    per_second: float = 0.0

    def row(self, name: str, durability: str, marks: list[int]) -> str:
        """Return a line of the table."""
        times = " | ".join(f"{self.ms[mark]:.2f} ({self.cpu[mark]:.2f})" for mark in marks)
        trips = "-" if self.trips is None else f"{self.trips:.0f}"
        kilobytes = "-" if self.kilobytes is None else f"{self.kilobytes:,.0f}"
        return f"| {name} | {durability} | {times} | {trips} | {kilobytes} | {self.per_second:.0f} |"


@asynccontextmanager
async def _memory(_: str) -> AsyncIterator[Saver]:
    yield InMemorySaver(serde=state_serializer())


@asynccontextmanager
async def _twin(_: str) -> AsyncIterator[Saver]:
    yield MemorySaver()


@asynccontextmanager
async def _sqlite(_: str) -> AsyncIterator[Saver]:
    saver = import_module("langgraph.checkpoint.sqlite.aio").AsyncSqliteSaver
    with tempfile.TemporaryDirectory() as folder:
        async with saver.from_conn_string(f"{folder}/checkpoints.db") as opened:
            yield opened


@asynccontextmanager
async def _plainredis(url: str) -> AsyncIterator[Saver]:
    saver = import_module("langgraph_checkpoint_plainredis").AsyncRedisSaver
    async with Redis.from_pool(BlockingConnectionPool.from_url(url, max_connections=16)) as client:
        yield saver(client=client)


@asynccontextmanager
async def _aws(url: str) -> AsyncIterator[Saver]:
    saver = import_module("langgraph_checkpoint_aws").AsyncValkeySaver
    async with saver.from_conn_string(url, pool_size=1000) as opened:
        yield opened


def savers() -> dict[str, Open]:
    """Return every saver that can be opened here."""
    others: dict[str, tuple[str, Open]] = {
        "sqlite": ("aiosqlite", _sqlite),
        "plainredis": ("langgraph_checkpoint_plainredis", _plainredis),
        "aws (Valkey)": ("langgraph_checkpoint_aws", _aws),
    }
    return {
        "in memory (LangGraph)": _memory,
        "plain Redis (ours)": PlainRedisSaver.from_url,
        "memory twin (ours)": _twin,
        **{name: opened for name, (module, opened) in others.items() if find_spec(module)},
    }


async def _kilobytes(url: str) -> float:
    async with Redis.from_url(url) as client:
        return sum([await client.memory_usage(key, samples=0) or 0 async for key in client.scan_iter()]) / 1000


async def _flush(url: str) -> None:
    async with Redis.from_url(url) as client:
        await client.flushall()


async def dialogue(
    graph: Graph, message: Callable[[int], dict[str, Any]], turns: int, durability: Durability
) -> list[tuple[float, float]]:
    """Run one dialogue; return wall and CPU milliseconds of each turn."""
    taken = []
    for at in range(turns):
        wall, cpu = time.perf_counter(), time.process_time()
        await graph.ainvoke(message(at), {"configurable": {"thread_id": "one"}}, durability=durability)
        taken.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    return taken


async def sessions(graph: Graph, durability: Durability) -> float:
    """Run 50 dialogues at once; return turns a second."""

    async def one(session: int) -> None:
        for at in range(SESSION_TURNS):
            await graph.ainvoke(question(at), {"configurable": {"thread_id": f"s{session}"}}, durability=durability)

    began = time.perf_counter()
    await asyncio.gather(*(one(session) for session in range(SESSIONS)))
    return SESSIONS * SESSION_TURNS / (time.perf_counter() - began)


async def measure(opened: Open, url: str, shape: str, turns: int, durability: Durability) -> Result:
    """Measure one saver."""
    await _flush(url)
    result = Result()
    build, message = (growing, question) if shape == "growing" else (window, turn)
    async with opened(url) as saver:
        graph = build(saver)
        taken = await dialogue(graph, message, turns, durability)
        if isinstance(saver, PlainRedisSaver):
            before = saver.round_trips
            await graph.ainvoke(message(turns), {"configurable": {"thread_id": "one"}}, durability=durability)
            result.trips = saver.round_trips - before
        result.kilobytes = await _kilobytes(url) or None
        result.per_second = max([await sessions(growing(saver), durability) for _ in range(3)])
    for mark in MARKS:
        near = taken[max(0, mark - 6) : mark + 5] if mark > 1 else taken[1:2]
        if mark <= turns:
            result.ms[mark], result.cpu[mark] = (median(column) for column in zip(*near, strict=True))
    return result


async def run(shape: str, turns: int, only: list[str], durabilities: list[Durability]) -> None:
    """Print one table."""
    marks = [mark for mark in MARKS if mark <= turns]
    print(f"\nA {shape} dialogue: ms (CPU ms) at turn, round trips a turn, KB a thread, turns/s of 50 sessions\n")
    print("| saver | durability | " + " | ".join(str(mark) for mark in marks) + " | trips | KB | turns/s |")
    print("|---" * (len(marks) + 5) + "|")
    with tempfile.TemporaryDirectory() as folder, running(valkey_binary(), Path(folder)) as url:
        for name, opened in savers().items():
            for durability in durabilities:
                if not only or any(part in name for part in only):
                    result = await measure(opened, url, shape, turns, durability)
                    print(result.row(name, durability, marks), flush=True)


def main() -> None:
    """Measure what the arguments say."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--turns", type=int, default=200)
    arguments.add_argument("--shape", choices=["growing", "window"], default="growing")
    arguments.add_argument("--only", nargs="*", default=[])
    arguments.add_argument("--durability", nargs="*", choices=get_args(Durability), default=list(get_args(Durability)))
    chosen = arguments.parse_args()
    asyncio.run(run(chosen.shape, chosen.turns, chosen.only, chosen.durability))


if __name__ == "__main__":
    main()
