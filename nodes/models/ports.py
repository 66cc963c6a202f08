"""What model calls need from outside, as they need it. Adapters don't inherit from these."""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from nodes.models.asking import Usage

Health = Literal["alive", "failed", "unknown"]
"""What a call showed of a model: it answers, it doesn't, or the call was given up before that could be told."""
CapName = Literal["turn_tokens", "turn_usd", "day_tokens", "day_usd"]
NANO: Final = 1_000_000_000


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


class Breakers(Protocol):
    """One circuit breaker a model, shared by every process on the store."""

    async def admit(self, model: str) -> Permit | Shut:
        """Ask for the right to call; while half open exactly one caller gets it."""
        ...

    async def report(self, model: str, permit: Permit, health: Health) -> bool:
        """Say what the call showed; return whether the breaker is open now."""
        ...


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


class Spending(Protocol):
    """What was spent, shared by every process on the store. Amounts are reserved before a call and settled after it."""

    async def reserve(self, account: Account, reservation: str, amount: Amount, caps: Caps) -> CapName | None:
        """Reserve an amount, or return the cap that it would break; the same reservation again changes nothing."""
        ...

    async def settle(self, account: Account, reservation: str, amount: Amount) -> None:
        """Put what was really spent in a reservation's place; one that is settled or from another day stays so."""
        ...


@dataclass(frozen=True, slots=True)
class CallSeen:
    """One attempt at a model call, for the counters; `outcome` is `ok`, a `ModelOutcome` or `cancelled`."""

    model: str
    outcome: str
    seconds: float = 0.0
    first_s: float | None = None
    usage: Usage | None = None
    cost_usd: float | None = None


class CallMetrics(Protocol):
    """Counters of model calls. None of these waits or fails."""

    def model_called(self, seen: CallSeen) -> None:
        """Count an attempt."""
        ...

    def model_retried(self, model: str) -> None:
        """Count an attempt after a call's first at this model."""
        ...

    def model_fell_back(self, model: str) -> None:
        """Count a call that another model was asked after `model` had failed."""
        ...

    def breaker_is(self, model: str, *, is_open: bool) -> None:
        """Note whether a model's breaker is open."""
        ...
