"""End runs that wait for a person, or are paused, when their deadline comes: nobody works on them then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

import structlog

from server.clock import now_ms
from server.plans.messages import message_to
from server.plans.ports import Runs
from server.ports import Inbox
from state.errors import LanewayError
from state.mailbox import Arrival
from state.plan import seconds
from state.plan_run import PlanRun, RunId
from state.stores.ending import end

POLL_S: Final = 1.0
_AT_ONCE: Final = 100
_log: Final = structlog.get_logger()


class Deadlines(Protocol):
    """When runs that halt are to have ended."""

    async def keep(self, run: RunId, at: int) -> None:
        """Remember when a run is to have ended (ms since 1970 UTC)."""
        ...

    async def drop(self, run: RunId) -> None:
        """Forget a run."""
        ...

    async def due(self, now: int, limit: int) -> list[RunId]:
        """Return at most `limit` runs that are to have ended by a time (ms), the earliest first."""
        ...


def due_at(run: PlanRun) -> int | None:
    """Return when a run is to have ended (ms since 1970 UTC); None when it has all the time, or hasn't begun."""
    deadline = seconds(run.plan.get("deadline"))
    return None if run.started is None or not isinstance(deadline, int | float) else run.started + int(deadline * 1000)


def is_late(run: PlanRun, now: int) -> bool:
    """Tell whether a run's deadline has come."""
    at = due_at(run)
    return at is not None and at <= now


class DeadlineWatch:
    """One per process that works; what two of them do at the same time is done once."""

    def __init__(self, deadlines: Deadlines, runs: Runs, inbox: Inbox) -> None:
        self._deadlines = deadlines
        self._runs = runs
        self._inbox = inbox

    async def look(self) -> None:
        """Wake every halted run whose deadline has come; whoever takes it up ends it."""
        now = now_ms()
        for run in await self._deadlines.due(now, _AT_ONCE):
            stored = await self._runs.get(run)
            if stored is None or stored.run.over:
                await self._deadlines.drop(run)
            elif stored.run.status in {"waiting", "paused"}:
                await self._inbox.accept(message_to(stored.run, "deadline", f"deadline:{now // 1000}"), Arrival())

    async def run(self, poll_s: float = POLL_S) -> None:
        """Look again and again."""
        while True:
            try:
                await self.look()
            except LanewayError as error:
                _log.warning("deadlines.not_looked_at", code=error.code)
            await asyncio.sleep(poll_s)


@asynccontextmanager
async def watching_deadlines(deadlines: Deadlines, runs: Runs, inbox: Inbox) -> AsyncIterator[None]:
    """End runs at their deadlines until the end of the block."""
    task = asyncio.create_task(DeadlineWatch(deadlines, runs, inbox).run())
    try:
        yield
    finally:
        await end(task)
