"""What answering only when sure gives, and where the threshold should be."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What one message costs when it is answered wrongly, when the customer is asked, when a model is asked.

    `model_right` is how often the model's answer is taken to be right.
    """

    wrong: Annotated[float, Field(ge=0.0)] = 5.0
    ask: Annotated[float, Field(ge=0.0)] = 1.0
    model: Annotated[float, Field(ge=0.0)] = 0.2
    model_right: Annotated[float, Field(ge=0.0, le=1.0)] = 0.95

    @property
    def unsure(self) -> dict[str, float]:
        """What a message below the threshold costs, by what is done with it."""
        return {"ask": self.ask, "model": self.model + (1.0 - self.model_right) * self.wrong}


class Point(NamedTuple):
    """From `threshold` on, `coverage` of the messages are answered and `risk` of those wrongly."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """Answer from `threshold` on and do `otherwise` below it: the least mean cost of a message."""

    otherwise: str
    threshold: float
    coverage: float
    risk: float
    cost: float
    cost_always: float


def risk_coverage(confidence: Floats, right: Floats) -> list[Point]:
    """Return one point for each confidence that occurs, the highest first (El-Yaniv and Wiener, 2010)."""
    if not len(confidence):
        return []
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    wrong = np.cumsum(1.0 - right[order])
    last = np.flatnonzero(np.append(sorted_confidence[1:] != sorted_confidence[:-1], True))
    taken = last + 1
    return [
        Point(float(sorted_confidence[at]), float(count / len(right)), float(wrong[at] / count))
        for at, count in zip(last, taken, strict=True)
    ]


def area_under_risk(points: list[Point]) -> float:
    """Return the mean risk over all coverages, by rectangles (AURC, Geifman and El-Yaniv, 2017): lower is better."""
    area, before = 0.0, 0.0
    for point in points:
        area += point.risk * (point.coverage - before)
        before = point.coverage
    return area


def propose(points: list[Point], costs: Costs) -> list[Proposal]:
    """Return the cheapest threshold for each thing that can be done with an unsure message.

    A threshold above 1 means never to answer; among equally cheap ones the lowest is taken.
    """
    if not points:
        return []
    always = points[-1].risk * costs.wrong
    found = []
    for otherwise, price in costs.unsure.items():
        options = [Point(1.01, 0.0, 0.0), *points]
        priced = [(one.coverage * one.risk * costs.wrong + (1.0 - one.coverage) * price, one) for one in options]
        cost, best = min(priced, key=lambda pair: (round(pair[0], 12), pair[1].threshold))
        found.append(Proposal(otherwise, best.threshold, best.coverage, best.risk, cost, always))
    return found
