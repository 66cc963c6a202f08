"""Delivery for channels whose customers read the event log themselves: chat page, terminal, API."""

from state.conversation import OutboundMessage
from state.ids import SessionId, TurnId


class LogSender:
    """The answer is delivered by being in the log; its id is its place in the turn."""

    async def send(self, session: SessionId, turn: TurnId, ordinal: int, message: OutboundMessage) -> str:  # noqa: ARG002
        """Return the message's id."""
        return f"{turn}-{ordinal}"
