"""How well text that is none of our business is told from text that is."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def auroc(low: Floats, high: Floats) -> float:
    """Return the probability that a value of `high` is above one of `low`, ties counted half (Mann-Whitney)."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / 2 / len(low))


def recall_at_loss(inside: Floats, outside: Floats, loss: float) -> float:
    """Return the share of `outside` rejected when at most `loss` of `inside` is.

    Values are probabilities of being out of scope; what lies above the threshold is rejected. This is the true
    positive rate at a fixed false positive rate (Larson et al., 2019, report it for CLINC150).
    """
    allowed = int(np.floor(loss * len(inside) + 1e-9))
    threshold = np.sort(inside)[::-1][allowed] if allowed < len(inside) else -np.inf
    return float((outside > threshold).mean())
