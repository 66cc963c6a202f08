"""Rank sentences by how much of a text they stand for (LexRank, Erkan and Radev, 2004), without saying things twice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nodes.agents.reviewing.money import money_in
from nodes.agents.wording import folded
from nodes.routers.encoder import Encoder, Floats
from nodes.routers.ngrams import hashed_rows

_MOST: Final = 500
"""Sentences that are compared; of a longer text, every n-th."""
_DAMPING: Final = 0.85
_ROUNDS: Final = 60
_FRESH: Final = 0.6
"""How much a sentence's own weight counts against its likeness to those that are chosen (MMR, 1998)."""
_OWED: Final = (
    re.compile(r"\bfees?\b|\bprices?\b|\bper month\b|\bprecios?\b|\bcuotas?\b|\btarifas?\b|\bal mes\b"),
    re.compile(r"\bliab|\blimited to\b|\bcapped\b|\bresponsabilidad|\blimita"),
)
"""With an amount, what whoever reads a summary asks for first: the price, and up to how much somebody answers."""
_ROOM: Final = 4
"""Sentences of a summary from which there is room for those two."""
_LONG: Final = 60
"""Words from which a sentence is no summary of anything."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and where it stands: its section's number, and its own in there."""

    text: str
    section: int
    place: int


def best_sentences(sentences: Sequence[Sentence], count: int, encoder: Encoder | None) -> list[str]:
    """Return the sentences that stand for the text, in its order."""
    step = -(-len(sentences) // _MOST) or 1
    some = [one for one in sentences[::step] if len(one.text.split()) <= _LONG] or list(sentences[:_MOST])
    if len(some) <= count:
        return [one.text for one in some]
    rows = _rows([one.text for one in some], encoder)
    alike = np.clip(rows @ rows.T, 0.0, 1.0)
    weights = _central(alike) * np.array([_place(one) for one in some], np.float32)
    chosen = _unlike(weights / weights.max(), alike, some, count)
    return [some[index].text for index in sorted(chosen)]


def _rows(texts: list[str], encoder: Encoder | None) -> Floats:
    if encoder is not None:
        return encoder.encode(texts)
    rows = hashed_rows(texts)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def _central(alike: Floats) -> Floats:
    """Return the weight of each sentence in a random walk from like to like."""
    shares = alike * (alike > alike.mean())
    np.fill_diagonal(shares, 0.0)
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    weights = np.full(len(alike), 1.0 / len(alike), np.float32)
    for _ in range(_ROUNDS):
        weights = (1 - _DAMPING) / len(alike) + _DAMPING * (weights @ shares)
    return np.asarray(weights, np.float32)


def _place(sentence: Sentence) -> float:
    """Return how much a sentence's place says for it: sections begin with what they are about."""
    return (1.25 if sentence.place == 0 else 1.0) * (1.1 if sentence.section == 0 else 1.0)


def _owed(sentences: Sequence[Sentence], weights: Floats) -> list[int]:
    """Return the weightiest sentence of each kind that a summary must have."""
    plain = [folded(one.text) if money_in(one.text) else "" for one in sentences]
    found = ([at for at, text in enumerate(plain) if pattern.search(text)] for pattern in _OWED)
    return list(dict.fromkeys(max(ones, key=lambda at: weights[at]) for ones in found if ones))


def _unlike(weights: Floats, alike: Floats, sentences: Sequence[Sentence], count: int) -> list[int]:
    """Return the weightiest sentences that are not too like one another, and not all of one section."""
    chosen = _owed(sentences, weights) if count >= _ROOM else []
    while len(chosen) < count:
        told = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(weights), np.float32)
        seen = np.array([sum(sentences[one].section == other.section for one in chosen) for other in sentences])
        scores = _FRESH * weights - (1 - _FRESH) * told - 0.1 * seen
        scores[chosen] = -np.inf
        chosen.append(int(scores.argmax()))
    return chosen
