"""The deadlines' in-memory twin."""

from state.plan_run import RunId


class MemoryDeadlines:
    """Deadlines for one process."""

    def __init__(self) -> None:
        self._kept: dict[RunId, int] = {}

    async def keep(self, run: RunId, at: int) -> None:
        """Remember when a run is to have ended (ms)."""
        self._kept[run] = at

    async def drop(self, run: RunId) -> None:
        """Forget a run."""
        self._kept.pop(run, None)

    async def due(self, now: int, limit: int) -> list[RunId]:
        """Return at most `limit` runs that are to have ended by a time (ms), the earliest first."""
        rows = sorted((at, run) for run, at in self._kept.items() if at <= now)
        return [run for _, run in rows[:limit]]
