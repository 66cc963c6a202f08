"""The follow-ups' in-memory twin."""

from state.follow_up import FollowUp
from state.plan_run import RunId


class MemoryFollowUps:
    """Follow-ups for one process."""

    def __init__(self) -> None:
        self._kept: dict[RunId, FollowUp] = {}

    async def keep(self, one: FollowUp) -> None:
        """Remember a run, or how far its session was told."""
        self._kept[one.run] = one

    async def drop(self, run: RunId) -> None:
        """Forget a run."""
        self._kept.pop(run, None)

    async def all(self) -> list[FollowUp]:
        """Return every run that is waited for."""
        return list(self._kept.values())
