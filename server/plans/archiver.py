"""Move ended runs into the archive, in batches and off the way of the runs."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

import structlog

from server.clock import now_ms
from server.plans.logs import RunLogs
from server.plans.ports import Runs
from server.plans.retention import Kept, let_go
from state.errors import LanewayError
from state.ids import SessionId
from state.stored_run import StoredRun
from state.stores.ending import end

log = structlog.get_logger()

DAY_MS: Final = 86_400_000
_GATHER_S: Final = 0.2
_SWEEP_S: Final = 5.0
_BATCH: Final = 100
_FORGET_EVERY_S: Final = 3600.0


class RunArchive(Protocol):
    """Where ended runs are kept for long."""

    async def keep(self, runs: Sequence[StoredRun]) -> None:
        """Add ended runs, all or none; one that is there already stays as it is."""
        ...

    async def forget(self, ended_before: int) -> int:
        """Delete runs that ended before a time (ms); return how many they were."""
        ...


class RunArchiver:
    """One per process; what one doesn't get done, any other does. Its sweep lets go what is `kept` for a time only."""

    def __init__(
        self, runs: Runs, archive: RunArchive, *, keep_days: int, logs: RunLogs | None = None, kept: Sequence[Kept] = ()
    ) -> None:
        self._runs = runs
        self._archive = archive
        self._logs = logs
        self._kept = kept
        self._keep_ms = keep_days * DAY_MS
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._forget())]

    async def stop(self) -> None:
        """Archive what is due, if the database answers, and end."""
        for task in self._tasks:
            await end(task)
        with suppress(LanewayError):
            await self.archive()

    def wake(self, session: SessionId) -> None:  # noqa: ARG002 # all that are due are looked at
        """Look for ended runs soon."""
        self._woken.set()

    async def archive(self) -> int:
        """Archive ended runs and return how many they were.

        Raises:
            StoreUnavailableError, RecordsUnavailableError: they stay where they are.
        """
        names = await self._runs.ended(_BATCH)
        found = [one for name in names if (one := await self._runs.get(name)) is not None]
        await self._archive.keep(found)
        if self._logs:
            for tenant in {one.run.tenant for one in found}:
                await self._logs.collect(tenant, [one.run.id for one in found if one.run.tenant == tenant])
        if names:
            await self._runs.archived(names)
        return len(names)

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _SWEEP_S)
            await asyncio.sleep(_GATHER_S)
            self._woken.clear()
            try:
                while await self.archive() == _BATCH:
                    pass
            except LanewayError as error:
                log.warning("runs.archive_unavailable", code=error.code, reason=error.message)

    async def _forget(self) -> None:
        while True:
            try:
                gone = await self._archive.forget(now_ms() - self._keep_ms)
                if gone:
                    log.info("runs.forgotten", runs=gone)
            except LanewayError as error:
                log.warning("runs.archive_unavailable", code=error.code, reason=error.message)
            await let_go(self._kept)
            await asyncio.sleep(_FORGET_EVERY_S)
