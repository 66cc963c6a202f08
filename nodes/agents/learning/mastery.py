"""How well somebody knows a topic, from their answers."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

_BEFORE: Final = (1.0, 1.0)
"""Right and wrong answers that everybody starts with: nothing is known of them (Laplace)."""
_FADES: Final = 0.9
"""What an answer counts for each one that came after it."""
KNOWN: Final = 0.75
STRUGGLES: Final = 0.45
ENOUGH: Final = 3
"""Answers from which struggling can be told."""


class Answered(BaseModel):
    """One answer, `right` from 0 to 1 (a slip of the pen is half right)."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(max_length=80)
    right: float = Field(ge=0, le=1)


class Mastery(BaseModel):
    """How well a topic is known, 0 to 1, and from how many answers that is told."""

    topic: str
    value: float
    answers: int

    @property
    def known(self) -> bool:
        """Whether it is known well enough to go on."""
        return self.value >= KNOWN and self.answers >= ENOUGH

    @property
    def struggles(self) -> bool:
        """Whether whoever learns it struggles."""
        return self.value <= STRUGGLES and self.answers >= ENOUGH


def mastery(topic: str, answers: Sequence[Answered]) -> Mastery:
    """Return how well a topic is known: the mean of a beta distribution, the latest answers counting most."""
    mine = [one.right for one in answers if one.topic == topic]
    right, wrong = _BEFORE
    for age, value in enumerate(reversed(mine)):
        right += value * _FADES**age
        wrong += (1 - value) * _FADES**age
    return Mastery(topic=topic, value=round(right / (right + wrong), 3), answers=len(mine))
