"""What model calls may cost, and who pays."""

from dataclasses import dataclass
from typing import Final, Literal

CapName = Literal["turn_tokens", "turn_usd", "day_tokens", "day_usd"]
NANO: Final = 1_000_000_000
"""Billionths of a dollar in a dollar."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is spent; 0 is no cap. A model without a price counts by its tokens alone."""

    turn_tokens: int = 0
    turn_usd: float = 0.0
    day_tokens: int = 0
    day_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens, in and out, and their cost in billionths of a dollar."""

    tokens: int
    nano_usd: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays: a tenant, by the UTC day, and within that a turn (none outside a conversation)."""

    tenant: str
    turn: str = ""
