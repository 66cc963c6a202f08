"""What agents say while they work, and why tasks failed: from event logs into the records, and read from both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from server.ports import EventLog
from state.events import LoggedEvent
from state.ids import SessionId, TenantId
from state.plan_run import RunId
from state.workflow_log import LogFilter, LogLine

_PAGE = 1000


class WorkflowLogs(Protocol):
    """Lines of all runs, for as long as the operator keeps them."""

    async def keep(self, tenant: TenantId, lines: Sequence[LogLine]) -> None:
        """Add lines, all or none; one that is there already stays as it is."""
        ...

    async def read(self, tenant: TenantId, wanted: LogFilter, limit: int = 500) -> list[LogLine]:
        """Return the first lines of a run after a place; of several runs the latest, oldest first."""
        ...

    async def last_seq(self, tenant: TenantId, run: RunId) -> int:
        """Return the place of a run's last line that is kept; 0 when none is."""
        ...

    async def forget(self, before: int) -> int:
        """Delete lines from before a time (ms); return how many they were."""
        ...


@dataclass(frozen=True, slots=True)
class RunLogs:
    """The lines of a run that goes on are in its event log, those of one that has ended in the records."""

    events: EventLog
    kept: WorkflowLogs

    async def collect(self, tenant: TenantId, runs: Sequence[RunId]) -> None:
        """Put what these runs logged into the records, in one transaction; done twice, it counts once."""
        lines = [line for run in runs for line in await self._told(run, 0)]
        await self.kept.keep(tenant, lines)

    async def read(self, tenant: TenantId, wanted: LogFilter, limit: int) -> list[LogLine]:
        """Return the lines that are wanted; of one run also those that are not in the records yet."""
        kept_until = await self.kept.last_seq(tenant, wanted.run) if wanted.run else 0
        found = await self.kept.read(tenant, wanted, limit)
        if wanted.run is None or len(found) >= limit:
            return found
        after = max(kept_until, wanted.after or 0, found[-1].seq if found else 0)
        later = [line for line in await self._told(wanted.run, after) if wanted.takes(line)]
        return [*found, *later][:limit]

    async def _told(self, run: RunId, after: int) -> list[LogLine]:
        lines: list[LogLine] = []
        while page := await self.events.read(SessionId(run), after, _PAGE):
            after = page[-1].seq
            lines += [line for event in page if (line := line_of(run, event))]
        return lines


def line_of(run: RunId, event: LoggedEvent) -> LogLine | None:
    """Return what an agent said, or why a task failed, from its event; None when it is another one's."""
    if event.type not in {"log", "task_failed"}:
        return None
    told = orjson.loads(event.data)
    if event.type == "task_failed":
        return _failure(run, event.seq, told)
    if "task" not in told or "text" not in told:
        return None
    return LogLine(
        run, event.seq, told["at"], told["level"], told["agent"], told["task"], told["text"], told.get("facts") or {}
    )


def _failure(run: RunId, seq: int, told: Mapping[str, Any]) -> LogLine | None:
    if told["status"] != "failed":
        return None
    facts = {"code": told.get("code"), "attempts": told.get("attempts")}
    return LogLine(run, seq, told["at"], "error", told.get("agent", ""), told["task"], told["reason"], facts)
