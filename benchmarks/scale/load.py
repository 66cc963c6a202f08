"""Turns a second at so many sessions at once, each of which writes again when it is answered."""

import asyncio
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from redis import Redis

from benchmarks.scale.customers import Customer, Http, Took
from benchmarks.scale.processes import Deployment
from benchmarks.scale.usage import Command, Usage, a_turn, commands, usage
from benchmarks.turn import MESSAGES

TURNS_A_SESSION: Final = 20
"""Then the customer goes, and another begins."""
WARM_UP_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured at one number of sessions; `ran` are the store's commands a turn."""

    deployment: str
    sessions: int
    taken: list[Took]
    used: Usage
    ran: dict[str, Command]

    @property
    def per_second(self) -> float:
        """Turns a second."""
        return len(self.taken) / self.used.wall

    def cpu(self, seconds: float) -> float:
        """Return CPU milliseconds a turn."""
        return seconds * 1000 / len(self.taken)


async def load(deployment: Deployment, store: Redis, sessions: int, seconds: float) -> Point:
    """Let `sessions` customers write for so many seconds, after a warm-up that does not count."""
    taken: list[Took] = []
    talking = [asyncio.create_task(_customers(deployment.port, taken)) for _ in range(sessions)]
    try:
        await _until(talking, WARM_UP_S)
        taken.clear()
        before, ran = usage(deployment.processes, store), commands(store)
        await _until(talking, seconds)
        used, done = usage(deployment.processes, store) - before, list(taken)
        return Point(deployment.name, sessions, done, used, a_turn(commands(store), ran, len(done)))
    finally:
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)


async def _until(talking: Sequence["asyncio.Task[None]"], seconds: float) -> None:
    """Wait so long; a customer that fails ends it."""
    failed, _ = await asyncio.wait(talking, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in failed:
        task.result()


async def _customers(port: int, taken: list[Took]) -> None:
    texts = itertools.cycle(MESSAGES)
    async with Http.open(port) as http:
        while True:
            async with Customer.meet(http, port) as customer:
                for text in itertools.islice(texts, TURNS_A_SESSION):
                    took = await customer.ask(text)
                    taken.append(took)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of them are."""
    return (
        statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
        if len(values) > 1
        else sum(values)
    )
