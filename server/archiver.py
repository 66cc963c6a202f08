"""Move ended turns into the archive, off the way of the answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Final

import structlog

from server.clock import now_ms
from server.ports import FinishedTurns, TurnArchive
from state.errors import LanewayError, StoreUnavailableError
from state.ids import SessionId
from state.stores.ending import end

log = structlog.get_logger()

GATHER_S: Final = 0.1
"""Turns that end within so short a time go into one transaction."""
MOST_SESSIONS: Final = 200
DAY_MS: Final = 86_400_000
_LONGEST_PAUSE_S: Final = 30.0
_FORGET_EVERY_S: Final = 3600.0


class Archiver:
    """One per process. What it doesn't get done, that of any other process does.

    `also_forget` deletes what else is kept for a number of days only, and returns how much that was.
    """

    def __init__(
        self,
        finished: FinishedTurns,
        archive: TurnArchive,
        *,
        keep_days: int,
        sweep_s: float = 5.0,
        also_forget: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        self._finished = finished
        self._archive = archive
        self._keep_ms = keep_days * DAY_MS
        self._also_forget = also_forget
        self._due: set[SessionId] = set()
        self._sweep_s = sweep_s
        self._swept = 0.0
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; nothing is due yet."""
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._forget())]

    async def stop(self) -> None:
        """Archive what is due, if the database answers, and end."""
        for task in self._tasks:
            await end(task)
        await self._try(self._next())

    def wake(self, session: SessionId) -> None:
        """Archive the ended turns of a session soon."""
        self._due.add(session)
        self._woken.set()

    async def archive(self, sessions: Collection[SessionId]) -> None:
        """Archive the ended turns of sessions now.

        Raises:
            StoreUnavailableError, RecordsUnavailableError: some may not be archived; they stay where they are.
        """
        turns = await self._finished.waiting(list(sessions)) if sessions else []
        if turns:
            await self._archive.keep(turns)
            await self._finished.archived(turns)

    async def _run(self) -> None:
        pause = GATHER_S
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._sweep_s)
            await asyncio.sleep(pause)
            await self._sweep()
            taken = self._next()
            if await self._try(taken):
                pause = GATHER_S
            else:
                self._due |= taken
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            if self._due:
                self._woken.set()

    async def _sweep(self) -> None:
        if time.monotonic() < self._swept + self._sweep_s:
            return
        self._swept = time.monotonic()
        with suppress(StoreUnavailableError):
            self._due |= set(await self._finished.left_over(int(self._sweep_s * 1000), MOST_SESSIONS))

    def _next(self) -> set[SessionId]:
        self._woken.clear()
        return {self._due.pop() for _ in range(min(len(self._due), MOST_SESSIONS))}

    async def _try(self, sessions: set[SessionId]) -> bool:
        try:
            await self.archive(sessions)
        except LanewayError as error:
            log.warning("archive.unavailable", sessions=len(sessions), code=error.code, reason=error.message)
            return False
        return True

    async def _forget(self) -> None:
        while True:
            try:
                gone = await self._archive.forget(now_ms() - self._keep_ms)
                if gone:
                    log.info("archive.forgotten", turns=gone)
            except LanewayError as error:
                log.warning("archive.unavailable", code=error.code, reason=error.message)
            await self._forget_files()
            await asyncio.sleep(_FORGET_EVERY_S)

    async def _forget_files(self) -> None:
        try:
            gone = await self._also_forget() if self._also_forget else 0
        except LanewayError as error:
            log.warning("media.unavailable", code=error.code, reason=error.message)
        else:
            if gone:
                log.info("media.forgotten", files=gone)
