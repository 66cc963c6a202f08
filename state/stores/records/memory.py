"""In-memory twins of the records, for unit tests."""

from collections.abc import Sequence
from dataclasses import replace

from state.ids import SessionId, TenantId, TurnId
from state.plan_run import RunId
from state.session import FinishedTurn
from state.workflow_log import LogFilter, LogLine


class MemoryTurnArchive:
    """Finished turns by tenant, session and turn."""

    def __init__(self) -> None:
        self._kept: dict[tuple[TenantId, SessionId, TurnId], FinishedTurn] = {}

    async def keep(self, turns: Sequence[FinishedTurn]) -> None:
        """Add turns; one that is there already stays as it is."""
        for finished in turns:
            self._kept.setdefault((finished.tenant, finished.session, finished.turn.id), finished)

    async def read(
        self, tenant: TenantId, session: SessionId, before: int | None = None, limit: int = 50
    ) -> list[FinishedTurn]:
        """Return the last `limit` turns of a session whose number is below `before`, oldest first."""
        mine = [finished for key, finished in self._kept.items() if key[:2] == (tenant, session)]
        earlier = [finished for finished in mine if before is None or finished.number < before]
        return sorted(earlier, key=lambda finished: finished.number)[-limit:]

    async def ended_since(self, tenant: TenantId, since: int, limit: int) -> list[FinishedTurn]:
        """Return the last `limit` turns that ended at a time (ms) or later, oldest first."""
        mine = [finished for finished in self._kept.values() if finished.tenant == tenant and finished.ended >= since]
        return sorted(mine, key=lambda finished: (finished.ended, finished.session, finished.number))[-limit:]

    async def forget(self, ended_before: int) -> int:
        """Delete turns that ended before a time (ms); return how many they were."""
        gone = [key for key, finished in self._kept.items() if finished.ended < ended_before]
        for key in gone:
            del self._kept[key]
        return len(gone)


class MemoryWorkflowLogs:
    """Lines by tenant, run and place."""

    def __init__(self) -> None:
        self._kept: dict[tuple[TenantId, RunId, int], LogLine] = {}

    async def keep(self, tenant: TenantId, lines: Sequence[LogLine]) -> None:
        """Add lines; one that is there already stays as it is."""
        for line in lines:
            self._kept.setdefault((tenant, line.run, line.seq), replace(line, text=line.text.replace("\0", "")))

    async def read(self, tenant: TenantId, wanted: LogFilter, limit: int = 500) -> list[LogLine]:
        """Return the first `limit` lines of a run after a place; of several runs the latest, oldest first."""
        mine = [line for key, line in self._kept.items() if key[0] == tenant and wanted.takes(line)]
        if wanted.run is not None:
            return sorted(mine, key=lambda line: line.seq)[:limit]
        return sorted(mine, key=lambda line: (line.at, line.run, line.seq))[-limit:]

    async def last_seq(self, tenant: TenantId, run: RunId) -> int:
        """Return the place of a run's last line that is kept; 0 when none is."""
        return max((seq for kept, name, seq in self._kept if (kept, name) == (tenant, run)), default=0)

    async def forget(self, before: int) -> int:
        """Delete lines from before a time (ms); return how many they were."""
        gone = [key for key, line in self._kept.items() if line.at < before]
        for key in gone:
            del self._kept[key]
        return len(gone)
