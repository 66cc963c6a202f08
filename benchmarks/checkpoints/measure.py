"""Runs dialogues through one saver and fills its row of the table."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from benchmarks.checkpoints.graphs import Graph, Shape
from benchmarks.checkpoints.relay import relayed
from benchmarks.checkpoints.savers import Candidate
from benchmarks.checkpoints.servers import Server
from benchmarks.checkpoints.table import Row

Durability = Literal["exit", "async", "sync"]

MARKS: Final = (1, 10, 50, 200, 1000)
SIZED: Final = (200, 1000)
FIRST_TURNS, NEAR, COUNTED = 7, 5, 9
SESSIONS, SESSION_TURNS, ROUNDS = 50, 10, 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What every saver is put through: turns of the long dialogue, and the seconds that it, and each part, may take."""

    shape: Shape
    turns: int
    budget: float


@dataclass(slots=True)
class Dialogue:
    """One thread, turn by turn; `taken` are (ms, CPU ms)."""

    graph: Graph
    shape: Shape
    durability: Durability
    thread: str
    taken: list[tuple[float, float]]

    async def turn(self) -> None:
        """Run the next turn."""
        message = self.shape.message(len(self.taken))
        wall, cpu = time.perf_counter(), time.process_time()
        config: Any = {"configurable": {"thread_id": self.thread}}
        await self.graph.ainvoke(message, config, durability=self.durability)
        self.taken.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))


async def measure(candidate: Candidate, server: Server | None, durability: Durability, plan: Plan) -> Row:
    """Measure one saver. What it can't do, in time or at all, is said in the row."""
    row = Row(candidate.name)
    try:
        async with candidate.open(server.url if server else "") as opened:
            graph = plan.shape.build(opened.saver)
            await _long(graph, durability, plan, row, opened.kilobytes)
            async with asyncio.timeout(plan.budget):
                row.per_second = max([await _sessions(graph, durability, plan, at) for at in range(ROUNDS)])
        if server and server.socket:
            async with asyncio.timeout(plan.budget):
                row.trips = await _trips(candidate, server, durability, plan)
    except TimeoutError:
        row.stopped = row.stopped or f"> {plan.budget:.0f} s"
    except Exception as error:  # noqa: BLE001 - a saver's defect is a result
        row.stopped = f"{type(error).__name__}: {str(error)[:60]}"
    return row


async def _long(
    graph: Graph, durability: Durability, plan: Plan, row: Row, kilobytes: Callable[[], Awaitable[float]] | None
) -> None:
    firsts = [Dialogue(graph, plan.shape, durability, f"first {at}", []) for at in range(FIRST_TURNS)]
    async with asyncio.timeout(plan.budget):
        for first in firsts:
            await first.turn()
    row.times[1] = _median([first.taken[0] for first in firsts[2:]])
    empty = await kilobytes() if kilobytes else 0.0
    long = Dialogue(graph, plan.shape, durability, "long", [])
    spent = 0.0
    try:
        while len(long.taken) < plan.turns:
            async with asyncio.timeout(plan.budget - spent):
                await long.turn()
            spent += long.taken[-1][0] / 1000
            if kilobytes and len(long.taken) in SIZED:
                row.kilobytes[len(long.taken)] = await kilobytes() - empty
    except TimeoutError:
        row.stopped = f"> {plan.budget:.0f} s at turn {len(long.taken):,}"
    except Exception as error:  # noqa: BLE001 - a saver's defect is a result
        row.stopped = f"{type(error).__name__} at turn {len(long.taken):,}"
    for mark in MARKS[1:]:
        if mark <= len(long.taken):
            row.times[mark] = _median(long.taken[mark - 1 - NEAR : mark + NEAR])


async def _sessions(graph: Graph, durability: Durability, plan: Plan, attempt: int) -> float:
    async def one(session: int) -> None:
        dialogue = Dialogue(graph, plan.shape, durability, f"session {attempt} {session}", [])
        for _ in range(SESSION_TURNS):
            await dialogue.turn()

    began = time.perf_counter()
    await asyncio.gather(*(one(session) for session in range(SESSIONS)))
    return SESSIONS * SESSION_TURNS / (time.perf_counter() - began)


async def _trips(candidate: Candidate, server: Server, durability: Durability, plan: Plan) -> float | None:
    """Return the median of a few early turns, whose answers are small enough to pass the relay in one piece."""
    if server.socket is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        url = server.url.replace(str(server.socket.parent), folder)
        async with relayed(server.socket, Path(folder)) as relay, candidate.open(url) as opened:
            dialogue = Dialogue(plan.shape.build(opened.saver), plan.shape, durability, "counted", [])
            counts = []
            for _ in range(COUNTED + 3):
                before = relay.trips
                await dialogue.turn()
                counts.append(relay.trips - before)
    return median(counts[3:])


def _median(taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return median(wall for wall, _ in taken), median(cpu for _, cpu in taken)
