"""In-memory twins of the records, for unit tests."""

from collections.abc import Sequence

from state.ids import SessionId, TenantId, TurnId
from state.session import FinishedTurn


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
