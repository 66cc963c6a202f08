"""How sure a model may be taken to be, from what it said of gold rows and whether that was right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evals.metrics.calibration import Floats, calibration_error
from evals.outcome import Outcome, Step
from nodes.routers.recalibration import Recalibration, log_odds

LEAST: Final = 30
"""Answers below which nothing is fitted."""
_FOLDS: Final = 5
_ROUNDS: Final = 50
_TRUST: Final = np.array([1.0, 0.01])
"""How strongly slope and offset are drawn to 1 and 0, in rows: few rows leave the model's word nearly as it is."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted for one model with one prompt.

    Attributes:
        rows: answers it was fitted on.
        before: calibration error (ECE) of the model's own word.
        after: the same of the recalibrated one, each fold by a fit on the others.
        better: whether that also lowers the log loss on the folds; else it is not worth keeping.
    """

    prompt: str
    model: str
    recalibration: Recalibration
    rows: int
    before: float
    after: float
    better: bool


def fit_recalibrations(outcomes: Sequence[Outcome]) -> list[Fitted]:
    """Return a fit for each prompt version and model that answered often enough, by the rows' lanes."""
    answers: dict[tuple[str, str], list[tuple[str, float, bool]]] = defaultdict(list)
    for one in outcomes:
        for step in one.said.chain:
            if step.prompt_version and step.model and step.own is not None:
                answers[step.prompt_version, step.model].append((one.group, step.own, _right(one, step)))
    return [_fitted(*named, rows) for named, rows in sorted(answers.items()) if len(rows) >= LEAST]


def _right(row: Outcome, step: Step) -> bool:
    """Tell whether the model is right: in the lane, or in that none is."""
    found_outside = step.outcome == "out_of_scope"
    return found_outside == row.outside and (row.outside or step.lane in row.labels)


def _fitted(prompt: str, model: str, rows: Sequence[tuple[str, float, bool]]) -> Fitted:
    groups = {name: number % _FOLDS for number, name in enumerate(sorted({group for group, _, _ in rows}))}
    fold = np.array([groups[group] for group, _, _ in rows])
    own = np.array([said for _, said, _ in rows], np.float64)
    right = np.array([float(flag) for _, _, flag in rows])
    before = _applied(Recalibration(), own)
    after = np.zeros_like(own)
    for number in range(_FOLDS):
        held = fold == number
        after[held] = _applied(_line(own[~held], right[~held]), own[held])
    return Fitted(
        prompt=prompt,
        model=model,
        recalibration=_line(own, right),
        rows=len(rows),
        before=calibration_error(before, right),
        after=calibration_error(after, right),
        better=_loss(after, right) < _loss(before, right),
    )


def _line(own: Floats, right: Floats) -> Recalibration:
    """Fit slope and offset by Newton's method; a slope below 0, where surer is less right, is taken as 0."""
    odds = np.array([log_odds(said) for said in own])
    inputs = np.column_stack([odds, np.ones_like(odds)])
    start = np.array([1.0, 0.0])
    line = start
    for _ in range(_ROUNDS):
        guess = 1.0 / (1.0 + np.exp(-np.clip(inputs @ line, -30.0, 30.0)))
        slope = inputs.T @ (guess - right) + _TRUST * (line - start)
        bend = (inputs * (guess * (1.0 - guess))[:, None]).T @ inputs + np.diag(_TRUST)
        step = np.linalg.solve(bend, slope)
        line = line - step / max(1.0, float(np.abs(step).max()))
    if line[0] < 0.0:
        share = (right.sum() + 1.0) / (len(right) + 2.0)
        return Recalibration(0.0, log_odds(float(share)))
    return Recalibration(round(float(line[0]), 6), round(float(line[1]), 6))


def _applied(line: Recalibration, own: Floats) -> Floats:
    return np.array([line.of(float(said)) for said in own])


def _loss(said: Floats, right: Floats) -> float:
    kept = np.clip(said, 1e-3, 1.0 - 1e-3)
    return float(-np.mean(right * np.log(kept) + (1.0 - right) * np.log(1.0 - kept)))
