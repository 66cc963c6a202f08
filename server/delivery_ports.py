"""What delivering on a channel needs: the outbox, who the customers are, who sends, who shows that somebody writes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from state.contact import Contact, Flag, Identity
from state.ids import ContactId, SessionId
from state.mailbox import NotYet, Refused
from state.outbox import Delivery, SendStatus
from state.turn import InboundMessage


class Outbox(Protocol):
    """Messages on their way to customers, in order and by one deliverer at a time for each session."""

    async def claim(self, session: SessionId, token: str, entry: str = "") -> Delivery | NotYet | Refused:
        """Hold the session for the lease time and return its next message."""
        ...

    async def mark(
        self,
        session: SessionId,
        row: str,
        status: SendStatus,
        *,
        token: str = "",
        ref: str | None = None,
        code: str | None = None,
        counted: bool = True,
        event: bytes = b"",
    ) -> bool:
        """Say how far a message got; False when what is known already stays, or there is no such row.

        With a `token` it is said only while that holds the session. A try that ends as `queued` may be not `counted`.
        The encoded `event` is in the session's log from the same moment on.
        """
        ...

    async def renew(self, session: SessionId, token: str) -> bool:
        """Hold the session for another lease time; False when it is no longer this deliverer's."""
        ...

    async def release(self, session: SessionId, token: str, *, after_ms: int = 0) -> None:
        """Give the session back, its next message to be tried after a time."""
        ...

    async def get(self, session: SessionId, row: str) -> Delivery | None:
        """Return a row and how far it got; None when there is none."""
        ...

    async def all(self, session: SessionId) -> list[Delivery]:
        """Return the session's rows of the last days, oldest first."""
        ...


class Contacts(Protocol):
    """Who writes, by any of the names a channel gives them."""

    async def identify(
        self, account: str, identities: Sequence[Identity], *, name: str | None = None, heard: int = 0
    ) -> Contact:
        """Return the contact with one of these identities, the surest first, made if there is none.

        All of them are the contact's from now on, also those that were another's.
        """
        ...

    async def get(self, account: str, contact: ContactId) -> Contact | None:
        """Return a contact; None when it isn't known."""
        ...

    async def flag(self, account: str, contact: ContactId, what: Flag, value: str, at: int) -> bool:
        """Note what was said of a contact at a time (ms since 1970 UTC); False when something later is known.

        An empty value takes it back. The values are those of `Contact`, as text.
        """
        ...


class ChannelSender(Protocol):
    """Delivers messages on one channel."""

    async def wait_s(self, delivery: Delivery) -> float:
        """Return how many seconds the channel's rates want this message to wait; 0 when it may go."""
        ...

    async def send(self, delivery: Delivery) -> str:
        """Deliver a message and return the channel's id of it.

        Raises:
            SendRefusedError: it will never be taken.
            SendParkedError: it must not be sent as things are.
            SendLaterError: it was certainly not taken and may be later.
            SendAmbiguousError: nobody knows.
        """
        ...


class Presence(Protocol):
    """Shows a customer that their message is being answered; never waits, never fails."""

    def answering(self, message: InboundMessage) -> AbstractContextManager[None]:
        """Show it until the block ends."""
        ...
