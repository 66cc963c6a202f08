"""What the server keeps about a session beside its conversation state."""

from dataclasses import dataclass

from state.events import TurnStatus
from state.ids import ContactId, SessionId, TenantId
from state.turn import Channel, Turn


@dataclass(frozen=True, slots=True)
class Session:
    """The facts of one session; times are milliseconds since 1970 UTC.

    `turns` counts ended turns, `waiting` accepted messages that are not answered yet, `events` is the last event's
    seq. On a channel where we deliver, `contact` is who writes and `account` which of our numbers they write to.
    """

    id: SessionId
    tenant: TenantId
    channel: Channel
    created: int
    updated: int
    locale: str | None = None
    lane: str | None = None
    intent: str | None = None
    status: str = "idle"
    turns: int = 0
    waiting: int = 0
    events: int = 0
    handoff: bool = False
    contact: ContactId | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class FinishedTurn:
    """A turn that has ended, as the archive keeps it.

    `number` is its place among the session's finished turns, from 1; `ended` is milliseconds since 1970 UTC.
    """

    tenant: TenantId
    session: SessionId
    channel: Channel
    status: TurnStatus
    ended: int
    turn: Turn
    number: int = 0
