"""The runs' in-memory twin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from state.errors import StaleFenceError
from state.ids import SessionId, TenantId
from state.plan_run import Approval, PlanRun, RunId, TaskRecord
from state.session import Session
from state.stored_run import StoredRun, Wish
from state.stores.memory.sessions import MemorySessions


@dataclass
class _Kept:
    run: PlanRun
    digest: str
    tasks: dict[str, TaskRecord] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    wish: Wish | None = None
    archived: bool = False


class MemoryRuns:
    """Runs of one process; their sessions' fences are those of `sessions`."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions
        self._kept: dict[RunId, _Kept] = {}

    async def create(self, run: PlanRun, tasks: Sequence[TaskRecord], digest: str) -> str:
        """Make a run and return '', or the digest that an earlier one of this name was made with; that one stays."""
        if run.id in self._kept:
            return self._kept[run.id].digest
        session = Session(SessionId(run.id), run.tenant, "workflow", run.created, run.created, locale=run.locale)
        await self._sessions.create(session)
        self._kept[run.id] = _Kept(run, digest, {one.name: one for one in tasks})
        return ""

    async def put(self, run_id: RunId, fence: int, tasks: Sequence[TaskRecord], run: PlanRun | None) -> None:
        """Write records; raises `StaleFenceError` when another worker has the run."""
        box = self._sessions.boxes[SessionId(run_id)]
        if box.fence != fence:
            raise StaleFenceError(str(box.fence))
        kept = self._kept[run_id]
        kept.tasks |= {one.name: one for one in tasks}
        kept.run = replace(run, plan=kept.run.plan, input=kept.run.input) if run else kept.run

    async def get(self, run_id: RunId) -> StoredRun | None:
        """Return a run with its tasks; None when there is none."""
        kept = self._kept.get(run_id)
        if kept is None:
            return None
        return StoredRun(replace(kept.run, approvals=dict(kept.approvals)), dict(kept.tasks), kept.wish)

    async def wish(self, run_id: RunId) -> Wish | None:
        """Return what somebody wants of a run."""
        kept = self._kept.get(run_id)
        return kept.wish if kept else None

    async def want(self, run_id: RunId, wish: Wish | None) -> None:
        """Say what is wanted of a run, or that nothing is any more."""
        if run_id in self._kept:
            self._kept[run_id].wish = wish

    async def approvals(self, run_id: RunId) -> Mapping[str, Approval]:
        """Return the answers that people gave, by task."""
        return dict(self._kept[run_id].approvals)

    async def answer(self, run_id: RunId, task: str, approval: Approval) -> bool:
        """Keep a person's answer; False when there is one already, which stays."""
        return self._kept[run_id].approvals.setdefault(task, approval) is approval

    async def latest(self, tenant: TenantId, before: RunId | None, limit: int) -> list[PlanRun]:
        """Return at most `limit` runs of a tenant made before another one, the latest first, without their plans."""
        mine = [kept.run for kept in self._kept.values() if kept.run.tenant == tenant]
        found = sorted(mine, key=lambda run: (run.created, run.id), reverse=True)
        names = [run.id for run in found]
        first = names.index(before) + 1 if before in names else 0
        return [replace(run, plan={}, input={}) for run in found[first : first + limit]]

    async def ended(self, limit: int) -> list[RunId]:
        """Return runs that ended and that the archive doesn't have yet."""
        return [name for name, kept in self._kept.items() if kept.run.over and not kept.archived][:limit]

    async def archived(self, runs: Sequence[RunId]) -> None:
        """Note that the archive has these runs."""
        for run in runs:
            self._kept[run].archived = True
