"""What runs of plans need from their stores. Adapters don't inherit from these."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from state.ids import TenantId
from state.plan_run import Approval, PlanRun, RunId, RunStatus, TaskRecord
from state.stored_run import StoredRun, Wish
from state.workflow_log import DayTrend


class Runs(Protocol):
    """The task registry: runs, their tasks, what people want of them and answered."""

    async def create(self, run: PlanRun, tasks: Sequence[TaskRecord], digest: str) -> str:
        """Make a run and return '', or the digest that an earlier one of this name was made with; that one stays."""
        ...

    async def put(self, run_id: RunId, fence: int, tasks: Sequence[TaskRecord], run: PlanRun | None) -> None:
        """Write records; raises `StaleFenceError` when another worker has the run."""
        ...

    async def get(self, run_id: RunId) -> StoredRun | None:
        """Return a run with its tasks; None when there is none."""
        ...

    async def wish(self, run_id: RunId) -> Wish | None:
        """Return what somebody wants of a run."""
        ...

    async def want(self, run_id: RunId, wish: Wish | None) -> None:
        """Say what is wanted of a run, or that nothing is any more."""
        ...

    async def approvals(self, run_id: RunId) -> Mapping[str, Approval]:
        """Return the answers that people gave, by task."""
        ...

    async def answer(self, run_id: RunId, task: str, approval: Approval) -> bool:
        """Keep a person's answer; False when there is one already, which stays."""
        ...

    async def latest(self, tenant: TenantId, before: RunId | None, limit: int) -> list[PlanRun]:
        """Return at most `limit` runs of a tenant made before another one, the latest first, without their plans."""
        ...

    async def ended(self, limit: int) -> list[RunId]:
        """Return runs that ended and that the archive doesn't have yet."""
        ...

    async def archived(self, runs: Sequence[RunId]) -> None:
        """Note that the archive has these runs."""
        ...


class Archive(Protocol):
    """Ended runs, for as long as the operator keeps them."""

    async def get(self, tenant: TenantId, run: RunId) -> StoredRun | None:
        """Return a run with its tasks; None when there is none."""
        ...

    async def latest(
        self,
        tenant: TenantId,
        before: tuple[int, RunId] | None,
        limit: int,
        *,
        status: RunStatus | None = None,
        template: str | None = None,
    ) -> list[PlanRun]:
        """Return runs made before a time (ms) and name, the latest first, without their plans and results."""
        ...


class Trends(Protocol):
    """What ended day by day."""

    async def runs(self, tenant: TenantId, since: int) -> list[DayTrend]:
        """Return what became of runs that ended at a time (ms) or later, a row a day, the oldest first."""
        ...

    async def agents(self, tenant: TenantId, since: int, agent: str | None = None) -> list[DayTrend]:
        """Return how agents' tasks went that ended at a time (ms) or later, a row a day and agent."""
        ...
