"""Find a knowledge page by full text and by meaning; only what both agree on is an answer."""

import re
import sqlite3
from collections.abc import Iterator
from hashlib import blake2s
from pathlib import Path
from typing import Final

import numpy as np

from nodes.lanes.matching import words
from nodes.routers.encoder import Encoder, Floats
from prompts.tenant import Page, Tenant

LEAST: Final = 0.3
"""Cosine between a question and the page's nearest sentence from which the page may be its answer.

`python -m evals.pages` measures it on questions of the demo set that a page answers: on the half it was chosen on 16.0
% are answered rightly and 6.7 % wrongly, on the other half 13.9 and 3.5 %; of what is none of the shop's business 9.0 %
get a page. Shared words alone, which are used where there is no encoder: 16.7 and 22.2 % on the other half, 11.9 %
outside. Full text alone answers nearly everything: 33 % rightly, 65 % wrongly, 72 % outside. The router's intents
answer most such questions before anybody searches.
"""

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_TABLE: Final = "CREATE VIRTUAL TABLE pages USING fts5(slug UNINDEXED, said, tokenize='unicode61 remove_diacritics 2')"
_QUERY: Final = "SELECT slug FROM pages WHERE pages MATCH ? ORDER BY bm25(pages) LIMIT 1"


class PageSearch:
    """A tenant's pages in an FTS5 index of this process, and their sentences as vectors.

    The files are the tenant's own and small, so that each process indexes them (a few ms); the vectors are read from
    `cache`, a folder, when they were made before.
    """

    def __init__(self, tenant: Tenant, encoder: Encoder, cache: Path | None = None) -> None:
        self._encoder = encoder
        self._text = sqlite3.connect(":memory:", check_same_thread=False)
        self._text.execute(_TABLE)
        rows = [
            (page.slug, " ".join([page.title, page.title, page.answer, *(2 * page.words)])) for page in tenant.pages
        ]
        self._text.executemany("INSERT INTO pages VALUES (?, ?)", rows)
        said = [(page.slug, sentence) for page in tenant.pages for sentence in _sentences(page)]
        self._slugs = [slug for slug, _ in said]
        self._vectors = _vectors([sentence for _, sentence in said], encoder, cache)

    def find(self, text: str) -> str | None:
        """Return the slug of the page that full text and meaning agree on, None where they don't."""
        named = " OR ".join(f'"{word}"*' for word in words(text))
        found = self._text.execute(_QUERY, (named,)).fetchone() if named else None
        if found is None or not self._slugs:
            return None
        likeness = self._vectors @ self._encoder.encode([text])[0]
        best = int(likeness.argmax())
        agreed = self._slugs[best] == found[0] and float(likeness[best]) >= LEAST
        return self._slugs[best] if agreed else None


def _sentences(page: Page) -> Iterator[str]:
    yield page.title
    yield from _SENTENCE.split(page.answer)
    if page.words:
        yield " ".join(page.words)


def _vectors(sentences: list[str], encoder: Encoder, cache: Path | None) -> Floats:
    digest = blake2s("\0".join([encoder.name, *sentences]).encode(), digest_size=8).hexdigest()
    kept = cache / f"pages-{digest}.npy" if cache else None
    if kept is not None and kept.exists():
        try:
            vectors: Floats = np.load(kept)
        except (ValueError, OSError, EOFError):
            kept.unlink(missing_ok=True)
        else:
            return vectors
    vectors = encoder.encode(sentences) if sentences else np.zeros((0, 1), dtype=np.float32)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        whole = kept.with_suffix(".part")
        with whole.open("wb") as file:
            np.save(file, vectors)
        whole.replace(kept)
    return vectors
