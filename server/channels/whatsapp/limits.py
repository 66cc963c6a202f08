"""Meta's limits on how fast a number may send, and what keeps to them."""

from typing import Final, Protocol

from state.rate import Leave, Rate

PER_S: Final = 80
"""Messages a second of a number, in and out together."""
COEXISTENCE_PER_S: Final = 20
"""The same for a number that the WhatsApp Business app uses too."""
PAIR: Final = Rate(burst=45, every_ms=6000)
"""To one customer from one number."""


class SendRates(Protocol):
    """Who may send now, over all processes."""

    async def take(self, number: str, recipient: str) -> Leave:
        """Take the right to send one message, or be told how long to wait."""
        ...

    async def pair_refused(self, number: str, recipient: str) -> float:
        """Note that Meta refused (131056): send this customer nothing for 4^X s, and return how long."""
        ...

    async def hold(self, number: str, seconds: float) -> None:
        """Send nothing from this number for a time, as Meta asked (130429, 80007, 4)."""
        ...

    async def stop(self, number: str, seconds: float) -> None:
        """Open the circuit: until `resume`, one message every so many seconds, over all processes."""
        ...

    async def resume(self, number: str) -> None:
        """Close the circuit: the number works again."""
        ...


class Room(Protocol):
    """How much of a number's rate is unused."""

    async def has_room(self, number: str) -> bool:
        """Tell whether half of what may go at once could go now; nothing is taken."""
        ...


def number_rate(per_s: int = PER_S) -> Rate:
    """Return a pace at which no second ever sees more than `per_s` messages.

    A tenth of them may go at once and the rest at an even pace, so what arrives in the same second, which Meta counts
    too, finds room.
    """
    burst = max(1, per_s // 10)
    return Rate(burst, 1000 / max(1, per_s - burst))
