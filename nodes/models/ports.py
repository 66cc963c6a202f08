"""What model calls need from outside, as they need it. Adapters don't inherit from these."""

from dataclasses import dataclass
from typing import Protocol

from nodes.models.asking import Usage
from state.breaker import Health, Permit, Shut
from state.spending import Account, Amount, CapName, Caps


class Breakers(Protocol):
    """One circuit breaker a model, shared by every process on the store."""

    async def admit(self, model: str) -> Permit | Shut:
        """Ask for the right to call; while half open exactly one caller gets it."""
        ...

    async def report(self, model: str, permit: Permit, health: Health) -> bool:
        """Say what the call showed; return whether the breaker is open now."""
        ...


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
