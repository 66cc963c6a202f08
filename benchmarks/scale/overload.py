"""More messages than the workers answer, and what an operator sees of it on `/metrics`."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from benchmarks.scale.customers import Http, gauges, said, start
from benchmarks.turn import MESSAGES

SESSIONS: Final = 500
CONNECTIONS: Final = 64
SAMPLE_S: Final = 2.0
DRAIN_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What `/metrics` said at a time; `took` are the milliseconds of every 202 since the sample before."""

    at: float
    took: list[float]
    ready: float
    waiting: float
    oldest_s: float


@dataclass(slots=True)
class Offer:
    """Messages at a fixed rate, over all sessions in turn, whether or not they are answered."""

    rate: float
    until: float
    began: float = field(default_factory=perf_counter)
    took: list[float] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def run(self, http: Http, sessions: list[str]) -> None:
        """Send what is due, on one of the connections, until the time is over."""
        while True:
            number = next(self._numbers)
            due = self.began + number / self.rate
            if due > self.until:
                return
            await asyncio.sleep(due - perf_counter())
            sent = perf_counter()
            path = f"/v1/sessions/{sessions[number % len(sessions)]}/messages"
            await http.ask("POST", path, said(MESSAGES[number % len(MESSAGES)]))
            self.took.append((perf_counter() - sent) * 1000)


async def overload(port: int, rate: float, seconds: float) -> list[Sample]:
    """Offer `rate` messages a second for so many seconds; sample until everything is answered."""
    async with _connections(port) as connections:
        sessions = [await start(connections[0]) for _ in range(SESSIONS)]
        offer = Offer(rate, perf_counter() + seconds)
        sending = [asyncio.create_task(offer.run(http, sessions)) for http in connections[1:]]
        samples: list[Sample] = []
        while not samples or samples[-1].waiting or samples[-1].at < seconds:
            await asyncio.sleep(SAMPLE_S)
            samples.append(await _sample(connections[0], offer))
            if samples[-1].at > seconds + DRAIN_WITHIN_S:
                break
        await asyncio.gather(*sending)
        return samples


async def _sample(http: Http, offer: Offer) -> Sample:
    took, offer.took = offer.took, []
    now = dict(gauges((await http.ask("GET", "/metrics")).decode()))
    return Sample(
        perf_counter() - offer.began,
        took,
        now["laneway_queue_ready"],
        now["laneway_queue_waiting"],
        now["laneway_queue_oldest_seconds"],
    )


@asynccontextmanager
async def _connections(port: int) -> AsyncIterator[list[Http]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Http.open(port)) for _ in range(CONNECTIONS)]
