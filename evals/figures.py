"""The figures of one run, and how they come from its outcomes."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from statistics import median
from typing import Final

import numpy as np
from pydantic import BaseModel

from evals.metrics.calibration import Bin, Floats, calibration_error, reliability
from evals.metrics.classes import ClassScore, Share, class_scores, confusions, macro_f1, wilson
from evals.metrics.paired import detectable, mcnemar
from evals.metrics.risk import Costs, Point, Proposal, area_under_risk, propose, risk_coverage
from evals.metrics.scope import auroc, recall_at_loss
from evals.outcome import Outcome
from evals.proposing import Setting

_POINTS: Final = 200


class Parity(BaseModel):
    """Two languages on the same scenarios; `p` is exact McNemar's."""

    one: str
    other: str
    pairs: int
    both_right: int
    only_one: int
    only_other: int
    p: float


class Figures(BaseModel):
    """What one run measured: shares from 0 to 1, times in ms, money in US dollars.

    `accuracy` counts the rows whose label is right; where intents are measured, only rows that have one.
    """

    rows: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    intent_accuracy: float | None = None
    intent_macro_f1: float | None = None
    handoff_recall: float | None = None
    ece: float = 0.0
    aurc: float = 0.0
    oos_auroc: float | None = None
    oos_recall_at_3: float | None = None
    oos_recall_at_5: float | None = None
    oos_rejected: float | None = None
    in_scope_rejected: float = 0.0
    language_accuracy: float | None = None
    flip_rate: float | None = None
    failed: int = 0
    degraded: int = 0
    cost_usd: float = 0.0
    cost_per_1000: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    train_s: float | None = None
    examples: int | None = None
    intents: int | None = None
    detectable: float | None = None
    classes: dict[str, ClassScore] = {}
    intent_classes: dict[str, ClassScore] = {}
    confusions: list[tuple[str, str, int]] = []
    reliability: list[Bin] = []
    risk_coverage: list[Point] = []
    proposals: list[Proposal] = []
    thresholds: list[Setting] = []
    slices: dict[str, dict[str, Share]] = {}
    parity: list[Parity] = []


def figures_of(outcomes: Sequence[Outcome], costs: Costs, *, by_intent: bool = False) -> Figures:
    """Return the figures of a run. `by_intent`: labels are intents, so rows outside have none and are left out."""
    counted = [one for one in outcomes if not (by_intent and one.outside)]
    gold = [one.said.label if one.right else one.gold for one in counted]
    said = [one.said.label for one in counted]
    right = sum(one.right for one in counted)
    share = wilson(right, len(counted))
    classes = class_scores(gold, said)
    confidence, flags = _sureness(counted)
    points = risk_coverage(confidence, flags)
    return Figures(
        rows=len(outcomes),
        accuracy=share.value,
        accuracy_low=share.low,
        accuracy_high=share.high,
        macro_f1=macro_f1(classes.values()),
        handoff_recall=classes["handoff"].recall if "handoff" in gold else None,
        ece=calibration_error(confidence, flags),
        aurc=area_under_risk(points),
        failed=sum(one.said.failed is not None for one in outcomes),
        degraded=sum(one.said.degraded for one in outcomes),
        detectable=detectable(len(counted)),
        classes=classes,
        confusions=confusions(gold, said),
        reliability=reliability(confidence, flags),
        risk_coverage=_thinned(points),
        proposals=propose(points, costs),
        slices=_slices(counted),
        parity=_parity(counted),
        flip_rate=_flip_rate(outcomes),
        **_scope(outcomes),
        **_intents(outcomes),
        **_prices(outcomes),
    )


def _sureness(outcomes: Sequence[Outcome]) -> tuple[Floats, Floats]:
    answered = [one for one in outcomes if one.said.failed is None]
    confidence = np.array([one.sureness for one in answered], np.float64)
    return confidence, np.array([float(one.right) for one in answered])


def _scope(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    inside = np.array([one.said.out_of_scope for one in outcomes if not one.outside], np.float64)
    outside = np.array([one.said.out_of_scope for one in outcomes if one.outside], np.float64)
    lost = [one.said.rejected for one in outcomes if not one.outside]
    found: dict[str, float | None] = {"in_scope_rejected": sum(lost) / len(lost) if lost else 0.0}
    if len(inside) and len(outside):
        caught = [one.said.rejected for one in outcomes if one.outside]
        found |= {
            "oos_auroc": auroc(inside, outside),
            "oos_recall_at_3": recall_at_loss(inside, outside, 0.03),
            "oos_recall_at_5": recall_at_loss(inside, outside, 0.05),
            "oos_rejected": sum(caught) / len(caught),
        }
    return found


def _intents(outcomes: Sequence[Outcome]) -> dict[str, object]:
    known = [one for one in outcomes if one.intent_known]
    if not known:
        return {}
    scores = class_scores(
        [(one.said.intent if one.intent_right else one.gold_intent) or "(none)" for one in known],
        [one.said.intent or "(none)" for one in known],
    )
    return {
        "intent_accuracy": sum(one.intent_right for one in known) / len(known),
        "intent_macro_f1": macro_f1(scores.values()),
        "intent_classes": scores,
    }


def _prices(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    times = [one.said.ms for one in outcomes if one.said.failed is None]
    cost = sum(one.said.cost_usd for one in outcomes)
    heard = [one for one in outcomes if one.said.lang is not None and one.lang]
    return {
        "p50_ms": median(times) if times else 0.0,
        "p95_ms": float(np.percentile(times, 95)) if times else 0.0,
        "cost_usd": cost,
        "cost_per_1000": cost / len(outcomes) * 1000 if outcomes else 0.0,
        "language_accuracy": sum(one.said.lang == one.lang for one in heard) / len(heard) if heard else None,
    }


def _slices(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Share]]:
    cut: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in outcomes:
        for dimension, values in (("language", [one.lang]), ("kind", [one.kind]), ("tag", one.tags)):
            for value in filter(None, values):
                cut[dimension][value].append(one.right)
    return {
        dimension: {value: wilson(sum(flags), len(flags)) for value, flags in sorted(values.items())}
        for dimension, values in cut.items()
    }


def _parity(outcomes: Sequence[Outcome]) -> list[Parity]:
    """Compare languages on rows that share group and place in it."""
    places: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        places[outcome.group, outcome.lang].append(outcome)
    languages = sorted({lang for _, lang in places if lang})
    found = []
    for one, other in combinations(languages, 2):
        pairs = [
            (left.right, right.right)
            for (group, lang), lefts in places.items()
            if lang == one and len(lefts) == len(places.get((group, other), []))
            for left, right in zip(lefts, places[group, other], strict=True)
        ]
        if pairs:
            found.append(_compared(one, other, pairs))
    return found


def _compared(one: str, other: str, pairs: list[tuple[bool, bool]]) -> Parity:
    only_one = sum(left and not right for left, right in pairs)
    only_other = sum(right and not left for left, right in pairs)
    return Parity(
        one=one,
        other=other,
        pairs=len(pairs),
        both_right=sum(left and right for left, right in pairs),
        only_one=only_one,
        only_other=only_other,
        p=mcnemar(only_one, only_other),
    )


def _flip_rate(outcomes: Sequence[Outcome]) -> float | None:
    repeated = [one for one in outcomes if one.again]
    if not repeated:
        return None
    return sum(any(label != one.said.label for label in one.again) for one in repeated) / len(repeated)


def _thinned(points: list[Point]) -> list[Point]:
    """Keep enough points to draw the curve by."""
    step = max(1, len(points) // _POINTS)
    return points[::-1][::step][::-1]
