"""Learn what `nodes.routers.following` weighs: how strongly the next line of a dialogue goes on with what was before.

python -m evals.following --tenant demo
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from nodes.ports import LocalScores
from nodes.routers.encoder import load_encoder
from nodes.routers.following import Following, Weights
from nodes.routers.head import Example
from nodes.routers.local import LocalClassifier, examples_of
from prompts.loader import load_tenant, tenant_folder
from prompts.tenant import OUTSIDE, Intent, Tenant

Floats = npt.NDArray[np.float64]

_PARTS: Final = 4
_AFRESH: Final = 1600
_TWICE: Final = 2
_RIDGE: Final = 1.0
_STEPS: Final = 100
_SHORTEST: Final = 1e-4
_CONVERGED: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """A text after an intent, and what it is about then."""

    previous: Intent
    example: Example
    follows: bool


def lines_of(tenant: Tenant, seed: int) -> list[Line]:
    """Return each follow-up after two of the intents it names, and other examples after intents drawn at random."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    following = Following(tenant)
    lines = []
    for follow_up in tenant.follow_ups:
        drawn = draw.sample(follow_up.after, min(_TWICE, len(follow_up.after)))
        named = [intent for name in drawn if (intent := tenant.intent(name))]
        lines += [
            Line(intent, Example(text, follow_up.intent, intent.lane, locale), follows=True)
            for intent in named
            for locale, texts in follow_up.examples.items()
            for text in texts
        ]
    before = [intent for intent in tenant.intents if following.goes_on(intent) and intent.lane != "handoff"]
    rest = [one for one in examples_of(tenant) if one.intent != "back_to_bot"]
    drawn_afresh = draw.sample(rest, min(_AFRESH, len(rest)))
    return lines + [Line(draw.choice(before), example, follows=False) for example in drawn_afresh]


def learn(tenant: Tenant, lines: Sequence[Line], scores: Sequence[LocalScores]) -> Weights:
    """Return the weights under which the lines' intents are likeliest."""
    following, names = Following(tenant), [*(intent.name for intent in tenant.intents), OUTSIDE]
    rows = np.array(
        [
            following.features(line.previous, line.example.text, seen, names)
            for line, seen in zip(lines, scores, strict=True)
        ]
    )
    labels = np.array([names.index(line.example.intent) for line in lines])
    counted = np.ones(len(lines))
    return Weights.of(_likeliest(rows, labels, counted))


def _likeliest(rows: Floats, labels: npt.NDArray[np.int64], counted: Floats) -> Floats:
    """Return the weights of a conditional logit by Newton's method, each step halved until it helps."""
    start = np.zeros(rows.shape[2])
    start[0] = 1.0
    at, chosen = start, rows[np.arange(len(rows)), labels]
    loss, shares = _loss(rows, labels, counted, at - start, at)
    for _ in range(_STEPS):
        mean = (shares[:, :, None] * rows).sum(axis=1)
        slope = (counted[:, None] * (chosen - mean)).sum(axis=0) - _RIDGE * (at - start)
        bend = np.einsum("n,nl,nli,nlj->ij", counted, shares, rows, rows, optimize=True)
        bend += _RIDGE * np.eye(len(at)) - (mean * counted[:, None]).T @ mean
        step, length = np.linalg.solve(bend, slope), 1.0
        moved, there = _loss(rows, labels, counted, at + step - start, at + step)
        while moved >= loss and length > _SHORTEST:
            length /= 2
            moved, there = _loss(rows, labels, counted, at + length * step - start, at + length * step)
        if loss - moved < _CONVERGED * abs(loss):
            return at
        at, loss, shares = at + length * step, moved, there
    return at


def _loss(
    rows: Floats, labels: npt.NDArray[np.int64], counted: Floats, moved: Floats, at: Floats
) -> tuple[float, Floats]:
    logits = rows @ at
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    told = -(counted * np.log(shares[np.arange(len(labels)), labels] + 1e-300)).sum()
    return float(told + 0.5 * _RIDGE * moved @ moved), shares


def held_out_scores(tenant: Tenant, lines: Sequence[Line]) -> list[LocalScores]:
    """Return each line's scores from a classifier that was trained without its text."""
    texts = sorted({example.text for example in examples_of(tenant)})
    random.Random(0).shuffle(texts)  # noqa: S311 - a repeatable sample, no secret
    part = {text: number % _PARTS for number, text in enumerate(texts)}
    encoder, examples = load_encoder(), examples_of(tenant)
    trained = [LocalClassifier([one for one in examples if part[one.text] != at], encoder) for at in range(_PARTS)]
    return [trained[part[line.example.text]].scores(line.example.text, line.example.locale) for line in lines]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.following", description=__doc__)
    parser.add_argument("--tenant", default="demo", help="tenant with follow-ups: its name or folder")
    parser.add_argument("--seed", type=int, default=1, help="which examples are drawn")
    given = parser.parse_args()
    folder: Path = tenant_folder(given.tenant)
    tenant = load_tenant(folder)
    lines = lines_of(tenant, given.seed)
    learned = learn(tenant, lines, held_out_scores(tenant, lines))
    print([round(float(number), 2) for number in learned.flat])  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
