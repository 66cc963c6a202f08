"""Sessions, their events and their ended turns in memory."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from state.errors import StaleFenceError
from state.events import LoggedEvent
from state.ids import SessionId, TenantId, TurnId
from state.mailbox import StopReason
from state.session import FinishedTurn, Session
from state.stores.event_log import logged
from state.turn import InboundMessage


@dataclass
class Mailbox:
    """What the inbox keeps of one session; times are seconds on the monotonic clock."""

    waiting: list[InboundMessage] = field(default_factory=list)
    seen: dict[str, tuple[TurnId, bytes]] = field(default_factory=dict)
    stops: dict[TurnId, StopReason] = field(default_factory=dict)
    burst: tuple[TurnId, float, float] | None = None
    retry_at: float = 0.0
    lease: tuple[str, float] = ("", 0.0)
    fence: int = 0
    running: TurnId | None = None
    attempt: int = 0
    last: tuple[str, TurnId] | None = None
    heard: float = 0.0


class MemorySessions:
    """The facts of sessions, and what the other twins share."""

    def __init__(self) -> None:
        self.facts: dict[SessionId, Session] = {}
        self.boxes: dict[SessionId, Mailbox] = defaultdict(Mailbox)
        self.finished: dict[SessionId, dict[TurnId, FinishedTurn]] = defaultdict(dict)

    async def create(self, session: Session) -> None:
        """Store a new session's facts; those of one that is there already stay."""
        self.facts.setdefault(session.id, session)

    async def get(self, session: SessionId) -> Session | None:
        """Return the session's facts, or None when there is no such session."""
        facts = self.facts.get(session)
        return facts and replace(facts, waiting=len(self.boxes[session].waiting))

    async def latest(self, tenant: TenantId, limit: int) -> list[Session]:
        """Return at most `limit` sessions of a tenant, the most recently used first."""
        mine = [session for session in self.facts.values() if session.tenant == tenant]
        return sorted(mine, key=lambda session: -session.updated)[:limit]


class MemoryEventLog:
    """One list of encoded events a session."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions
        self._rows: dict[SessionId, list[bytes]] = defaultdict(list)
        self._batches: dict[tuple[SessionId, str], str] = {}

    async def append(
        self, session: SessionId, batch: str, events: Sequence[bytes], fence: int | None = None, *, writer: str = ""
    ) -> int:
        """Append encoded events and return the last one's seq; a `writer`'s last `batch` again changes nothing."""
        if session not in self._sessions.facts:
            return -1
        if fence is not None and self._sessions.boxes[session].fence != fence:
            raise StaleFenceError(str(self._sessions.boxes[session].fence))
        if self._batches.get((session, writer)) != batch:
            self._batches[session, writer] = batch
            self.add(session, events)
        return len(self._rows[session])

    async def read(self, session: SessionId, after: int = 0, limit: int = 1000) -> list[LoggedEvent]:
        """Return at most `limit` events whose seq is greater than `after`, oldest first."""
        rows = self._rows[session][after : after + limit]
        return [logged(session, after + place, row) for place, row in enumerate(rows, start=1)]

    async def first_seq(self, session: SessionId) -> int:
        """Return the oldest kept event's seq; 0 when there is none."""
        return 1 if self._rows[session] else 0

    def add(self, session: SessionId, events: Sequence[bytes]) -> None:
        """Append without a batch, as a commit does."""
        self._rows[session] += events
        facts = self._sessions.facts[session]
        self._sessions.facts[session] = replace(facts, events=len(self._rows[session]))


class MemoryFinishedTurns:
    """Ended turns on their way to the archive."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions

    async def waiting(self, sessions: Sequence[SessionId]) -> list[FinishedTurn]:
        """Return the turns of these sessions that are not archived yet."""
        return [turn for session in sessions for turn in self._sessions.finished[session].values()]

    async def left_over(self, older_ms: int, limit: int) -> list[SessionId]:
        """Return sessions whose last ended turn has waited for longer than `older_ms`."""
        until = time.time() * 1000 - older_ms
        found = [
            session
            for session, turns in self._sessions.finished.items()
            if turns and max(turn.ended for turn in turns.values()) <= until
        ]
        return found[:limit]

    async def archived(self, turns: Sequence[FinishedTurn]) -> None:
        """Let go of turns that the archive has."""
        for finished in turns:
            self._sessions.finished[finished.session].pop(finished.turn.id, None)
