"""A linear softmax head: training, held-out folds and temperature, in numpy."""

from collections import Counter, deque
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nodes.routers.sparse import Beside, Flags, Floats, Sparse

Rows = Floats | Sparse
Labels = npt.NDArray[np.int64]

PENALTY: Final = 1e-5
"""Of the squared weights. 1e-6 to 1e-4 are within half a point of each other on all public sets."""

STEPS: Final = 40
STEPS_APART: Final = 25
"""Of a head that only scores what it hasn't seen: more change no share by a point."""
STEPS_ON: Final = 20
"""From the mean of such heads' weights."""

PASSES: Final = 6
"""Over many rows: on the demo set, Banking77 and the Spanish skills as good as 40 steps, for a third of the work."""
_BATCH: Final = 128
_RATE: Final = 300.0
"""Of the first batch, for rows of length 1 to 1.5; it falls to nothing in a line."""

FOLDS: Final = 4
FOLDS_OF_MANY: Final = 2
MANY: Final = 2000
"""Examples from which two folds tell as much as four: a temperature and a few means, from a thousand rows each."""
_MEMORY: Final = 6
_CONVERGED: Final = 1e-5
_SHORTEST: Final = 1e-3
_TEMPERATURES: Final = np.geomspace(0.05, 20.0, 200)


def probabilities(logits: Floats) -> Floats:
    """Return the softmax of each row."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def train(rows: Rows, labels: Labels, classes: int, start: Floats | None = None, steps: int = STEPS) -> Floats:
    """Return weights (columns x classes) that minimise cross-entropy, by L-BFGS (Nocedal and Wright, algorithm 7.5).

    The nearer `start` is to them, the sooner.
    """
    at = _evaluate(rows, labels, np.zeros((rows.shape[1], classes), np.float32) if start is None else start)
    memory: deque[tuple[Floats, Floats, float]] = deque(maxlen=_MEMORY)
    for _ in range(steps):
        moved = _line_search(rows, labels, at, _direction(at.slope, memory))
        step, bend = moved.weights - at.weights, moved.slope - at.slope
        curvature, gain = float(np.vdot(step, bend)), at.loss - moved.loss
        at = moved
        if curvature <= 0.0 or gain < _CONVERGED * abs(at.loss):
            break
        memory.append((step, bend, 1.0 / curvature))
    return at.weights


def descend(rows: Beside, labels: Labels, classes: int) -> Floats:
    """Return weights as good on other rows as those of `train`, by stochastic gradient descent over thousands."""
    weights = np.zeros((rows.shape[1], classes), np.float32)
    drawn, count = np.random.default_rng(0), -(-len(labels) // _BATCH)
    mean, last = np.zeros_like(weights), PASSES // 3 * count
    batches = [batch for _ in range(PASSES) for batch in np.array_split(drawn.permutation(len(labels)), count)]
    for number, batch in enumerate(batches):
        rate = _RATE * (1.0 - number / len(batches))
        seen = rows[batch]
        error = probabilities(seen @ weights)
        error[np.arange(len(batch)), labels[batch]] -= 1.0
        weights *= np.float32(1.0 - rate * PENALTY)
        weights -= seen.T @ (error * np.float32(rate / len(batch)))
        if number >= len(batches) - last:
            mean += weights / np.float32(last)
    return mean


class _Point(NamedTuple):
    weights: Floats
    loss: float
    slope: Floats


def _evaluate(rows: Rows, labels: Labels, weights: Floats) -> _Point:
    chosen = (np.arange(len(labels)), labels)
    error = probabilities(rows @ weights)
    loss = -float(np.log(error[chosen] + 1e-12).mean()) + 0.5 * PENALTY * float(np.vdot(weights, weights))
    error[chosen] -= 1.0
    return _Point(weights, loss, rows.T @ (error / np.float32(len(labels))) + np.float32(PENALTY) * weights)


def _direction(slope: Floats, memory: deque[tuple[Floats, Floats, float]]) -> Floats:
    direction = slope.copy()
    if not memory:
        return direction / max(float(np.abs(slope).max()), 1e-9)
    shares = []
    for step, bend, scale in reversed(memory):
        shares.append(scale * float(np.vdot(step, direction)))
        direction -= shares[-1] * bend
    _, bend, scale = memory[-1]
    direction /= scale * float(np.vdot(bend, bend))
    for (step, bend, scale), share in zip(memory, reversed(shares), strict=True):
        direction += step * (share - scale * float(np.vdot(bend, direction)))
    return direction


def _line_search(rows: Rows, labels: Labels, at: _Point, direction: Floats) -> _Point:
    """Halve the step until the loss falls enough (Armijo)."""
    fall = 1e-4 * float(np.vdot(at.slope, direction))
    length = 1.0
    while True:
        moved = _evaluate(rows, labels, at.weights - np.float32(length) * direction)
        if moved.loss <= at.loss - length * fall or length < _SHORTEST:
            return moved
        length /= 2


def folds(groups: Sequence[Hashable]) -> Labels:
    """Deal each group's members to `FOLDS` folds in turn, or to `FOLDS_OF_MANY`."""
    count = FOLDS if len(groups) < MANY else FOLDS_OF_MANY
    seen: Counter[Hashable] = Counter()
    dealt = []
    for group in groups:
        dealt.append(seen[group] % count)
        seen[group] += 1
    return np.array(dealt, np.int64)


