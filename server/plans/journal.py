"""Write a run's records while it runs, many in one round trip."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from server.plans.ports import Runs
from state.errors import LanewayError
from state.plan_run import Approval, PlanRun, RunId, TaskRecord

GATHER_S: Final = 0.1
"""What is only noted waits so long for company: the events tell of it at once."""


class RunJournal:
    """The records of one run, under one fencing token; whatever is kept takes with it what was noted before."""

    def __init__(self, runs: Runs, run: RunId, fence: int) -> None:
        self._runs = runs
        self._id = run
        self._fence = fence
        self._tasks: dict[str, TaskRecord] = {}
        self._run: PlanRun | None = None
        self._next: asyncio.Task[None] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._writing = asyncio.Lock()

    def note(self, tasks: Sequence[TaskRecord] = (), run: PlanRun | None = None) -> None:
        """Write records soon, and before whatever is kept after them."""
        for one in tasks:
            self._tasks[one.name] = one
        self._run = run or self._run
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(GATHER_S, self._begin)

    async def keep(self, tasks: Sequence[TaskRecord] = (), run: PlanRun | None = None) -> None:
        """Write records; they survive from now on.

        Raises:
            StaleFenceError: another worker has the run.
            StoreUnavailableError: the store doesn't answer.
        """
        self.note(tasks, run)
        await asyncio.shield(self._begin())

    async def approvals(self) -> Mapping[str, Approval]:
        """Return the answers that people gave so far, by task."""
        return await self._runs.approvals(self._id)

    async def close(self) -> None:
        """Write nothing more than what is being written."""
        if self._soon:
            self._soon.cancel()
        self._tasks, self._run = {}, None
        if self._next:
            await asyncio.wait([self._next])

    def _begin(self) -> "asyncio.Task[None]":
        if self._soon:
            self._soon.cancel()
            self._soon = None
        if self._next is None:
            self._next = asyncio.create_task(self._write())
            self._next.add_done_callback(_looked_at)
        return self._next

    async def _write(self) -> None:
        async with self._writing:
            self._next = None
            tasks, run = self._tasks, self._run
            self._tasks, self._run = {}, None
            try:
                await self._runs.put(self._id, self._fence, list(tasks.values()), run)
            except LanewayError:
                self._tasks, self._run = tasks | self._tasks, self._run or run
                raise


def _looked_at(written: "asyncio.Task[None]") -> None:
    if not written.cancelled():
        written.exception()  # whoever keeps something next meets the same fault
