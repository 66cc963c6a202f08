"""What the server needs from its stores, as it needs it. Adapters don't inherit from these."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import JsonValue

from nodes.ports import EffectStore
from state.effect import AmbiguousEffect, EffectName
from state.events import LoggedEvent
from state.ids import SessionId, TenantId, TurnId
from state.mailbox import (
    Accepted,
    Arrival,
    Claimed,
    Committed,
    DeadLetter,
    Depths,
    Ending,
    Held,
    NotYet,
    Ready,
    Refused,
    StopReason,
)
from state.session import FinishedTurn, Session
from state.turn import InboundMessage


class Sessions(Protocol):
    """The facts of sessions."""

    async def create(self, session: Session) -> None:
        """Store a new session's facts; those of one that is there already stay."""
        ...

    async def get(self, session: SessionId) -> Session | None:
        """Return the session's facts, or None when there is no such session."""
        ...

    async def latest(self, tenant: TenantId, limit: int) -> list[Session]:
        """Return at most `limit` sessions of a tenant, the most recently used first."""
        ...


class Inbox(Protocol):
    """Accepted messages in order, one worker at a time for each session."""

    async def accept(self, message: InboundMessage, arrival: Arrival) -> Accepted:
        """Remember the message and put it last in its session's inbox; a repeat is told its first turn."""
        ...

    async def claim(self, session: SessionId, token: str, entry: str = "") -> Claimed | NotYet | Refused:
        """Hold the session for the lease time and return its next turn's messages."""
        ...

    async def renew(self, session: SessionId, token: str) -> Held | None:
        """Hold the session for another lease time; None when it is no longer this worker's."""
        ...

    async def release(self, session: SessionId, token: str, *, after_ms: int = 0, counted: bool = True) -> None:
        """Give the session back, its turn to be begun again after a time; the attempt counts or not."""
        ...

    async def commit(self, token: str, fence: int, ending: Ending) -> Committed:
        """End a turn, all or nothing; the same again changes nothing and answers the same."""
        ...

    async def stop(self, session: SessionId, turn: TurnId | None, reason: StopReason) -> list[TurnId]:
        """Have a turn stopped, or all that are not answered; return those that will be."""
        ...


class Queue(Protocol):
    """Which sessions have work."""

    async def open(self) -> None:
        """Prepare what is read from."""
        ...

    async def next(self, count: int, block_ms: int) -> list[Ready]:
        """Wait for sessions with work, at most `block_ms`; a few more than `count` may come."""
        ...

    async def wake(self, session: SessionId, *, repair: bool = False) -> bool:
        """Queue a session whose time has come; with `repair`, also one that seems to be queued already."""
        ...

    async def sweep(self) -> list[SessionId]:
        """Queue sessions whose time came and passed, and those with work that no worker gave a sign of life for."""
        ...

    async def depths(self) -> Depths:
        """Return how much waits."""
        ...

    async def close(self) -> None:
        """Leave nothing of this process behind."""
        ...


class DeadLetters(Protocol):
    """Turns that were put aside."""

    async def latest(self, limit: int) -> list[DeadLetter]:
        """Return at most `limit` dead letters, the latest first."""
        ...

    async def get(self, letter: str) -> DeadLetter:
        """Return one; raises `DeadLetterNotFoundError`."""
        ...

    async def drop(self, letter: str) -> bool:
        """Delete one; False when it was gone."""
        ...


class EventLog(Protocol):
    """One append-only log a session."""

    async def append(
        self, session: SessionId, batch: str, events: Sequence[bytes], fence: int | None = None, *, writer: str = ""
    ) -> int:
        """Append encoded events and return the last one's seq; a `writer`'s last `batch` again changes nothing.

        Raises:
            StaleFenceError: the session's fence has risen above the writer's `fence`.
        """
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

    async def left_over(self, older_ms: int, limit: int) -> list[SessionId]:
        """Return sessions whose last ended turn has waited for longer than `older_ms`."""
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

    async def ended_since(self, tenant: TenantId, since: int, limit: int) -> list[FinishedTurn]:
        """Return the last `limit` turns that ended at a time (ms) or later, oldest first."""
        ...

    async def forget(self, ended_before: int) -> int:
        """Delete turns that ended before a time (ms); return how many they were."""
        ...


class EffectDesk(Protocol):
    """What an operator does about effects in doubt, and the worker about those of ended turns."""

    async def unsettled(self, limit: int) -> list[SessionId]:
        """Return sessions with effects that have no result, those that began one last first."""
        ...

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


class EffectLedger(EffectStore, EffectDesk, Protocol):
    """Both sides of the effects ledger, as the worker needs it."""
