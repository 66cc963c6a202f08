"""Several `laneway serve` processes on one store: started, killed, frozen, drained, and ended for certain."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.history import Fault, History
from tests.forked import ForkedServer
from tests.processes import ServerProcess
from tests.waiting import SOON_S, until

PROMISED_S = float(os.environ.get("LANEWAY_TEST_RECOVERY_S", "3"))
"""The recovery time the processes are set to: `LANEWAY_RECOVERY_S`."""

LEASE_S = 0.6 * PROMISED_S

RECOVERY_S = PROMISED_S + 57.0
"""What a turn that lost its worker gets on a machine whose few processors the customers, too, have to share."""

FROZEN_S = LEASE_S + 1.0


@dataclass(frozen=True)
class Settings:
    """The `LANEWAY_...` variables of all places; `apart` are those of single places, by number."""

    store_url: str
    more: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def of(self, number: int) -> dict[str, str]:
        shared = {"LANEWAY_REDIS_URL": self.store_url, "LANEWAY_RECOVERY_S": str(PROMISED_S)}
        return {**shared, **self.more, **self.apart.get(number, {})}


class Fleet:
    """Places for processes, by number; what happens to them goes to the history."""

    def __init__(self, size: int, folder: Path, settings: Settings, random: Random, history: History) -> None:
        self._folder = folder
        self._settings = settings
        self._places: list[ServerProcess] = []
        self._starting: set[asyncio.Task[None]] = set()
        self._size = size
        self.random = random
        self.history = history
        self.frozen: set[int] = set()
        self.kills = self.freezes = 0
        self.ended: list[ServerProcess] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Fleet"]:
        """Start every place and wait until all serve; whatever happens, no process is left."""
        try:
            self._places = [self._new(number) for number in range(self._size)]
            await asyncio.gather(*(asyncio.to_thread(place.wait) for place in self._places))
            yield self
        finally:
            for task in list(self._starting):
                task.cancel()
            await asyncio.gather(*self._starting, return_exceptions=True)
            await asyncio.gather(*(asyncio.to_thread(end, place) for place in [*self._places, *self.ended]))

    def ready(self) -> list[int]:
        """The places that serve now."""
        return [
            number
            for number, place in enumerate(self._places)
            if place.url and place.process.poll() is None and number not in self.frozen
        ]

    def url(self, number: int) -> str:
        """The address of a place; a frozen one has one too."""
        return self._places[number].url

    def any(self, *, but: int | None = None) -> int:
        """Choose a place that serves or, when none does, any."""
        return self.random.choice([number for number in self.ready() if number != but] or range(self._size))

    def addressed(self) -> list[int]:
        """The places that have an address, frozen ones too: who sends doesn't know."""
        return [number for number, place in enumerate(self._places) if place.url]

    async def kill(self, number: int) -> None:
        """`kill -9` a place and start it anew without waiting for it to serve."""
        self.kills += 1
        self.history.add(Fault("kill -9", str(number)))
        self._places[number].process.kill()
        await self._replace(number)

    async def kill_all(self) -> None:
        """`kill -9` every place at once, and start them anew."""
        self.history.add(Fault("kill -9", "all"))
        for place in self._places:
            place.process.kill()
        for number in range(self._size):
            self.kills += 1
            await self._replace(number)

    async def freeze(self, numbers: list[int], seconds: float = FROZEN_S) -> None:
        """SIGSTOP places for so long that others take over what they hold, then let them go on as if nothing was."""
        for number in numbers:
            self.freezes += 1
            self.history.add(Fault("SIGSTOP", str(number)))
            self._places[number].process.send_signal(signal.SIGSTOP)
            self.frozen.add(number)
        await asyncio.sleep(seconds)
        for number in numbers:
            self.history.add(Fault("SIGCONT", str(number)))
            self._places[number].process.send_signal(signal.SIGCONT)
            self.frozen.discard(number)

    async def drain(self, number: int) -> int:
        """SIGTERM a place, start another in its stead once it has ended, and return its exit code."""
        self.history.add(Fault("SIGTERM", str(number)))
        code = await asyncio.to_thread(self._places[number].stop)
        await self._replace(number)
        return code

    async def all_ready(self) -> None:
        """Wait until every place serves."""
        await until(lambda: len(self.ready()) == self._size, SOON_S)

    def pid(self, number: int) -> int:
        """The process at a place."""
        return self._places[number].process.pid

    def lines_of(self, number: int) -> list[str]:
        """What the process at a place wrote to its log."""
        return list(self._places[number].lines)

    def lines(self) -> list[str]:
        """What all processes wrote to their log, those that ended included."""
        return [line for place in [*self.ended, *self._places] for line in place.lines]

    async def _replace(self, number: int) -> None:
        old = self._places[number]
        self.ended.append(old)
        self._places[number] = self._new(number)
        task = asyncio.create_task(asyncio.to_thread(end, old))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _new(self, number: int) -> ServerProcess:
        return ForkedServer(self._folder, port=0, **self._settings.of(number))


def end(place: ServerProcess) -> None:
    """Kill a process, also a frozen one, and close what we have of it."""
    if place.process.stderr is not None and not place.process.stderr.closed:
        place.kill()
