"""Which sessions have work, and which turns were put aside, in memory."""

import asyncio
import time
from collections.abc import Mapping, Sized
from dataclasses import replace
from typing import Protocol

from state.errors import DeadLetterNotFoundError
from state.ids import SessionId
from state.mailbox import DeadLetter, Depths, Ready


class MemoryDeadLetters:
    """Dead letters in the order they came."""

    def __init__(self) -> None:
        self._letters: dict[str, DeadLetter] = {}

    def add(self, letter: DeadLetter) -> None:
        """Keep one, as a commit does."""
        name = f"0.{len(self._letters) + 1}-0"
        self._letters[name] = replace(letter, id=name)

    async def latest(self, limit: int) -> list[DeadLetter]:
        """Return at most `limit` dead letters, the latest first."""
        return list(reversed(self._letters.values()))[:limit]

    async def get(self, letter: str) -> DeadLetter:
        """Return one; raises `DeadLetterNotFoundError`."""
        if letter not in self._letters:
            raise DeadLetterNotFoundError(letter)
        return self._letters[letter]

    async def drop(self, letter: str) -> bool:
        """Delete one; False when it was gone."""
        return self._letters.pop(letter, None) is not None


class Box(Protocol):
    """What of a session's work the queue must know; times are seconds on the monotonic clock."""

    @property
    def waiting(self) -> Sized:
        """What is to be done."""

    lease: tuple[str, float]
    heard: float


class MemoryQueue:
    """Sessions with work, first in, first out."""

    def __init__(self, boxes: Mapping[SessionId, Box], dead: MemoryDeadLetters | None = None, *, lease_ms: int) -> None:
        self._boxes = boxes
        self._dead = dead or MemoryDeadLetters()
        self._lease_s = lease_ms / 1000
        self._ready: asyncio.Queue[SessionId] = asyncio.Queue()
        self._queued: set[SessionId] = set()
        self._read: dict[SessionId, float] = {}
        self.due: dict[SessionId, float] = {}

    async def open(self) -> None:
        """Nothing is to be made."""

    async def close(self) -> None:
        """Queue what was read and not taken for others."""
        for session in list(self._read):
            self.taken(session)
            await self.wake(session)

    def add(self, session: SessionId) -> None:
        """Queue a session, unless it is queued."""
        if session not in self._queued:
            self._queued.add(session)
            self._ready.put_nowait(session)

    def taken(self, session: SessionId) -> None:
        """A claim came from the queue."""
        self._queued.discard(session)
        self._read.pop(session, None)

    async def next(self, count: int, block_ms: int) -> list[Ready]:  # noqa: ARG002 - one is as good as many
        """Wait for a session with work, at most `block_ms`."""
        try:
            session = await asyncio.wait_for(self._ready.get(), block_ms / 1000)
        except TimeoutError:
            return []
        self._read[session] = time.monotonic()
        return [Ready(session, "1-0")]

    async def wake(self, session: SessionId, *, repair: bool = False) -> bool:
        """Queue a session whose time has come; with `repair`, also one that seems to be queued already."""
        if self.due.get(session, 0.0) > time.monotonic():
            return False
        self.due.pop(session, None)
        box = self._boxes[session]
        if not box.waiting or box.lease[1] > time.monotonic():
            return False
        box.heard = time.monotonic()
        if repair:
            self._queued.discard(session)
        self.add(session)
        return True

    async def sweep(self) -> list[SessionId]:
        """Queue sessions whose time came and passed, and those with work that no worker gave a sign of life for."""
        now = time.monotonic()
        for session in [session for session, at in self._read.items() if at <= now - self._lease_s]:
            self.taken(session)
        due = [session for session, at in self.due.items() if at <= now]
        silent = [session for session, box in self._boxes.items() if box.waiting and box.heard <= now - self._lease_s]
        found = dict.fromkeys([*due, *silent])
        return [session for session in found if await self.wake(session, repair=session in silent)]

    async def depths(self) -> Depths:
        """Return how much waits."""
        heard = [box.heard for box in self._boxes.values() if box.waiting]
        oldest = time.monotonic() - min(heard) if heard else 0.0
        dead = len(await self._dead.latest(10_000))
        return Depths(self._ready.qsize(), len(heard), len(self.due), dead, oldest_s=oldest)
