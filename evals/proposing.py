"""The router's own thresholds, proposed from what a run's local stage said and a table of costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evals.metrics.risk import Costs
from evals.outcome import Outcome, Step
from evals.thresholds import Costs as Leaving
from evals.thresholds import Flags, Floats, propose
from nodes.routers.thresholds import Thresholds

_LEAST: Final = 50
_HIGHEST: Final = 0.99


@dataclass(frozen=True, slots=True)
class Setting:
    """One threshold of the router as it is and as it would be cheapest on the rows that reach the local classifier.

    Attributes:
        name: as in `thresholds` of tenant.yaml.
        low: 5 % of the bootstrap's thresholds are below; 5 % are above `high`.
        rows: messages that it decides about.
        left: how many it would leave to the next stage; `left_now` does today.
        spared: wrong answers fewer by it among the rows, negative when it makes more.
        cost: of a message, mean over the rows; `cost_now` is today's.
    """

    name: str
    now: float
    proposed: float
    low: float
    high: float
    rows: int
    left: int
    left_now: int
    spared: int
    cost: float
    cost_now: float

    @property
    def settled(self) -> bool:
        """Whether today's value is as good as these rows can tell."""
        return self.low <= self.now <= self.high or self.cost >= self.cost_now


@dataclass(frozen=True, slots=True)
class _Said:
    confidence: Floats
    right: Flags
    outside: Flags


def propose_settings(outcomes: Sequence[Outcome], costs: Costs, now: Thresholds) -> list[Setting]:
    """Return `lane` and `sure`, nothing when fewer than 50 rows reach the classifier.

    Below `lane` a message is left open, which costs `ask`, or nothing where it is out of scope; below `sure` a model is
    asked about any.
    """
    reached = [(one, step) for one in outcomes if (step := _local(one, now))]
    if len(reached) < _LEAST:
        return []
    said = _Said(
        np.array([step.confidence or 0.0 for _, step in reached], np.float64),
        np.array([step.lane in one.labels for one, step in reached]),
        np.array([one.outside for one, _ in reached]),
    )
    model = costs.unsure["model"]
    open_, ask = Leaving(costs.wrong, costs.wrong, costs.ask, 0.0), Leaving(costs.wrong, costs.wrong, model, model)
    return [_setting("lane", now.lane, said, open_), _setting("sure", now.sure, said, ask)]


def _local(one: Outcome, now: Thresholds) -> Step | None:
    """Return what the classifier said, unless the text was turned away or two lanes were close, whatever it said."""
    step = next((step for step in one.said.chain if step.name == "local"), None)
    if step is None or step.confidence is None:
        return None
    elsewhere = step.confidence >= now.lane or one.said.out_of_scope >= now.out_of_scope
    return step if step.fired or not elsewhere else None


def _setting(name: str, now: float, said: _Said, costs: Leaving) -> Setting:
    found = propose(said.confidence, said.right, said.outside, costs)
    proposed = round(min(found.threshold, _HIGHEST), 2)
    return Setting(
        name=name,
        now=now,
        proposed=proposed,
        low=min(found.low, 1.0),
        high=min(found.high, 1.0),
        rows=len(said.confidence),
        left=int((said.confidence < proposed).sum()),
        left_now=int((said.confidence < now).sum()),
        spared=_wrong(said, now) - _wrong(said, proposed),
        cost=_cost(said, proposed, costs),
        cost_now=_cost(said, now, costs),
    )


def _wrong(said: _Said, threshold: float) -> int:
    return int(((said.confidence >= threshold) & (said.outside | ~said.right)).sum())


def _cost(said: _Said, threshold: float, costs: Leaving) -> float:
    left = np.where(said.outside, costs.left_out_of_scope, costs.left)
    taken = np.where(said.outside, costs.out_of_scope, np.where(said.right, 0.0, costs.wrong))
    return float(np.where(said.confidence < threshold, left, taken).mean())
