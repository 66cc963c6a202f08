"""What can be done with workflows, as routes, sockets and commands ask for it."""

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import JsonValue

from state.plan_run import PlanRun, RunStatus, TaskRecord
from state.session import Session


class Workflows(Protocol):
    """The verbs of workflows; every one that names a run raises `RunNotFoundError`."""

    async def start(
        self,
        plan: str | Mapping[str, Any],
        given: Mapping[str, JsonValue],
        *,
        key: str | None = None,
        title: str = "",
        locale: str | None = None,
    ) -> PlanRun:
        """Start a template by its name, or a plan as JSON values; the same `key` again returns the same run.

        Raises:
            TemplateNotFoundError, PlanError: it can't be run so.
            DrainingError: this process is about to end.
        """
        ...

    async def read(self, run: str) -> tuple[PlanRun, Mapping[str, TaskRecord]]:
        """Return a run and its tasks in the plan's order, also one that only the records have."""
        ...

    async def session(self, run: str) -> Session:
        """Return the session that a run is, whose log has its events."""
        ...

    async def latest(
        self, *, status: RunStatus | None, template: str | None, before: str | None, limit: int
    ) -> list[PlanRun]:
        """Return runs, the latest first, older than `before`."""
        ...

    async def cancel(self, run: str, reason: str = "") -> PlanRun:
        """Cancel a run; raises `RunStateError` when it has ended."""
        ...

    async def pause(self, run: str) -> PlanRun:
        """Have no further step begin; raises `RunStateError` when it has ended."""
        ...

    async def resume(self, run: str) -> PlanRun:
        """Go on after a pause; raises `RunStateError` when it isn't paused."""
        ...

    async def replay(
        self,
        run: str,
        *,
        step: str | None = None,
        given: Mapping[str, JsonValue] | None = None,
        agents: Mapping[str, str] | None = None,
    ) -> PlanRun:
        """Run an ended run anew from a step, linked to it; raises `RunStateError` when it goes on."""
        ...

    async def approve(
        self, run: str, step: str | None = None, *, approved: bool = True, by: str = "", comment: str = ""
    ) -> PlanRun:
        """Answer an approval step; raises `RunStateError` when none asks, or several do and none is named."""
        ...
