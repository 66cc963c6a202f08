"""Find the passage of a knowledge page by full text and by meaning, whose scores are added up."""

import re
import sqlite3
from collections.abc import Iterator
from hashlib import blake2s
from pathlib import Path
from typing import Final

import numpy as np

from nodes.lanes.matching import words
from nodes.learned import learned
from nodes.pages import Passage, passages
from nodes.routers.encoder import Encoder, Floats
from prompts.tenant import Page, Tenant

LEAST: Final = 0.85
"""Score from which a passage may be the answer.

With the share and the half below it was chosen on one half of the questions that `python -m evals.pages` asks; the
command prints what is answered rightly and wrongly on either half.
"""

_SHARE: Final = 0.8
"""The most that full text adds to the cosine."""

_HALF: Final = 6.0
"""BM25 of a passage to which full text adds half of that."""

_WHOLE_WORD: Final = 3
"""Words of at most so many letters are no beginnings of longer ones."""

_SENTENCE: Final = re.compile(r"(?<=[.!?:;])\s+|\n+")
_BULLET: Final = re.compile(r"^(?:-|\d+\.)\s+")
_LEAST_SENTENCE: Final = 4
_TABLE: Final = (
    "CREATE VIRTUAL TABLE passages USING fts5(title, words, heading, text, tokenize='unicode61 remove_diacritics 2')"
)
_QUERY: Final = "SELECT rowid, -bm25(passages, 2.0, 3.0, 2.0, 1.0) FROM passages WHERE passages MATCH ?"


class PageSearch:
    """A tenant's pages by passages: an FTS5 index of this process, and their sentences as vectors.

    The files are the tenant's own and small, so that each process indexes them (a few ms), whichever database keeps
    the records; the vectors are read from `cache`, a folder, when they were made before.
    """

    def __init__(self, tenant: Tenant, encoder: Encoder, cache: Path | None = None) -> None:
        self._tenant, self._encoder = tenant, encoder
        of = [(page, passage) for page in tenant.pages for passage in passages(page)]
        self._passages = [passage for _, passage in of]
        self._text = sqlite3.connect(":memory:", check_same_thread=False)
        self._text.execute(_TABLE)
        self._text.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?)",
            [(page.title, " ".join(page.words), passage.heading, passage.text) for page, passage in of],
        )
        said = [(number, said) for number, one in enumerate(of) for said in _sentences(*one)]
        self._starts = np.flatnonzero(np.diff([number for number, _ in said], prepend=-1))
        self._vectors = _vectors([sentence for _, sentence in said], encoder, cache)

    def find(self, text: str, locale: str) -> Passage | None:
        """Return the passage that full text and meaning together make sure enough of, None where they don't."""
        scores = self._scores(text)
        if not scores.size or scores.max() < LEAST:
            return None
        return self._best(self._passages[int(scores.argmax())].slug, locale, scores)

    def likely(self, text: str, locale: str, most: int) -> list[Passage]:
        """Return the best passages of the `most` best pages, the likeliest first."""
        scores = self._scores(text)
        slugs = dict.fromkeys(self._passages[number].slug for number in np.argsort(-scores, kind="stable"))
        return [self._best(slug, locale, scores) for slug in list(slugs)[:most]]

    def _best(self, slug: str, locale: str, scores: Floats) -> Passage:
        """Return the page's best passage in the language that it is shown in."""
        page = self._tenant.page(slug, locale)
        shown = page.locale if page else locale
        own = [number for number, one in enumerate(self._passages) if one.slug == slug]
        return self._passages[max(own, key=lambda number: (self._passages[number].locale == shown, scores[number]))]

    def _scores(self, text: str) -> Floats:
        if not self._passages:
            return np.zeros(0, dtype=np.float32)
        likeness = self._vectors @ self._encoder.encode([text])[0]
        scores: Floats = np.maximum.reduceat(likeness, self._starts)
        named = " OR ".join(f'"{word}"*' if len(word) > _WHOLE_WORD else f'"{word}"' for word in words(text))
        for row, weight in self._text.execute(_QUERY, (named,)) if named else ():
            scores[row - 1] += _SHARE * weight / (weight + _HALF)
        return scores


def _sentences(page: Page, passage: Passage) -> Iterator[str]:
    """Return what is said in a passage, and what it is called; never nothing."""
    if passage.heading:
        yield passage.heading
    yield passage.name
    if not passage.heading and page.words:
        yield " ".join(page.words)
    for sentence in _SENTENCE.split(passage.text):
        if len(sentence) >= _LEAST_SENTENCE:
            yield _BULLET.sub("", sentence)


def _vectors(sentences: list[str], encoder: Encoder, cache: Path | None) -> Floats:
    digest = blake2s("\0".join([encoder.name, *sentences]).encode(), digest_size=8).hexdigest()

    def encode() -> Floats:
        return encoder.encode(sentences) if sentences else np.zeros((0, 1), dtype=np.float32)

    return learned(
        cache / f"pages-{digest}.npz" if cache else None,
        encode,
        read=lambda kept: kept["vectors"] if len(kept["vectors"]) == len(sentences) else None,
        write=lambda vectors: {"vectors": vectors},
    )
