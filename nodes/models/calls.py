"""The way of a call: every concern's wrapper, in order."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

from nodes.models.breaking import broken_off
from nodes.models.call import Call, CallLimits
from nodes.models.falling_back import with_fallback
from nodes.models.observing import observed
from nodes.models.pieces import Model, Pieces, Source
from nodes.models.ports import Breakers, CallMetrics, Spending
from nodes.models.prices import Prices
from nodes.models.retrying import RetryBudget, retried
from nodes.models.spending import capped
from nodes.models.timing import ended_by, timed


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands between a caller and the providers; one for a process."""

    breakers: Breakers
    spending: Spending
    metrics: CallMetrics
    prices: Prices
    limits: CallLimits = field(default_factory=CallLimits)
    budget: RetryBudget = field(default_factory=RetryBudget)
    timer: Callable[[], float] = perf_counter
    jitter: Callable[[float, float], float] = random.uniform
    new_id: Callable[[], str] = _new_id


def guarded(models: Sequence[Model], ask: Callable[[Model], Pieces], call: Call, guards: Guards) -> Pieces:
    """Return what the first of `models` answers that can, within every limit.

    From the outside in: the deadline, the fallback to the next model; for each model: retries, its breaker, the
    caps; for each attempt: events and counters, the time between pieces.
    """
    sources: Mapping[str, Source] = {model.name: _guarded(model, ask, call, guards) for model in models}
    return ended_by(with_fallback(sources, call, guards.metrics), call)()


def _guarded(model: Model, ask: Callable[[Model], Pieces], call: Call, guards: Guards) -> Source:
    limits, metrics, name = guards.limits, guards.metrics, model.name
    source = timed(lambda: ask(model), name, call, limits)
    source = observed(source, name, call, prices=guards.prices, metrics=metrics, timer=guards.timer)
    source = capped(
        source,
        name,
        call,
        caps=limits.caps,
        spending=guards.spending,
        prices=guards.prices,
        new_id=guards.new_id,
    )
    source = broken_off(source, name, guards.breakers, metrics)
    return retried(source, name, call, limits=limits, budget=guards.budget, metrics=metrics, jitter=guards.jitter)
