"""The media index's in-memory twin, and that of the calls that failed."""

import time
from collections import defaultdict
from collections.abc import Callable

from state.ids import SessionId
from state.media import MediaFacts


class MemoryMediaIndex:
    """Facts by session and ref; nothing expires."""

    def __init__(self) -> None:
        self._facts: dict[tuple[SessionId, str], MediaFacts] = {}

    async def get(self, session: SessionId, ref: str) -> MediaFacts | None:
        """Return what is known of a file."""
        return self._facts.get((session, ref))

    async def put(self, facts: MediaFacts) -> None:
        """Remember it."""
        self._facts[facts.session, facts.ref] = facts


class MemoryMediaErrors:
    """Times of errors by number; `now` returns seconds that only grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at: defaultdict[str, list[float]] = defaultdict(list)

    async def recent(self, number: str, within_ms: int) -> int:
        """Return how many there were lately."""
        since = self._now() - within_ms / 1000
        self._at[number] = [at for at in self._at[number] if at > since]
        return len(self._at[number])

    async def note(self, number: str, within_ms: int) -> int:
        """Note one and return how many there were lately."""
        self._at[number].append(self._now())
        return await self.recent(number, within_ms)
