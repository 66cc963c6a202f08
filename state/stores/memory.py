"""In-memory twins of the stores, for unit tests and for trying things out; nothing survives the process."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from state.events import LoggedEvent
from state.ids import SessionId, TenantId, TurnId
from state.session import Accepted, Claimed, FinishedTurn, Outcome, Refused, Session
from state.stores.event_log import logged
from state.turn import InboundMessage, Part

_PARTS = TypeAdapter(list[Part])


class MemorySessions:
    """The facts of sessions, and what the other twins share."""

    def __init__(self) -> None:
        self.facts: dict[SessionId, Session] = {}
        self.inboxes: dict[SessionId, list[InboundMessage]] = defaultdict(list)
        self.finished: dict[SessionId, dict[TurnId, FinishedTurn]] = defaultdict(dict)

    async def create(self, session: Session) -> None:
        """Store a new session's facts."""
        self.facts[session.id] = session

    async def get(self, session: SessionId) -> Session | None:
        """Return the session's facts, or None when there is no such session."""
        facts = self.facts.get(session)
        return facts and replace(facts, waiting=len(self.inboxes[session]))

    async def latest(self, tenant: TenantId, limit: int) -> list[Session]:
        """Return at most `limit` sessions of a tenant, the most recently used first."""
        mine = [session for session in self.facts.values() if session.tenant == tenant]
        return sorted(mine, key=lambda session: -session.updated)[:limit]


class MemoryEventLog:
    """One list of encoded events a session."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions
        self._rows: dict[SessionId, list[bytes]] = defaultdict(list)
        self._batches: dict[SessionId, str] = {}

    async def append(self, session: SessionId, batch: str, events: Sequence[bytes]) -> int:
        """Append encoded events and return the last one's seq; the same `batch` again changes nothing."""
        if session not in self._sessions.facts:
            return -1
        if self._batches.get(session) != batch:
            self._batches[session] = batch
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


class MemoryInbox:
    """Accepted messages in order, one worker at a time for each session."""

    def __init__(self, sessions: MemorySessions, log: MemoryEventLog, *, lease_ms: int, capacity: int) -> None:
        self._sessions = sessions
        self._log = log
        self._lease_ms = lease_ms
        self._capacity = capacity
        self._seen: dict[tuple[SessionId, str], tuple[TurnId, bytes]] = {}
        self._leases: dict[SessionId, tuple[str, float]] = {}
        self._attempts: dict[TurnId, int] = defaultdict(int)
        self._pending: dict[SessionId, int] = {}

    async def accept(self, message: InboundMessage) -> Accepted:
        """Remember the message and put it last in its session's inbox; a repeat is told its first turn."""
        session, parts = message.session_id, _PARTS.dump_json(message.parts)
        if session not in self._sessions.facts:
            return Accepted(Outcome.NO_SESSION, TurnId(""))
        if known := self._seen.get((session, message.id)):
            return Accepted(Outcome.REPEATED if known[1] == parts else Outcome.CONFLICT, known[0])
        if len(self._sessions.inboxes[session]) >= self._capacity:
            return Accepted(Outcome.FULL, TurnId(""))
        self._seen[session, message.id] = (message.turn_id, parts)
        self._sessions.inboxes[session].append(message)
        self._sessions.facts[session] = replace(self._sessions.facts[session], updated=message.at)
        self._pending[session] = message.at
        return Accepted(Outcome.ACCEPTED, message.turn_id)

    async def claim(self, session: SessionId, token: str) -> Claimed | Refused:
        """Hold the session for the lease time and return its next message."""
        if self._holder(session) not in {None, token}:
            return Refused.HELD_ELSEWHERE
        if not self._sessions.inboxes[session]:
            self._leases.pop(session, None)
            return Refused.NOTHING_WAITS
        self._hold(session, token)
        message = self._sessions.inboxes[session][0]
        self._attempts[message.turn_id] += 1
        return Claimed(message, self._attempts[message.turn_id])

    async def renew(self, session: SessionId, token: str) -> bool:
        """Hold the session for another lease time; False when it is no longer this worker's."""
        if self._holder(session) != token:
            return False
        self._hold(session, token)
        return True

    async def release(self, session: SessionId, token: str) -> None:
        """Give the session back so that another worker can take it at once."""
        if self._holder(session) == token:
            del self._leases[session]

    async def commit(
        self, token: str, finished: FinishedTurn, facts: Mapping[str, str], events: Sequence[bytes]
    ) -> bool:
        """End a turn, all or nothing; False when the session is no longer this worker's."""
        session = finished.session
        waiting = self._sessions.inboxes[session]
        if self._holder(session) != token or not waiting or waiting[0].turn_id != finished.turn.id:
            return False
        waiting.pop(0)
        self._log.add(session, events)
        known = self._sessions.facts[session]
        self._sessions.finished[session][finished.turn.id] = replace(finished, number=known.turns + 1)
        self._sessions.facts[session] = replace(
            known,
            turns=known.turns + 1,
            status=facts.get("status", known.status),
            lane=facts.get("lane") or known.lane,
            intent=facts.get("intent") or None,
            locale=facts.get("locale", known.locale),
            handoff=facts.get("handoff") == "open",
        )
        return True

    async def left_over(self, before: int) -> list[tuple[SessionId, int]]:
        """Return sessions whose last acceptance is older than `before` (ms) and that may still have work."""
        return [(session, at) for session, at in self._pending.items() if at <= before]

    async def settled(self, session: SessionId, at: int) -> None:
        """Stop sweeping a session that has no work, unless it took a message after `at` (ms)."""
        if self._pending.get(session) == at:
            del self._pending[session]

    def _holder(self, session: SessionId) -> str | None:
        token, until = self._leases.get(session, ("", 0.0))
        return token if until > time.monotonic() else None

    def _hold(self, session: SessionId, token: str) -> None:
        self._leases[session] = (token, time.monotonic() + self._lease_ms / 1000)


class MemoryFinishedTurns:
    """Ended turns on their way to the archive."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions

    async def waiting(self, sessions: Sequence[SessionId]) -> list[FinishedTurn]:
        """Return the turns of these sessions that are not archived yet."""
        return [turn for session in sessions for turn in self._sessions.finished[session].values()]

    async def archived(self, turns: Sequence[FinishedTurn]) -> None:
        """Let go of turns that the archive has."""
        for finished in turns:
            self._sessions.finished[finished.session].pop(finished.turn.id, None)
