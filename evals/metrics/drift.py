"""How far live traffic is from a set."""

from collections import Counter
from collections.abc import Sequence
from math import log, log2
from typing import Final

_LEAST: Final = 1e-4
"""Share that an empty bin counts as in PSI, which has no value for zero."""


def jensen_shannon(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the divergence of two samples' shares in bits, 0 (equal) to 1 (nothing in common) (Lin, 1991)."""
    left, right = _shares(one), _shares(other)
    found = 0.0
    for name in left.keys() | right.keys():
        middle = (left.get(name, 0.0) + right.get(name, 0.0)) / 2
        for share in (left.get(name, 0.0), right.get(name, 0.0)):
            found += share / 2 * log2(share / middle) if share else 0.0
    return found


def stability_index(expected: Sequence[str], actual: Sequence[str]) -> float:
    """Return the population stability index: below 0.1 nothing moved, above 0.25 much did (Siddiqi, 2006)."""
    left, right = _shares(expected), _shares(actual)
    found = 0.0
    for name in left.keys() | right.keys():
        before, after = max(left.get(name, 0.0), _LEAST), max(right.get(name, 0.0), _LEAST)
        found += (after - before) * log(after / before)
    return found


def _shares(values: Sequence[str]) -> dict[str, float]:
    return {name: count / len(values) for name, count in Counter(values).items()}
