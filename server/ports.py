"""What the server needs from its stores, as it needs it. Adapters don't inherit from these."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import JsonValue

from state.effect import AmbiguousEffect, EffectName
from state.events import LoggedEvent
from state.ids import SessionId, TenantId, TurnId
from state.session import Accepted, Claimed, FinishedTurn, Refused, Session
from state.turn import InboundMessage


class Sessions(Protocol):
    """The facts of sessions."""

    async def create(self, session: Session) -> None:
        """Store a new session's facts."""
        ...

    async def get(self, session: SessionId) -> Session | None:
        """Return the session's facts, or None when there is no such session."""
        ...

    async def latest(self, tenant: TenantId, limit: int) -> list[Session]:
        """Return at most `limit` sessions of a tenant, the most recently used first."""
        ...


class Inbox(Protocol):
    """Accepted messages in order, one worker at a time for each session."""

    async def accept(self, message: InboundMessage) -> Accepted:
        """Remember the message and put it last in its session's inbox; a repeat is told its first turn."""
        ...

    async def claim(self, session: SessionId, token: str) -> Claimed | Refused:
        """Hold the session for the lease time and return its next message."""
        ...

    async def renew(self, session: SessionId, token: str) -> bool:
        """Hold the session for another lease time; False when it is no longer this worker's."""
        ...

    async def release(self, session: SessionId, token: str) -> None:
        """Give the session back so that another worker can take it at once."""
        ...

    async def commit(
        self, token: str, finished: FinishedTurn, facts: Mapping[str, str], events: Sequence[bytes]
    ) -> bool:
        """End a turn, all or nothing; False when the session is no longer this worker's."""
        ...

    async def left_over(self, before: int) -> list[tuple[SessionId, int]]:
        """Return sessions whose last acceptance is older than `before` (ms) and that may still have work."""
        ...

    async def settled(self, session: SessionId, at: int) -> None:
        """Stop sweeping a session that has no work, unless it took a message after `at` (ms)."""
        ...


class EventLog(Protocol):
    """One append-only log a session."""

    async def append(self, session: SessionId, batch: str, events: Sequence[bytes]) -> int:
        """Append encoded events and return the last one's seq; the same `batch` again changes nothing."""
        ...

    async def read(self, session: SessionId, after: int = 0, limit: int = 1000) -> list[LoggedEvent]:
        """Return at most `limit` events whose seq is greater than `after`, oldest first."""
        ...

    async def first_seq(self, session: SessionId) -> int:
        """Return the oldest kept event's seq; 0 when there is none."""
        ...


class FinishedTurns(Protocol):
    """Ended turns on their way to the archive."""

    async def waiting(self, sessions: Sequence[SessionId]) -> list[FinishedTurn]:
        """Return the turns of these sessions that are not archived yet."""
        ...

    async def archived(self, turns: Sequence[FinishedTurn]) -> None:
        """Let go of turns that the archive has."""
        ...


class TurnArchive(Protocol):
    """Every finished turn, for as long as the operator keeps them; the state holds only the last few."""

    async def keep(self, turns: Sequence[FinishedTurn]) -> None:
        """Add turns, all or none; one that is there already stays as it is."""
        ...

    async def read(
        self, tenant: TenantId, session: SessionId, before: int | None = None, limit: int = 50
    ) -> list[FinishedTurn]:
        """Return the last `limit` turns of a session whose number is below `before`, oldest first."""
        ...

    async def forget(self, ended_before: int) -> int:
        """Delete turns that ended before a time (ms); return how many they were."""
        ...


class EffectDesk(Protocol):
    """What an operator does about effects in doubt, and the worker about those of ended turns."""

    async def ambiguous(self, session: SessionId) -> list[AmbiguousEffect]:
        """Return the effects in doubt, the longest first."""
        ...

    async def ambiguous_total(self, session: SessionId) -> int:
        """Return how many of the session's effects were ever in doubt."""
        ...

    async def settle_as_done(self, session: SessionId, name: EffectName, result: JsonValue) -> bool:
        """Record the result that the call had; False when no such effect is in doubt.

        Raises `EffectResultError` when the result can't be kept.
        """
        ...

    async def settle_as_not_done(self, session: SessionId, name: EffectName) -> bool:
        """Forget the effect, so that it may be done; False when no such effect is in doubt."""
        ...

    async def forget(self, session: SessionId, turn: TurnId) -> None:
        """Let go of the recorded results of a turn that has ended; what is in doubt stays."""
        ...
