"""How likely a text is none of the tenant's business."""

from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

BIAS: Final = -5.2
PER_CONFIDENCE: Final = -1.0
PER_SIMILARITY: Final = -1.9
"""A logistic fitted over CLINC150 (150 and 20 intents), Banking77-OOS, nlp.js and the Spanish skills, 5-30 examples an
intent, 15 % of the texts out of scope; each set's fit on the others rejects 1-5 % of its in-scope texts at 0.5."""

_LEAST_SPREAD: Final = 0.05
_EDGE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Scope:
    """Mean and spread, over held-out examples, of the winner's log-odds and of the nearest example's cosine.

    Measuring in spreads lets one set of constants serve any number of intents and any encoder.
    """

    odds_mean: float
    odds_spread: float
    cosine_mean: float
    cosine_spread: float

    @classmethod
    def fit(cls, confidences: npt.NDArray[np.float32], cosines: npt.NDArray[np.float32]) -> "Scope":
        """Measure examples scored as if they weren't examples."""
        odds = np.array([_log_odds(float(confidence)) for confidence in confidences])
        return cls(
            odds_mean=float(odds.mean()),
            odds_spread=max(float(odds.std()), _LEAST_SPREAD),
            cosine_mean=float(cosines.mean()),
            cosine_spread=max(float(cosines.std()), _LEAST_SPREAD),
        )

    def out_of_scope(self, confidence: float, cosine: float) -> float:
        """Return the probability that a text is none of the intents."""
        odds = (_log_odds(confidence) - self.odds_mean) / self.odds_spread
        near = (cosine - self.cosine_mean) / self.cosine_spread
        return 1.0 / (1.0 + exp(-max(min(BIAS + PER_CONFIDENCE * odds + PER_SIMILARITY * near, 30.0), -30.0)))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _EDGE), 1.0 - _EDGE)
    return log(inside / (1.0 - inside))
