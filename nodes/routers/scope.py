"""How likely a text is none of the tenant's business."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

PER_CONFIDENCE: Final = 1.0
PER_SIMILARITY: Final = 1.9
PER_ENERGY: Final = 1.0
"""The first two are slopes of a logistic fitted over CLINC150 (150 and 20 intents), Banking77-OOS, nlp.js and the
Spanish skills, 5-30 examples an intent; leaving any of them out of the fit changes its own AUROC by less than a point.
Energy beside them adds 0.5 points of AUROC on CLINC150 and 1.1 on Banking77-OOS."""

REJECTED: Final = 0.05
"""Share of held-out examples above one half: what the reported recall of out-of-scope text is measured at."""

_LEAST_SPREAD: Final = 0.05
_EDGE: Final = 1e-4
_STEEPEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Signals:
    """What a head's logits say of how far inside a text is.

    `odds` are the winner's log-odds; `energy` is the logarithm of the summed exponentials of all logits (Liu et al.,
    2020), which is low for a text that moves no intent, and None when a part of the features was left out.
    """

    odds: float
    energy: float | None

    def without_energy(self) -> "Signals":
        """Return the odds alone."""
        return replace(self, energy=None)


def signals(logits: npt.NDArray[np.float32]) -> list[Signals]:
    """Return the signals of each row of calibrated logits."""
    highest = logits.max(axis=1)
    powers = np.exp(logits - highest[:, None])
    totals = powers.sum(axis=1)
    confidences, energies = 1.0 / totals, highest + np.log(totals)
    return [Signals(_log_odds(float(p)), float(energy)) for p, energy in zip(confidences, energies, strict=True)]


@dataclass(frozen=True, slots=True)
class Scope:
    """What held-out examples look like: mean and spread of the winner's log-odds, nearest example's cosine, energy.

    Measuring in spreads lets one set of slopes serve any number of intents and any encoder. `edge` is the weighted
    sum of all three below which `REJECTED` of the examples lie.
    """

    odds_mean: float
    odds_spread: float
    cosine_mean: float
    cosine_spread: float
    energy_mean: float
    energy_spread: float
    edge: float = 0.0

    @classmethod
    def fit(cls, seen: Sequence[Signals], cosines: npt.NDArray[np.float32]) -> "Scope":
        """Measure examples scored as if they weren't examples."""
        odds = np.array([one.odds for one in seen])
        energies = np.array([one.energy or 0.0 for one in seen])
        around = cls(
            odds_mean=float(odds.mean()),
            odds_spread=max(float(odds.std()), _LEAST_SPREAD),
            cosine_mean=float(cosines.mean()),
            cosine_spread=max(float(cosines.std()), _LEAST_SPREAD),
            energy_mean=float(energies.mean()),
            energy_spread=max(float(energies.std()), _LEAST_SPREAD),
        )
        inside = [around.inside(one, float(cosine)) for one, cosine in zip(seen, cosines, strict=True)]
        return replace(around, edge=float(np.quantile(inside, REJECTED)))

    def inside(self, seen: Signals, cosine: float) -> float:
        """Return how far inside the tenant's business a text is, in weighted spreads from the average example."""
        odds = (seen.odds - self.odds_mean) / self.odds_spread
        near = (cosine - self.cosine_mean) / self.cosine_spread
        energy = 0.0 if seen.energy is None else (seen.energy - self.energy_mean) / self.energy_spread
        return PER_CONFIDENCE * odds + PER_SIMILARITY * near + PER_ENERGY * energy

    def out_of_scope(self, seen: Signals, cosine: float) -> float:
        """Return the probability that a text is none of the intents."""
        beyond = self.inside(seen, cosine) - self.edge
        return 1.0 / (1.0 + exp(max(min(beyond, _STEEPEST), -_STEEPEST)))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _EDGE), 1.0 - _EDGE)
    return log(inside / (1.0 - inside))
