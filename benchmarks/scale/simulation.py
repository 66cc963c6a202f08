"""Ten thousand open sessions on workers whose model takes 800 ms.

The customers are in this process, on the same service and hub that `laneway serve --no-worker` has, without HTTP.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

import psutil
from redis import Redis

from benchmarks.scale.answering import MODEL_S
from benchmarks.scale.processes import WORKS, process
from benchmarks.scale.usage import Usage, usage
from benchmarks.turn import MESSAGES
from server.app import Laneway, open_laneway
from server.logs import configure
from server.settings import Settings
from server.streams.hub import Feed
from state.events import LoggedEvent
from state.ids import SessionId, TurnId
from state.mailbox import Depths
from state.turn import TextPart
from tests.processes import environment

CONCURRENCY: Final = 2000
PATIENCE_S: Final = 30.0
SAMPLE_S: Final = 1.0
_JITTER: Final = 0.25


@dataclass(frozen=True, slots=True)
class Plan:
    """So many sessions on so many workers, each writing about every so many seconds, for so many seconds."""

    sessions: int
    workers: int
    every_s: float
    seconds: float


@dataclass(slots=True)
class Crowd:
    """What happened: each accepted turn, each `turn.end` seen, and the milliseconds beyond the model's."""

    accepted: list[TurnId] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    added: list[float] = field(default_factory=list)
    depths: list[Depths] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Accepted turns of which no end was seen."""
        return sum(not self.ended[turn] for turn in self.accepted)

    @property
    def twice(self) -> int:
        """Turns of which more than one end was seen."""
        return sum(count > 1 for count in self.ended.values())


@dataclass(frozen=True, slots=True)
class Simulated:
    """A crowd, and what it took."""

    plan: Plan
    crowd: Crowd
    used: Usage
    idle_bytes: int


async def simulate(url: str, folder: Path, store: Redis, plan: Plan) -> Simulated:
    """Run workers and a crowd of customers on the store at `url`."""
    configure("warning", "console")
    own = Settings.load(data_dir=folder / "data", redis_url=url)
    with _answering(url, folder, plan.workers) as workers:
        async with open_laneway(own, work=False) as laneway:
            idle, crowd = _resident(workers), Crowd()
            names = [await laneway.service.start_session("chat") for _ in range(plan.sessions)]
            open_ones = asyncio.Barrier(plan.sessions + 1)
            customers = [asyncio.create_task(_customer(crowd, laneway, name, plan, open_ones)) for name in names]
            await open_ones.wait()
            before = usage(workers, store)
            watching = asyncio.create_task(_sample(crowd, laneway, workers))
            await asyncio.sleep(plan.seconds)
            used = usage(workers, store) - before
            await asyncio.wait(customers, timeout=PATIENCE_S)
            for task in [watching, *customers]:
                task.cancel()
            await asyncio.gather(watching, *customers, return_exceptions=True)
            return Simulated(plan, crowd, used, idle)


@contextmanager
def _answering(url: str, folder: Path, workers: int) -> Iterator[list[psutil.Process]]:
    env = environment(folder / "data", LANEWAY_REDIS_URL=url)
    command = [sys.executable, "-m", "benchmarks.scale.answering", "worker", "--concurrency", str(CONCURRENCY)]
    with ExitStack() as stack:
        logs = [folder / f"answering{at}.log" for at in range(workers)]
        yield [stack.enter_context(process(log, command, WORKS, env))[0] for log in logs]


async def _customer(crowd: Crowd, laneway: Laneway, name: SessionId, plan: Plan, open_ones: asyncio.Barrier) -> None:
    with laneway.hub.watch(name) as feed:
        await feed.next()  # the subscription stands
        await open_ones.wait()
        until = perf_counter() + plan.seconds
        pause = random.uniform(0, plan.every_s)
        while perf_counter() + pause < until:
            await asyncio.sleep(pause)
            began = perf_counter()
            session = await laneway.service.session(name)
            turn = await laneway.service.accept(session, [TextPart(random.choice(MESSAGES))])
            accepted = perf_counter()
            crowd.accepted.append(turn)
            await _end(crowd, laneway, feed, name, turn)
            crowd.added.append((perf_counter() - accepted - MODEL_S) * 1000)
            rest = plan.every_s * random.uniform(1 - _JITTER, 1 + _JITTER)
            pause = max(rest - (perf_counter() - began), 0.0)


async def _end(crowd: Crowd, laneway: Laneway, feed: Feed, name: SessionId, turn: TurnId) -> None:
    while not crowd.ended[turn]:
        events: list[LoggedEvent] | None = await feed.next()
        for event in await laneway.stores.events.read(name) if events is None else events:
            if event.type == "turn.end":
                if b'"status":"completed"' not in event.data:
                    raise RuntimeError(event.data.decode())
                crowd.ended[event.turn or ""] += 1


async def _sample(crowd: Crowd, laneway: Laneway, workers: list[psutil.Process]) -> None:
    while True:
        crowd.depths.append(await laneway.stores.queue.depths())
        crowd.resident.append(_resident(workers))
        await asyncio.sleep(SAMPLE_S)


def _resident(workers: list[psutil.Process]) -> int:
    return max(worker.memory_info().rss for worker in workers)
