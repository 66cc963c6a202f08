"""Thresholds from a table of costs: which confidence makes a router's mistakes cheapest.

A decision is either accepted, which costs something when it is wrong and more when the text is none of the tenant's
business, or it is left to the next stage, which always costs a little. Everything here is counted on given decisions:
no model of them is assumed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_DRAWS: Final = 500
_INTERVAL: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Costs:
    """What each outcome costs, in any one unit: money, minutes, annoyance.

    Attributes:
        wrong: a text of the tenant's accepted with the wrong answer.
        out_of_scope: a text that is none of the tenant's business accepted as if it were.
        left: one of the tenant's left to the next stage, be it a model, a question or "I don't know".
        left_out_of_scope: one of nobody's business left to it.
    """

    wrong: float = 5.0
    out_of_scope: float = 5.0
    left: float = 1.0
    left_out_of_scope: float = 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold and what it does on the decisions it was counted on.

    Attributes:
        threshold: accept from this confidence; above 1 where leaving everything is cheapest.
        low: 5 % of the bootstrap's thresholds are below; far from `high`, the number hardly matters or too few rows
            decide it.
        high: 5 % are above.
        cost: mean cost of a decision with it.
        cost_of_all: mean cost when everything is accepted.
        accepted: share of all decisions.
        risk: share of the accepted that are wrong or out of scope.
    """

    threshold: float
    low: float
    high: float
    cost: float
    cost_of_all: float
    accepted: float
    risk: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What every threshold does, from accepting nothing to accepting everything.

    `thresholds` descend and start above 1; `costs`, `accepted` and `risks` belong to them.
    """

    thresholds: Floats
    costs: Floats
    accepted: Floats
    risks: Floats


def curve(confidence: Floats, right: Flags, out_of_scope: Flags, costs: Costs) -> Curve:
    """Return cost, coverage and risk by threshold; `right` has no say where `out_of_scope` is set.

    Raises:
        ValueError: the arrays are empty, differ in length, or a confidence is no number from 0 to 1.
    """
    _check(confidence, right, out_of_scope)
    order = np.argsort(-confidence, kind="stable")
    known, outside = confidence[order], out_of_scope[order]
    bad = outside | ~right[order]
    accepting = np.where(outside, costs.out_of_scope, np.where(bad, costs.wrong, 0.0))
    leaving = np.where(outside, costs.left_out_of_scope, costs.left)
    ends = np.flatnonzero(np.append(known[1:] != known[:-1], True))
    totals = leaving.sum() + np.append(0.0, np.cumsum(accepting - leaving)[ends])
    counts = np.append(0, ends + 1)
    risks = np.append(0.0, np.cumsum(bad)[ends] / (ends + 1))
    return Curve(np.append(np.nextafter(1.0, 2.0), known[ends]), totals / len(known), counts / len(known), risks)


def propose(
    confidence: Floats, right: Flags, out_of_scope: Flags, costs: Costs | None = None, *, seed: int = 1
) -> Proposal:
    """Return the threshold under which the decisions cost least, and how sure that is.

    Of equally cheap ones it takes the lowest, and it stands halfway to the next confidence that is left, because the
    next decision falls between the counted ones. `low` and `high` come from 500 bootstrap samples of the rows.

    Raises:
        ValueError: as `curve`.
    """
    table = costs or Costs()
    whole = curve(confidence, right, out_of_scope, table)
    at = _cheapest(whole)
    draw = np.random.default_rng(seed)
    drawn = []
    for _ in range(_DRAWS):
        rows = draw.integers(0, len(confidence), len(confidence))
        again = curve(confidence[rows], right[rows], out_of_scope[rows], table)
        drawn.append(_between(again, _cheapest(again)))
    low, high = np.quantile(drawn, _INTERVAL)
    return Proposal(
        threshold=_between(whole, at),
        low=float(low),
        high=float(high),
        cost=float(whole.costs[at]),
        cost_of_all=float(whole.costs[-1]),
        accepted=float(whole.accepted[at]),
        risk=float(whole.risks[at]),
    )


def break_even(costs: Costs) -> float:
    """Return the threshold that a perfectly calibrated confidence needs, of which the proposal is the counted twin.

    Accepting at confidence p costs (1 - p) * wrong, leaving costs `left`. One that is far from the proposal tells that
    the confidence isn't calibrated.
    """
    return min(max(1.0 - costs.left / costs.wrong, 0.0), 1.0) if costs.wrong > 0 else 0.0


def _cheapest(curve_: Curve) -> int:
    return len(curve_.costs) - 1 - int(np.argmin(curve_.costs[::-1]))


def _between(curve_: Curve, at: int) -> float:
    below = float(curve_.thresholds[at + 1]) if at + 1 < len(curve_.thresholds) else 0.0
    return (float(curve_.thresholds[at]) + below) / 2 if at > 0 else float(curve_.thresholds[0])


def _check(confidence: Floats, right: Flags, out_of_scope: Flags) -> None:
    if not len(confidence) or not len(confidence) == len(right) == len(out_of_scope):
        raise ValueError("Thresholds need one confidence, one verdict and one scope a row, and at least one row.")
    if not bool(((confidence >= 0.0) & (confidence <= 1.0)).all()):
        raise ValueError("A confidence is a number from 0 to 1.")
