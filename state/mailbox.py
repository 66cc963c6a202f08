"""How messages wait and how their turns are owned and ended: what the inbox is asked, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from state.ids import SessionId, TurnId
from state.outbox import OutboundRow
from state.session import FinishedTurn
from state.turn import InboundMessage

Strategy = Literal["enqueue", "coalesce", "reject", "interrupt", "rollback"]
"""What becomes of a message that comes while an earlier one is not answered yet.

enqueue: its own turn, after the others. coalesce: one turn with the messages that came shortly before it and are not
begun. reject: refused. interrupt: what is not answered yet is stopped, and what the customer said stays in the
dialogue. rollback: the same, as if the stopped turn had never begun.
"""

StopReason = Literal["cancel", "interrupt", "rollback"]
"""Why a turn was stopped: somebody asked for it, or a later message's strategy did."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a message joins those that wait.

    A coalescing message waits until nothing came for `quiet_ms`, at most `cap_ms` after the first of its turn; an
    `immediate` one (a button) ends the wait.
    """

    strategy: Strategy = "enqueue"
    quiet_ms: int = 0
    cap_ms: int = 0
    immediate: bool = False


class Outcome(Enum):
    """What became of a message that was offered to the inbox."""

    ACCEPTED = 1
    REPEATED = 0
    NO_SESSION = -1
    CONFLICT = -2
    FULL = -3
    BUSY = -4


@dataclass(frozen=True, slots=True)
class Accepted:
    """The inbox's answer.

    `turn_id` is the first acceptance's when the message is a repeat, the burst's when it joined one. `wait_ms` is how
    long its turn waits for more messages.
    """

    outcome: Outcome
    turn_id: TurnId
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """The messages of one turn to work on, and how often it was begun, this time included.

    `fence` is the fencing token: it rises with every change of owner, and a write with an older one is refused.
    `stop` says that the turn was stopped before it was begun.
    """

    messages: Sequence[InboundMessage]
    attempt: int
    fence: int
    stop: StopReason | None = None


class Refused(Enum):
    """Why a claim gives no turn."""

    NOTHING_WAITS = 0
    HELD_ELSEWHERE = -1


@dataclass(frozen=True, slots=True)
class NotYet:
    """The session's next turn waits for more messages or for its next attempt, so long (ms)."""

    wait_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """The session is still this worker's; `stop` says that its turn is to be stopped."""

    stop: StopReason | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """All that the end of a turn writes, in one step.

    Attributes:
        finished: the turn, for the archive.
        facts: what the session's facts say from now on.
        events: the turn's last events, encoded.
        dead: what the dead-letter queue keeps of it, when it was put aside.
        outbox: the messages to deliver, on a channel that delivers.
        go_on: whether the worker would take the session's next turn at once.
    """

    finished: FinishedTurn
    facts: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[bytes] = ()
    dead: bytes | None = None
    outbox: Sequence[OutboundRow] = ()
    go_on: bool = True


class Committed(Enum):
    """What a commit did: nothing as the session is another worker's, ended the turn, or ended it and another waits."""

    STALE = 0
    DONE = 1
    NEXT = 2


@dataclass(frozen=True, slots=True)
class Ready:
    """A session with work, as the queue hands it out; `entry` is its place in the queue."""

    session: SessionId
    entry: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A turn that was put aside; `at` is milliseconds since 1970 UTC, `code` the last error's."""

    id: str
    session: SessionId
    turn: TurnId
    at: int
    code: str
    attempts: int
    messages: Sequence[InboundMessage]


@dataclass(frozen=True, slots=True)
class Depths:
    """How much waits.

    Attributes:
        ready: sessions handed out but not taken.
        waiting: sessions with unanswered messages.
        due: sessions to wake at a later time.
        dead: dead letters.
        unsettled: sessions with effects that were begun and have no result.
        oldest_s: how long ago the longest waiting session was last heard of.
    """

    ready: int = 0
    waiting: int = 0
    due: int = 0
    dead: int = 0
    unsettled: int = 0
    oldest_s: float = 0.0
