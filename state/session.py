"""What the server keeps about a session beside its conversation state, and what the inbox answers."""

from dataclasses import dataclass
from enum import Enum

from state.events import TurnStatus
from state.ids import SessionId, TenantId, TurnId
from state.turn import Channel, InboundMessage, Turn


@dataclass(frozen=True, slots=True)
class Session:
    """The facts of one session; times are milliseconds since 1970 UTC.

    `turns` counts ended turns, `waiting` accepted messages that are not answered yet, `events` is the last event's
    seq.
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


class Outcome(Enum):
    """What became of a message that was offered to the inbox."""

    ACCEPTED = 1
    REPEATED = 0
    NO_SESSION = -1
    CONFLICT = -2
    FULL = -3


@dataclass(frozen=True, slots=True)
class Accepted:
    """The inbox's answer; `turn_id` is the first acceptance's when the message is a repeat."""

    outcome: Outcome
    turn_id: TurnId


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message to work on and how often it was begun, this time included."""

    message: InboundMessage
    attempt: int


class Refused(Enum):
    """Why a claim gives no message."""

    NOTHING_WAITS = 0
    HELD_ELSEWHERE = -1


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
