"""How fast messages may go out."""

from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 6


@dataclass(frozen=True, slots=True)
class Leave:
    """The right to send one message, or the seconds to wait until it is asked for again.

    `probe` says that the number was stopped, and that this one message finds out whether it works again.
    """

    wait_s: float = 0.0
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` messages at once, then one every `every_ms`; what was not used comes back at the same pace."""

    burst: int
    every_ms: float


def pause_s(refusals: int) -> float:
    """Return how long a customer is left alone after so many refusals in a row: 4^X s for X = 0, 1, 2 ... 6 (68 min).

    Meta's rule for error 131056.
    """
    return float(4 ** min(refusals - 1, _LONGEST))
