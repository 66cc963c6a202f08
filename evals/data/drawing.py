"""Draw the examples that a router is trained on."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def draw(rows: Sequence[Row], label: Callable[[Row], str], shots: int | None, seed: int) -> list[Row]:
    """Return `shots` random rows of each label, or all of them; the same `seed` draws the same rows."""
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_label[label(row)].append(row)
    source = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    drawn: list[Row] = []
    for name in sorted(by_label):
        own = by_label[name]
        drawn += own if shots is None else source.sample(own, min(shots, len(own)))
    return drawn
