"""Find rows of a set that a router has already seen, or nearly: such a row measures memory, not routing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist

from nodes.routers.phrases import phrase

NEAR: Final = 90.0
"""Similarity (0 to 100) from which two texts count as one. `token_sort_ratio` over folded words is the share of
characters that stay when one text is edited into the other, words in any order."""

SHORTEST: Final = 3
"""Words from which a text can leak: "hola" and "how much?" are everybody's."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A row's text beside the example it repeats; `similarity` is 0 to 100."""

    row: str
    text: str
    example: str
    similarity: float

    @property
    def exact(self) -> bool:
        """Whether the two are equal but for case, accents and punctuation."""
        return phrase(self.text) == phrase(self.example)


def leaks(
    rows: Sequence[tuple[str, str]], examples: Iterable[str], *, near: float = NEAR, shortest: int = SHORTEST
) -> list[Leak]:
    """Return the rows, (id, text) pairs, that repeat an example, the most similar first."""
    kept = [(name, text) for name, text in rows if len(phrase(text).split()) >= shortest]
    known = list(dict.fromkeys(text for text in examples if phrase(text)))
    if not kept or not known:
        return []
    texts = [phrase(text) for _, text in kept]
    scores = cdist(
        texts, [phrase(text) for text in known], scorer=token_sort_ratio, score_cutoff=near, dtype=np.float32
    )
    best = scores.argmax(axis=1)
    found = [
        Leak(name, text, known[int(best[place])], float(scores[place, best[place]]))
        for place, (name, text) in enumerate(kept)
        if scores[place, best[place]] >= near
    ]
    return sorted(found, key=lambda leak: (-leak.similarity, leak.row))
