"""Tell a conversation how the run that it started is doing, as a message to it; also after a restart."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog
from pydantic import JsonValue

from nodes.chat_workflows import EVENT, Standing
from server.clock import now_ms
from server.plans.verbs import Workflows
from server.service import Service
from state.errors import LanewayError, SessionNotFoundError, StoreUnavailableError
from state.follow_up import FollowUp
from state.ids import SessionId
from state.plan_errors import RunNotFoundError
from state.plan_run import RunId
from state.stored_run import StoredRun
from state.stores.ending import end
from state.turn import SystemPart

POLL_S: Final = 1.0
PROGRESS_MS: Final = 20_000
"""How long a conversation hears nothing before it is told how far a run is."""
_log: Final = structlog.get_logger()


class FollowUps(Protocol):
    """The runs that conversations wait for."""

    async def keep(self, one: FollowUp) -> None:
        """Remember a run, or how far its session was told."""
        ...

    async def drop(self, run: RunId) -> None:
        """Forget a run."""
        ...

    async def all(self) -> list[FollowUp]:
        """Return every run that is waited for."""
        ...


@dataclass(frozen=True, slots=True)
class WorkflowDesk:
    """`nodes.chat_workflows.ChatWorkflows` over the verbs of runs."""

    workflows: Workflows
    follow_ups: FollowUps

    async def start(
        self, template: str, given: Mapping[str, JsonValue], *, session: SessionId, key: str, locale: str
    ) -> str:
        """Start a run and return its id; raises what `Workflows.start` does."""
        run = await self.workflows.start(template=template, given=given, key=key, locale=locale)
        await self.follow_ups.keep(FollowUp(run.id, session, at=now_ms()))
        return run.id

    async def standing(self, run: str) -> Standing | None:
        """Return where a run is, None when there is none of that name."""
        try:
            return standing_of(await self.workflows.get(run))
        except RunNotFoundError:
            return None


def standing_of(stored: StoredRun) -> Standing:
    """Return where a run is."""
    tasks = [task for task in stored.tasks.values() if not task.name.endswith("]")]
    return Standing(
        status=stored.run.status,
        title=stored.run.title,
        done=[task.title or task.step for task in tasks if task.status == "completed"],
        doing=[task.title or task.step for task in tasks if task.status == "in_progress"],
        output=stored.run.output,
        reason=stored.run.reason or "",
    )


@dataclass(slots=True)
class FollowingUp:
    """Looks at the runs that are waited for, and writes to their sessions."""

    service: Service
    desk: WorkflowDesk

    async def look(self) -> int:
        """Tell every session what it should hear now; return how many were told."""
        return sum([await self._one(one) for one in await self.desk.follow_ups.all()])

    async def run(self, poll_s: float = POLL_S) -> None:
        """Look again and again."""
        while True:
            try:
                await self.look()
            except (StoreUnavailableError, LanewayError) as error:
                _log.warning("follow_ups.not_told", code=error.code)
            await asyncio.sleep(poll_s)

    async def _one(self, one: FollowUp) -> bool:
        standing = await self.desk.standing(one.run)
        if standing is None:
            await self.desk.follow_ups.drop(one.run)
            return False
        if not standing.over and (len(standing.done) <= one.told or now_ms() - one.at < PROGRESS_MS):
            return False
        try:
            await self._tell(one, "end" if standing.over else str(len(standing.done)))
        except SessionNotFoundError:
            await self.desk.follow_ups.drop(one.run)
            return False
        if standing.over:
            await self.desk.follow_ups.drop(one.run)
        else:
            await self.desk.follow_ups.keep(replace(one, told=len(standing.done), at=now_ms()))
        return True

    async def _tell(self, one: FollowUp, stage: str) -> None:
        session = await self.service.session(one.session)
        await self.service.accept(
            session, [SystemPart(EVENT, one.run)], key=f"{EVENT}:{one.run}:{stage}", strategy="enqueue"
        )


@asynccontextmanager
async def following_up(service: Service, desk: WorkflowDesk) -> AsyncIterator[None]:
    """Tell sessions how their runs are doing until the end of the block."""
    task = asyncio.create_task(FollowingUp(service, desk).run())
    try:
        yield
    finally:
        await end(task)
