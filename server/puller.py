"""Take sessions out of a queue while there is room for them, and look for those that others left over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from server.ports import Queue
from state.errors import StoreUnavailableError
from state.mailbox import Ready
from state.stores.ending import end

log = structlog.get_logger()

_BLOCK_MS: Final = 2_000
_PAUSE_S: Final = 0.5
_BUSY_S: Final = 0.005
"""How long two rounds of the event loop take when no more is begun: a webhook's way takes about eight of them."""


class Puller:
    """Calls `work` with each session that has something to do, `concurrency` of them side by side.

    Attributes:
        stopping: nothing more is taken.
    """

    def __init__(
        self, queue: Queue, work: Callable[[Ready], Awaitable[None]], *, concurrency: int, sweep_every_s: float
    ) -> None:
        self._queue = queue
        self._work = work
        self._slots = asyncio.Semaphore(concurrency)
        self._sweep_every_s = sweep_every_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self.stopping = False

    def start(self) -> None:
        """Begin to take sessions, what an earlier process left over among them."""
        self.stopping = False
        self._loops = [asyncio.create_task(self._read()), asyncio.create_task(self._sweep())]

    def take_nothing_more(self) -> None:
        """Take no more sessions; those that are worked on go on."""
        self.stopping = True
        for loop in self._loops:
            loop.cancel()

    async def drain(self, within_s: float) -> None:
        """Take no more sessions, and let what runs end within `within_s` seconds."""
        self.take_nothing_more()
        for loop in self._loops:
            await end(loop)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)

    async def close(self) -> None:
        """End what still runs."""
        for task in list(self._tasks):
            await end(task)

    async def _read(self) -> None:
        while True:
            async with self._slots:
                pass  # one is free: whoever has none reads nothing, so that another process can
            await self._calm()
            try:
                for ready in await self._queue.next(1, _BLOCK_MS):
                    task = asyncio.create_task(self._run(ready))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
            except StoreUnavailableError as error:
                log.warning("queue.store_unavailable", reason=error.message)
                await asyncio.sleep(_PAUSE_S)

    async def _calm(self) -> None:
        """Wait while what runs keeps the event loop busy: accepting comes before beginning more."""
        loop = asyncio.get_running_loop()
        while self._tasks:
            began = loop.time()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if loop.time() - began < _BUSY_S:
                return
            await asyncio.sleep(_BUSY_S)

    async def _run(self, ready: Ready) -> None:
        async with self._slots:
            await self._work(ready)

    async def _sweep(self) -> None:
        while True:
            try:
                await self._queue.sweep()
            except StoreUnavailableError as error:
                log.warning("queue.store_unavailable", reason=error.message)
            await asyncio.sleep(self._sweep_every_s)
