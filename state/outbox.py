"""What is on its way to a customer, on channels that deliver."""

from dataclasses import dataclass
from typing import Final, Literal

from state.conversation import OutboundMessage
from state.ids import ContactId, SessionId, TurnId
from state.turn import Channel

DELIVERED: Final[frozenset[Channel]] = frozenset({"whatsapp"})
"""Channels whose answers are sent; customers of the others read them on the event stream."""

SendStatus = Literal["queued", "sending", "ambiguous", "parked", "sent", "delivered", "read", "failed"]

RANK: Final[dict[SendStatus, int]] = {
    "queued": 0,
    "sending": 0,
    "ambiguous": 0,
    "sent": 1,
    "parked": 2,
    "delivered": 2,
    "failed": 2,
    "read": 3,
}
"""A status gives way to one of a higher rank only; those of rank 0 give way to each other, `failed` to none."""


@dataclass(frozen=True, slots=True)
class OutboundRow:
    """One message to deliver, the `ordinal`-th of its turn, from 0; `at` is when its turn ended (ms since 1970 UTC).

    It goes from `account`, one of our numbers, to `contact`, in the language `locale`. `reply_to` is the customer's
    message that it quotes.
    """

    session: SessionId
    turn: TurnId
    ordinal: int
    channel: Channel
    message: OutboundMessage
    at: int
    contact: ContactId | None = None
    account: str = ""
    locale: str = ""
    reply_to: str | None = None

    @property
    def id(self) -> str:
        """Its name in the session, the same for one answer for ever."""
        return f"{self.turn}:{self.ordinal}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row and how far it got.

    Attributes:
        row: what is to be delivered.
        status: how far it got.
        tries: calls to the channel begun.
        since: when it took this status (ms since 1970 UTC, by the store's clock).
        ref: the channel's own id, once it is known.
        code: why it failed, is parked or in doubt.
        age_ms: how long it has had this status, when it was claimed.
    """

    row: OutboundRow
    status: SendStatus
    tries: int = 0
    since: int = 0
    ref: str | None = None
    code: str | None = None
    age_ms: int = 0
