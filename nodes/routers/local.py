"""The local classifier: an embedding and hashed n-grams under a linear head, trained from the tenant's examples."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from nodes.learned import learned
from nodes.ports import LocalScores
from nodes.routers.encoder import Encoder, Floats, UniversalEncoder
from nodes.routers.head import Example, Head, fingerprint, layer_of, ngrams_of, read_head, train_head, write_head
from nodes.routers.nearest import Nearest
from nodes.routers.ngrams import hashed
from nodes.routers.phrases import LONGEST
from nodes.routers.scope import signals
from nodes.routers.shorthand import in_full, numbers_alike
from nodes.routers.softmax import probabilities
from nodes.routers.sparse import Postings
from nodes.routers.spelling import Spelling
from prompts.tenant import OUTSIDE, Tenant
from state.decision import NearestExample
from state.errors import TenantError

NEAREST: Final = 8
"""Examples that come with the scores: as many as a model is shown."""

_VOTES: Final = 0.25
_PER_COSINE: Final = 20.0
"""What the nearest examples of intents give to a text's shares, and how much more the nearer ones. 0.2 to 0.3 and 15 to
30 are within half a point of each other on sentences written apart from the examples, and a point or two better than
none."""

_SHARPER: Final = 1.75
"""Exponent of what comes of both: two that agree are surer than their mean."""


def examples_of(tenant: Tenant) -> list[Example]:
    """Return every example of every intent, in the files' order, follow-ups, and those of no intent as `OUTSIDE`."""
    inside = [
        Example(text, intent.name, intent.lane, locale)
        for intent in tenant.intents
        for locale, texts in intent.examples.items()
        for text in texts
    ]
    lanes = {intent.name: intent.lane for intent in tenant.intents}
    inside += [
        Example(text, one.intent, lanes[one.intent], locale)
        for one in tenant.follow_ups
        for locale, texts in one.examples.items()
        for text in texts
    ]
    return inside + [Example(text, OUTSIDE, "info", code) for code, texts in tenant.outside.items() for text in texts]


class LocalClassifier:
    """Scores texts by examples.

    Trained in the constructor (0.1-0.5 s for 500 examples), or read from `cache`, a folder, when the same examples
    were trained before; a damaged file there is trained anew. `learning` is told their number before they are. Without
    an encoder it works with n-grams alone.

    Raises:
        TenantError: there are no examples to learn from.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        encoder: Encoder | None,
        cache: Path | None = None,
        learning: Callable[[int], None] = lambda _: None,
    ) -> None:
        if all(example.intent == OUTSIDE for example in examples):
            raise TenantError(
                "No intent has an example, so messages can't be routed.", hint="Add examples to intents/<lane>.yaml."
            )
        self._examples = list(examples)
        self._encoder = encoder
        self._intents = list(dict.fromkeys(example.intent for example in examples))
        self._own = np.array([intent != OUTSIDE for intent in self._intents])
        self._inside = np.array([example.intent != OUTSIDE for example in examples])
        self._labels = np.array([self._intents.index(example.intent) for example in examples])
        self._locales = {example.locale for example in examples}
        self._layer = layer_of(len(examples))
        self._head = self._learned(cache, learning)
        self._spelling = Spelling(((one.text, one.locale) for one in examples), _vocabulary(encoder))
        self._near = Nearest(self._head.vectors, self._inside) if encoder else None
        self._postings = Postings(ngrams_of([] if encoder else self._examples).weighed(self._head.features.rarity))

    def scores(self, text: str, locale: str) -> LocalScores:
        """Return probabilities for `text`; n-grams count only in languages that have examples."""
        shown = self._spelling.corrected(numbers_alike(in_full(text[:LONGEST].strip(), locale)), locale)
        if not shown:
            return self._nothing()
        head = self._head
        columns, values = hashed(shown)
        values = head.features.of_ngrams(values, columns)
        logits = np.zeros(len(self._intents), np.float32)
        known = locale in self._locales or self._encoder is None
        if known:
            logits += values @ head.sparse[columns]
        if self._encoder is None or self._near is None:
            cosines = self._postings.products(columns, values)
        else:
            embedded = self._encoder.encode([shown], self._layer)
            logits += head.features.of_embeddings(embedded)[0] @ head.dense
            cosines = self._near.cosines(head.compared(embedded)[0])
        logits /= np.float32(head.temperature)
        return self._scored(logits, cosines, known=known)

    def _scored(self, logits: Floats, cosines: Floats, *, known: bool) -> LocalScores:
        """Share out what the tenant's own intents claim; what examples of the outside claim is out of scope."""
        away = float(cosines[~self._inside].max(initial=-1.0))
        cosines = np.where(self._inside, cosines, np.float32(-1.0))
        similarity = float(cosines.max())
        claimed = float(probabilities(logits)[~self._own].sum())
        shares = np.where(self._own, probabilities(np.where(self._own, logits, -np.inf)), -1.0)
        if self._near:
            shares = self._voted(shares, cosines)
        ranked = [index for index in np.argsort(-shares, kind="stable") if self._own[index]]
        [seen] = signals(logits[None][:, self._own])
        if self._head.outside and known:
            strange = self._head.outside.probability(claimed, seen, similarity, away)
        else:
            strange = self._head.scope.out_of_scope(seen if known else seen.without_energy(), similarity)
            strange = 1.0 - (1.0 - strange) * (1.0 - claimed)
        return LocalScores(
            intents={self._intents[index]: float(shares[index]) for index in ranked},
            similarity=similarity,
            nearest=[self._nearest(index, float(cosines[index])) for index in _largest(cosines)],
            out_of_scope=strange,
        )

    def _voted(self, shares: Floats, cosines: Floats) -> Floats:
        """Return shares that the nearest examples have a part in: one of them may be what few others are like."""
        nearest = _largest(cosines)
        votes = np.exp((cosines[nearest] - cosines.max()) * _PER_COSINE)
        given = np.bincount(self._labels[nearest], votes / votes.sum(), len(self._intents))
        shared = np.where(self._own, (1.0 - _VOTES) * shares + _VOTES * given, 0.0) ** _SHARPER
        return np.where(self._own, shared / shared.sum(), -1.0)

    def _nothing(self) -> LocalScores:
        own = [intent for intent in self._intents if intent != OUTSIDE]
        return LocalScores(dict.fromkeys(own, 1.0 / len(own)), similarity=0.0, nearest=[], out_of_scope=1.0)

    def _nearest(self, index: int, cosine: float) -> NearestExample:
        example = self._examples[index]
        return NearestExample(example.text, example.intent, example.lane, cosine)

    def _learned(self, cache: Path | None, learning: Callable[[int], None]) -> Head:
        def learn() -> Head:
            learning(len(self._examples))
            return train_head(self._examples, self._intents, self._encoder)

        embedded = self._encoder.encode(["."], self._layer).shape[1] if self._encoder else 0
        return learned(
            cache / f"router-{fingerprint(self._examples, self._encoder)}.npz" if cache else None,
            learn,
            read=lambda kept: read_head(kept, embedded, len(self._intents), len(self._examples)),
            write=write_head,
        )


def _largest(cosines: np.typing.NDArray[np.float32]) -> list[int]:
    kept = min(NEAREST, len(cosines))
    top = np.sort(np.argpartition(-cosines, kept - 1)[:kept])
    return [int(index) for index in top[np.argsort(-cosines[top], kind="stable")]]


def _vocabulary(encoder: Encoder | None) -> Callable[[str], bool]:
    return encoder.is_word if isinstance(encoder, UniversalEncoder) else lambda _: False
