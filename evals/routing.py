"""Measure the local router on files of labelled texts: train on one, test on another.

Rows are JSON lines {"text", "intent", "domain"?}; the intent "oos" in the test file marks text that no intent
covers. Accuracy is counted by intent, over the rows that have one.

    python -m evals.routing --examples train.jsonl --set test.jsonl --shots 10 --seed 1 --json out.json
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
import orjson

from nodes.ports import LocalScores
from nodes.routers.encoder import load_encoder
from nodes.routers.head import Example
from nodes.routers.local import LocalClassifier

OUT_OF_SCOPE = "oos"
_BINS = 15
Floats = npt.NDArray[np.float64]
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run measured.

    `ece` is the expected calibration error over 15 bins (Guo et al., 2017); `oos_rejected` and `in_scope_rejected`
    are the shares of either kind with an out-of-scope probability above one half. Shares are 0 to 1, times in ms.
    """

    examples: int
    intents: int
    rows: int
    accuracy: float
    ece: float
    oos_auroc: float | None
    oos_rejected: float | None
    in_scope_rejected: float
    p50_ms: float
    p95_ms: float
    train_s: float


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a JSON-lines file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def pick(rows: Sequence[Row], shots: int | None, seed: int) -> list[Row]:
    """Return `shots` random rows of each intent, or all; out-of-scope rows never train."""
    by_intent: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["intent"] != OUT_OF_SCOPE:
            by_intent[row["intent"]].append(row)
    draw = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    picked = []
    for intent in sorted(by_intent):
        own = by_intent[intent]
        picked += own if shots is None else draw.sample(own, min(shots, len(own)))
    return picked


def auroc(low: Floats, high: Floats) -> float:
    """Return the probability that a value of `high` is above one of `low` (Mann-Whitney)."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / 2 / len(low))


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Return the mean distance between confidence and accuracy over equal-width bins, weighted by their size."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(float((confidence - right)[bins == number].sum())) for number in range(_BINS)]
    return sum(gaps) / len(confidence)


def measure(rows: Sequence[Row], test: Sequence[Row], *, locale: str, ngrams_only: bool) -> Figures:
    """Train on `rows`, score `test`."""
    started = perf_counter()
    examples = [Example(row["text"], row["intent"], "info", locale) for row in rows]
    classifier = LocalClassifier(examples, None if ngrams_only else load_encoder())
    trained = perf_counter() - started
    scored, times = [], []
    for row in test:
        before = perf_counter()
        scored.append(classifier.scores(row["text"], locale))
        times.append((perf_counter() - before) * 1000)
    return _figures(rows, test, scored, times, trained)


def _figures(
    rows: Sequence[Row], test: Sequence[Row], scored: Sequence[LocalScores], times: Sequence[float], trained: float
) -> Figures:
    best = [next(iter(scores.intents.items())) for scores in scored]
    outside = np.array([row["intent"] == OUT_OF_SCOPE for row in test])
    right = np.array([float(name == row["intent"]) for (name, _), row in zip(best, test, strict=True)])
    confidence = np.array([share for _, share in best])
    oos = np.array([scores.out_of_scope for scores in scored])
    return Figures(
        examples=len(rows),
        intents=len({row["intent"] for row in rows}),
        rows=len(test),
        accuracy=float(right[~outside].mean()),
        ece=calibration_error(confidence[~outside], right[~outside]),
        oos_auroc=auroc(oos[~outside], oos[outside]) if outside.any() else None,
        oos_rejected=float((oos[outside] > 0.5).mean()) if outside.any() else None,  # noqa: PLR2004
        in_scope_rejected=float((oos[~outside] > 0.5).mean()),  # noqa: PLR2004
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        train_s=trained,
    )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.routing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=Path, required=True, help="file to train on")
    parser.add_argument("--set", type=Path, required=True, help="file to test on; never the one trained on")
    parser.add_argument("--shots", type=int, help="examples an intent to train on (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="which examples are drawn (default: 1)")
    parser.add_argument("--locale", default="en", help="language of both files (default: en)")
    parser.add_argument("--ngrams-only", action="store_true", help="as on a machine without the sentence encoder")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser


def main() -> None:
    """Run from the command line."""
    given = _arguments().parse_args()
    rows = pick(read_rows(given.examples), given.shots, given.seed)
    figures = asdict(measure(rows, read_rows(given.set), locale=given.locale, ngrams_only=given.ngrams_only))
    for name, value in figures.items():
        shown = f"{value:.4f}" if isinstance(value, float) else value
        print(f"{name:20}{shown}")  # noqa: T201 - a command's output
    if given.json:
        given.json.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
