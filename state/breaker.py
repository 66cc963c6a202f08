"""Circuit breakers: what they are asked and what they answer."""

from dataclasses import dataclass
from typing import Literal

Health = Literal["alive", "failed", "unknown"]
"""What a call showed of a model: it answers, it doesn't, or the call was given up before that could be told."""


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to call a model; with a `probe`, as the only one who finds out whether it answers again."""

    probe: str = ""


@dataclass(frozen=True, slots=True)
class Shut:
    """The model isn't called for the next `wait_s` seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """When a breaker opens, and for how long.

    Attributes:
        failures: so many within `window_s` seconds open it ...
        share: ... when they are at least this part of all calls in that time.
        cool_s: how long nothing is called; then one call probes.
        probe_s: how long a probe may take; after that another one may begin.
    """

    failures: int = 5
    window_s: int = 10
    share: float = 0.5
    cool_s: float = 15.0
    probe_s: float = 60.0
