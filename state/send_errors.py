"""Errors on the way of a message to a customer; the rest of the tree is in `errors.py`."""

from state.errors import LanewayError


class SendRefusedError(LanewayError):
    """A channel will not take this message, now or later; `reason` is the channel's own code."""

    code = "send_refused"

    def __init__(self, reason: str, *, hint: str = "The channel's documentation says what the code means.") -> None:
        super().__init__(f"The channel refused the message: {reason}.", hint=hint)
        self.reason = reason


class SendParkedError(LanewayError):
    """A message that must not be sent as things are: a person of ours answers, or the channel's window is shut."""

    code = "send_parked"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The message is not sent: {reason}.", hint="It stays in the outbox's record as parked.")
        self.reason = reason


class SendLaterError(LanewayError):
    """A channel certainly did not take a message and may take it after `after_s` seconds.

    `blames_message` says whether the message may be the reason, so that it is not tried for ever.
    """

    code = "send_later"

    def __init__(self, reason: str, after_s: float, *, blames_message: bool = True) -> None:
        super().__init__(f"The channel did not take the message: {reason}.", hint="It is sent again by itself.")
        self.reason = reason
        self.after_s = after_s
        self.blames_message = blames_message


class SendAmbiguousError(LanewayError):
    """Nobody knows whether a channel took a message: the connection ended before its answer came."""

    code = "send_ambiguous"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"It is not known whether the channel took the message: {reason}.",
            hint="It is sent again by itself when the channel reports nothing of it.",
        )
        self.reason = reason


class NotDeliveredError(LanewayError):
    """A session whose channel has no contacts: its customers read the answers on the event stream."""

    code = "not_delivered"

    def __init__(self, session: str, channel: str) -> None:
        super().__init__(
            f"Session {session!r} is on the channel {channel!r}, where nothing is delivered.",
            hint="Only sessions of customers who wrote on a channel such as whatsapp can be paused and resumed.",
        )


class ShapeError(LanewayError):
    """A message that a channel would refuse as it is; it was not sent.

    Attributes:
        field: which part of the message, by the channel's name for it.
        limit: what the channel asks of it.
        has: what it has instead, in figures: never a customer's words.
    """

    code = "message_limit"

    def __init__(self, field: str, limit: str, has: str) -> None:
        super().__init__(
            f"{field} of a message: the limit is {limit}, it has {has}.",
            hint="Change the tenant's texts or the node that wrote the message; as it is it can't be sent.",
        )
        self.field = field
        self.limit = limit
        self.has = has
