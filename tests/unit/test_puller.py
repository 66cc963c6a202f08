"""What is taken out of a queue leaves room for what comes in."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

from server.puller import Puller
from state.ids import SessionId
from state.mailbox import Depths, Ready
from tests.waiting import until

SESSIONS = 12


class Waiting:
    """A queue in which so many sessions wait from the start."""

    def __init__(self) -> None:
        self.left = SESSIONS

    async def open(self) -> None: ...

    async def next(self, count: int, block_ms: int) -> list[Ready]:
        await asyncio.sleep(0 if self.left else 3600)
        self.left -= 1
        return [Ready(SessionId(f"ses_{self.left}"), "")]

    async def wake(self, session: SessionId, *, repair: bool = False) -> bool:
        return False

    async def sweep(self) -> list[SessionId]:
        return []

    async def depths(self) -> Depths:
        return Depths()

    async def close(self) -> None: ...


def busy(seconds: float) -> None:
    until = perf_counter() + seconds
    while perf_counter() < until:
        pass


@dataclass
class Shift:
    """Counts what runs side by side."""

    running: int = 0
    most: int = 0
    done: int = 0

    async def over(self, work: Callable[[], Awaitable[object]]) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        await work()
        self.running -= 1
        self.done += 1


async def pulled(shift: Shift, work: Callable[[], Awaitable[object]]) -> None:
    puller = Puller(Waiting(), lambda _: shift.over(work), concurrency=64, sweep_every_s=3600)
    puller.start()
    await until(lambda: shift.done == SESSIONS)
    await puller.drain(1)


async def test_what_computes_is_begun_nearly_one_after_the_other() -> None:
    shift = Shift()

    async def computing() -> None:
        for _ in range(3):
            busy(0.02)
            await asyncio.sleep(0)

    await pulled(shift, computing)

    assert shift.most <= 2


async def test_what_waits_for_others_is_begun_side_by_side() -> None:
    shift, all_there = Shift(), asyncio.Event()

    async def waiting() -> None:
        if shift.running == SESSIONS:
            all_there.set()
        await all_there.wait()

    await pulled(shift, waiting)

    assert shift.most == SESSIONS
