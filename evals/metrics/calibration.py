"""Is 80 % sure right 80 % of the time?"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

BINS: Final = 15
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose confidence lies from `low` to `high`: how sure the router was, how often it was right."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def reliability(confidence: Floats, right: Floats, bins: int = BINS) -> list[Bin]:
    """Return the bins of equal width that have rows (Guo et al., 2017)."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    found = []
    for number in np.unique(place):
        here = place == number
        low, high = number / bins, (number + 1) / bins
        found.append(
            Bin(float(low), float(high), int(here.sum()), float(confidence[here].mean()), float(right[here].mean()))
        )
    return found


def calibration_error(confidence: Floats, right: Floats, bins: int = BINS) -> float:
    """Return the mean distance between confidence and accuracy over bins, weighted by their rows (ECE)."""
    if not len(confidence):
        return 0.0
    found = reliability(confidence, right, bins)
    return sum(one.rows * abs(one.confidence - one.accuracy) for one in found) / len(confidence)
