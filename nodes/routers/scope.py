"""How likely a text is none of the tenant's business."""

from dataclasses import dataclass, replace
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

PER_CONFIDENCE: Final = 1.0
PER_SIMILARITY: Final = 1.9
"""Slopes of a logistic fitted over CLINC150 (150 and 20 intents), Banking77-OOS, nlp.js and the Spanish skills, 5-30
examples an intent; leaving any of them out of the fit changes its own AUROC by less than a point."""

REJECTED: Final = 0.05
"""Share of held-out examples above one half: what the reported recall of out-of-scope text is measured at."""

_LEAST_SPREAD: Final = 0.05
_EDGE: Final = 1e-4
_STEEPEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What held-out examples look like: mean and spread of the winner's log-odds and of the nearest example's cosine.

    Measuring in spreads lets one pair of slopes serve any number of intents and any encoder. `edge` is the weighted
    sum of both below which `REJECTED` of the examples lie.
    """

    odds_mean: float
    odds_spread: float
    cosine_mean: float
    cosine_spread: float
    edge: float = 0.0

    @classmethod
    def fit(cls, confidences: npt.NDArray[np.float32], cosines: npt.NDArray[np.float32]) -> "Scope":
        """Measure examples scored as if they weren't examples."""
        odds = np.array([_log_odds(float(confidence)) for confidence in confidences])
        around = cls(
            odds_mean=float(odds.mean()),
            odds_spread=max(float(odds.std()), _LEAST_SPREAD),
            cosine_mean=float(cosines.mean()),
            cosine_spread=max(float(cosines.std()), _LEAST_SPREAD),
        )
        inside = [around.inside(float(p), float(cosine)) for p, cosine in zip(confidences, cosines, strict=True)]
        return replace(around, edge=float(np.quantile(inside, REJECTED)))

    def inside(self, confidence: float, cosine: float) -> float:
        """Return how far inside the tenant's business a text is, in weighted spreads from the average example."""
        odds = (_log_odds(confidence) - self.odds_mean) / self.odds_spread
        near = (cosine - self.cosine_mean) / self.cosine_spread
        return PER_CONFIDENCE * odds + PER_SIMILARITY * near

    def out_of_scope(self, confidence: float, cosine: float) -> float:
        """Return the probability that a text is none of the intents."""
        beyond = self.inside(confidence, cosine) - self.edge
        return 1.0 / (1.0 + exp(max(min(beyond, _STEEPEST), -_STEEPEST)))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _EDGE), 1.0 - _EDGE)
    return log(inside / (1.0 - inside))
