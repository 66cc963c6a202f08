"""Queue sessions when their time comes: a burst that ends, an attempt to repeat."""

import asyncio
from contextlib import suppress

from server.ports import Queue
from state.errors import StoreUnavailableError
from state.ids import SessionId
from state.stores.ending import end


class Waker:
    """Timers of one process; what it no longer wakes when it is gone, the workers' sweep does."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._timers: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake_later(self, session: SessionId, wait_ms: int) -> None:
        """Queue a session after so many milliseconds."""

        def wake() -> None:
            self._timers.discard(timer)
            task = asyncio.create_task(self._wake(session))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        timer = asyncio.get_running_loop().call_later(wait_ms / 1000, wake)
        self._timers.add(timer)

    async def stop(self) -> None:
        """Wake nothing more."""
        for timer in self._timers:
            timer.cancel()
        for task in list(self._tasks):
            await end(task)

    async def _wake(self, session: SessionId) -> None:
        with suppress(StoreUnavailableError):
            await self._queue.wake(session)
