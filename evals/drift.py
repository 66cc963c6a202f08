"""Is live traffic still what the set measures?"""

from collections.abc import Sequence
from typing import NamedTuple

from evals.errors import EvaluationError
from evals.metrics.drift import jensen_shannon, stability_index
from evals.outcome import Outcome


class Shift(NamedTuple):
    """How one thing is spread over a set and over live traffic: divergence in bits, and the stability index."""

    what: str
    divergence: float
    psi: float
    rose: str
    fell: str

    @property
    def verdict(self) -> str:
        """What Siddiqi's usual limits of the index call it."""
        return "as before" if self.psi < 0.1 else "moved" if self.psi < 0.25 else "another population"  # noqa: PLR2004


def shifts(expected: Sequence[Outcome], live: Sequence[Outcome]) -> list[Shift]:
    """Return how far lanes, intents, languages, confidence and scope have moved; raises `EvaluationError` for none."""
    if not expected or not live:
        raise EvaluationError("There is no live turn to compare.", hint="Take a longer time: --since 30d.")
    return [
        _shift("lane", *([one.said.label for one in side] for side in (expected, live))),
        _shift("intent", *([one.said.intent or "(none)" for one in side] for side in (expected, live))),
        _shift("language", *([one.said.lang or "" for one in side] for side in (expected, live))),
        _shift("confidence", *([_tenth(one.said.confidence) for one in side] for side in (expected, live))),
        _shift("out of scope", *(["yes" if one.said.rejected else "no" for one in side] for side in (expected, live))),
    ]


def _shift(what: str, expected: list[str], live: list[str]) -> Shift:
    gains = {name: live.count(name) / len(live) - expected.count(name) / len(expected) for name in {*expected, *live}}
    up, down = max(sorted(gains), key=lambda name: gains[name]), min(sorted(gains), key=lambda name: gains[name])
    return Shift(
        what,
        jensen_shannon(expected, live),
        stability_index(expected, live),
        f"{up} {gains[up]:+.0%}",
        f"{down} {gains[down]:+.0%}",
    )


def _tenth(confidence: float) -> str:
    low = min(int(confidence * 10), 9)
    return f"{low / 10:.1f}-{(low + 1) / 10:.1f}"