def train_and_hold_out(rows: Rows, labels: Labels, classes: int, fold: Labels) -> tuple[Floats, Floats]:
    """Return weights trained on all rows, and each row's logits from weights trained without its fold."""
    logits = np.zeros((len(labels), classes), np.float32)
    apart = []
    for number in np.unique(fold):
        held = fold == number
        if not held.all():
            apart.append(train(rows[~held], labels[~held], classes, steps=STEPS_APART))
            logits[held] = rows[held] @ apart[-1]
    if not apart:
        return train(rows, labels, classes), logits
    return train(rows, labels, classes, np.mean(apart, axis=0), STEPS_ON), logits


def descend_and_hold_out(rows: Beside, labels: Labels, classes: int, held: Flags) -> tuple[Floats, Floats]:
    """Return weights learned from all rows, and the logits of `held` ones by weights learned from the others."""
    if held.all():
        return descend(rows, labels, classes), np.zeros((len(labels), classes), np.float32)
    learned, asked = np.flatnonzero(~held), np.flatnonzero(held)
    apart = descend(rows.only(learned), labels[learned], classes)
    logits = [rows[batch] @ apart for batch in np.array_split(asked, -(-len(asked) // _BATCH))]
    return descend(rows, labels, classes), np.concatenate(logits)


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """Return the divisor of the logits under which their labels are likeliest (Guo et al., 2017).

    Each label counts as one of n + 2 to be wrong (Platt, 1999), so that a few rows that are all right don't make
    the head certain of everything.
    """
    doubt = np.float32(1.0 / (len(labels) + 2.0))
    wanted = np.full(logits.shape, doubt / max(logits.shape[1] - 1, 1), np.float32)
    wanted[np.arange(len(labels)), labels] = 1.0 - doubt
    first, last = 0, len(_TEMPERATURES) - 1
    while first < last:  # the loss is convex in the divisor's inverse, so it falls and then rises
        middle = (first + last) // 2
        here, next_one = (
            _cross_entropy(logits / np.float32(one), wanted) for one in _TEMPERATURES[middle : middle + 2]
        )
        first, last = (first, middle) if here <= next_one else (middle + 1, last)
    return float(_TEMPERATURES[first])


def _cross_entropy(logits: Floats, wanted: Floats) -> float:
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    return float((totals - (wanted * logits).sum(axis=1)).mean())
