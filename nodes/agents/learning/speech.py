"""The speech analyst: how fluently somebody spoke, from a transcript with the times of its words."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nodes.agents.ports import Action, StepContext
from nodes.agents.wording import folded

_PAUSE_S: Final = 0.6
_FILLERS: Final = frozenset("eh em um uh erm hmm mmm este pues".split())
_SLOW, _FAST = 90, 170
_SECONDS: Final = 60


class Word(BaseModel):
    """One word that was said, from and to seconds of the recording."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=80)
    start: float = Field(ge=0, le=86_400, allow_inf_nan=False)
    end: float = Field(ge=0, le=86_400, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("a word ends before it starts")
        return self


class Spoken(BaseModel):
    """What was said, and what was to be said, where that is known."""

    model_config = ConfigDict(extra="forbid")

    words: list[Word] = Field(min_length=1, max_length=20_000)
    target: str = Field(default="", max_length=5000)


class Listen(BaseModel):
    """What to listen to."""

    model_config = ConfigDict(extra="forbid")

    speech: Spoken


class Speech(BaseModel):
    """How somebody spoke.

    Attributes:
        words_per_minute: over the whole; `articulation` without the pauses.
        pauses: of 0.6 s and more, between words.
        said: share of the target's words that were said, in order; None without a target.
    """

    words_per_minute: float
    articulation: float
    pauses: int
    longest_pause_s: float
    fillers: int
    repeated: list[str]
    said: float | None = None
    missed: list[str] = Field(default_factory=list)
    pace: str


ACTIONS: Final = {"listen": Action(Listen, "Measure how fluently somebody spoke, from word timings.")}


async def speech(action: str, given: Listen, context: StepContext) -> Speech:  # noqa: ARG001 # the port's
    """Measure pace, pauses, fillers, repetitions, and what of the target was said."""
    words = sorted(given.speech.words, key=lambda one: one.start)
    plain = [_plain(one.text) for one in words]
    gaps = [max(0.0, after.start - before.end) for before, after in pairwise(words)]
    pauses = [gap for gap in gaps if gap >= _PAUSE_S]
    whole = max(words[-1].end - words[0].start, 0.2)
    spoken = max(whole - sum(pauses), 0.2)
    said, missed = _against(plain, given.speech.target)
    rate = len(words) * _SECONDS / whole
    context.log("info", "Listened.", words=len(words), pauses=len(pauses))
    return Speech(
        words_per_minute=round(rate, 1),
        articulation=round(len(words) * _SECONDS / spoken, 1),
        pauses=len(pauses),
        longest_pause_s=round(max(gaps, default=0.0), 2),
        fillers=sum(one in _FILLERS for one in plain),
        repeated=[one for one, after in pairwise(plain) if one and one == after],
        said=said,
        missed=missed,
        pace="slow" if rate < _SLOW else "fast" if rate > _FAST else "natural",
    )


def _against(said: Sequence[str], target: str) -> tuple[float | None, list[str]]:
    wanted = [one for one in (_plain(word) for word in target.split()) if one]
    if not wanted:
        return None, []
    blocks = SequenceMatcher(None, wanted, list(said), autojunk=False).get_matching_blocks()
    hit = {index for block in blocks for index in range(block.a, block.a + block.size)}
    return round(len(hit) / len(wanted), 3), [word for index, word in enumerate(wanted) if index not in hit]


def _plain(word: str) -> str:
    return re.sub(r"[^\w']", "", folded(word.replace("’", "'")))
