"""Right or wrong by class: shares with their intervals, precision, recall, F1, confusions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

_Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `rows` with its 95 % interval, all from 0 to 1."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one class is found: of `rows` that are in it and `taken` that were put there."""

    precision: float
    recall: float
    f1: float
    rows: int
    taken: int


def wilson(right: int, rows: int) -> Share:
    """Return `right / rows` with Wilson's score interval (Wilson, 1927), which holds near 0 and 1 too."""
    if rows == 0:
        return Share(0.0, 0.0, 1.0, 0)
    share = right / rows
    scale = 1.0 + _Z95**2 / rows
    middle = (share + _Z95**2 / (2 * rows)) / scale
    half = _Z95 * sqrt(share * (1 - share) / rows + _Z95**2 / (4 * rows**2)) / scale
    return Share(share, max(0.0, middle - half), min(1.0, middle + half), rows)


def class_scores(gold: Sequence[str], said: Sequence[str]) -> dict[str, ClassScore]:
    """Return each class's scores, those of `gold` first, by name; a class nobody is in has recall 0."""
    hits = Counter(one for one, other in zip(gold, said, strict=True) if one == other)
    there, taken = Counter(gold), Counter(said)
    names = [*sorted(there), *sorted(set(taken) - set(there))]
    return {name: _score(hits[name], there[name], taken[name]) for name in names}


def macro_f1(scores: Iterable[ClassScore]) -> float:
    """Return the mean F1 of the classes that have rows."""
    values = [score.f1 for score in scores if score.rows]
    return sum(values) / len(values) if values else 0.0


def confusions(gold: Sequence[str], said: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return how often each class was taken for each, the most frequent first."""
    counts = Counter(zip(gold, said, strict=True))
    return [(one, other, count) for (one, other), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _score(hits: int, rows: int, taken: int) -> ClassScore:
    precision = hits / taken if taken else 0.0
    recall = hits / rows if rows else 0.0
    f1 = 2 * hits / (rows + taken) if rows + taken else 0.0
    return ClassScore(precision, recall, f1, rows, taken)
