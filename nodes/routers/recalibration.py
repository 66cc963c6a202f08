"""How sure a model says it is, made as sure as it turned out to be right."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Final

SUREST: Final = 0.97
"""The most a model's word counts for, as much as decisive words: models that are wrong say 0.99 too."""
_EDGE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A line through the log odds (Platt, 1999): the identity with slope 1 and offset 0."""

    slope: float = 1.0
    offset: float = 0.0

    def of(self, said: float) -> float:
        """Return the probability that the model is right when it says `said`, at most `SUREST`."""
        if self == Recalibration():
            return min(said, SUREST)
        return min(1.0 / (1.0 + exp(-(self.slope * log_odds(said) + self.offset))), SUREST)


Recalibrations = Mapping[tuple[str, str], Recalibration]
"""By the prompt's version with its digest, as `PromptFile.reference` has it, and the model that answered."""


def log_odds(said: float) -> float:
    """Return ln(p / (1 - p)) with p kept from 0.001 to 0.999: a model that says 1 is not infinitely sure."""
    kept = min(max(said, _EDGE), 1.0 - _EDGE)
    return log(kept / (1.0 - kept))
