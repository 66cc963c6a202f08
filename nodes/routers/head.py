"""What training leaves behind: weights, temperature, scope; and the file it can be kept in."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import Final

import numpy as np
import orjson

from nodes.learned import Arrays
from nodes.routers.encoder import Encoder, Floats
from nodes.routers.encoding import Layer
from nodes.routers.features import Features, of_norm_1
from nodes.routers.ngrams import COLUMNS, hashed_texts
from nodes.routers.outside import FEWEST, Flags, Outside, nearest_held_out
from nodes.routers.scope import Scope, Signals, signals
from nodes.routers.shorthand import in_full, numbers_alike
from nodes.routers.softmax import (
    MANY,
    Labels,
    descend_and_hold_out,
    fit_temperature,
    folds,
    probabilities,
    train_and_hold_out,
)
from nodes.routers.sparse import Beside, Sparse
from prompts.tenant import OUTSIDE
from state.decision import Lane

CODE_VERSION: Final = 13
"""Part of a kept head's name: raise it when anything in training changes."""

NGRAM_WEIGHT: Final = 0.85
"""Of n-grams beside a sentence embedding, both of norm 1: 0.6 to 1.0 are within half a point of each other on the
public sets."""

_JITTER: Final = 1e-4
"""Added to each example's squared length of about 1.5, so that two equal examples don't stop the factorisation."""
_ALONE: Final = 0.75
"""Cosine of an example that has no other of its language beside it: the mean of the public sets."""
_DIRECTIONS: Final = 256
"""In which the nearest are looked for by their tokens: they vote as well as all 1,280 do, and are a fifth to read."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text a customer might write, and where it belongs."""

    text: str
    intent: str
    lane: Lane
    locale: str


@dataclass(frozen=True, slots=True)
class Head:
    """A trained head.

    Attributes:
        dense: embedding columns x intents.
        sparse: hashed columns x intents.
        directions: embedding x fewer columns, those in which the examples differ most. Empty: all are looked at.
        vectors: one column an example, to find the nearest by their embeddings. Without an encoder it has no rows.
        outside: in place of `scope` where the tenant has written enough that is none of its business.
    """

    features: Features
    dense: Floats
    sparse: Floats
    directions: Floats
    vectors: Floats
    temperature: float
    scope: Scope
    outside: Outside | None = None

    def compared(self, embedded: Floats) -> Floats:
        """Return rows to compare with `vectors`."""
        return _along(self.directions, embedded, self.features)


def layer_of(examples: int) -> Layer:
    """Return what a head with so many examples does best with.

    How a thing is said takes many examples to learn from: with 10 an intent CLINC150 and Banking77 lose 2 points by the
    tokens, with 40 and more the Spanish skills gain 1, and the demo shop's 310 bring it 3.
    """
    return "tokens" if examples >= MANY else "sentence"


def train_head(examples: Sequence[Example], intents: Sequence[str], encoder: Encoder | None) -> Head:
    """Train on all examples; temperature and scope come from examples scored by heads that haven't seen them."""
    labels = np.array([intents.index(example.intent) for example in examples], np.int64)
    texts, counted = _as_read(examples), ngrams_of(examples)
    layer = layer_of(len(examples))
    embedded = encoder.encode(texts, layer) if encoder else np.zeros((len(texts), 0), np.float32)
    features = Features.fit(embedded, counted, labels, shrunk=layer == "sentence")
    weight = np.float32(NGRAM_WEIGHT if encoder else 1.0)
    dense, ngrams = features.of_embeddings(embedded), counted.weighed(features.rarity)
    directions = _directions(dense) if encoder and layer == "tokens" else np.zeros((0, 0), np.float32)
    vectors = _along(directions, embedded, features)
    fold = folds([(example.intent, example.locale) for example in examples])
    learned, logits, held = _learned(dense, ngrams.times(weight), labels, len(intents), fold)
    temperature = fit_temperature(logits, labels[held])
    logits /= np.float32(temperature)
    strange = np.array([example.intent == OUTSIDE for example in examples])
    own = np.array([intent != OUTSIDE for intent in intents])
    compared = vectors if encoder else ngrams.dense()
    near = nearest_held_out(compared, [one.locale for one in examples], strange, fold, held, alone=_ALONE)[held]
    strange, seen = strange[held], signals(logits[:, own])
    return Head(
        features=features,
        dense=learned[: dense.shape[1]],
        sparse=learned[dense.shape[1] :] * weight,
        directions=directions,
        vectors=np.ascontiguousarray(vectors.T),
        temperature=temperature,
        scope=Scope.fit([one for one, out in zip(seen, strange, strict=True) if not out], near[~strange, 0]),
        outside=_outside(probabilities(logits)[:, ~own].sum(axis=1), seen, near, strange),
    )


def ngrams_of(examples: Sequence[Example]) -> Sparse:
    """Return the n-grams of examples, one row each."""
    return hashed_texts(_as_read(examples))


def _as_read(examples: Sequence[Example]) -> list[str]:
    return [numbers_alike(in_full(example.text, example.locale)) for example in examples]


def _learned(dense: Floats, ngrams: Sparse, labels: Labels, classes: int, fold: Labels) -> tuple[Floats, Floats, Flags]:
    """Return weights of all columns, logits from weights that haven't seen them, and whose: of many the last fold's."""
    if len(labels) >= MANY:
        held = fold == fold.max()
        return *descend_and_hold_out(Beside(dense, ngrams), labels, classes, held), held
    short, whole = _fewer_columns(np.concatenate([dense, ngrams.dense()], axis=1))
    weights, logits = train_and_hold_out(short, labels, classes, fold)
    return whole(weights), logits, np.ones(len(labels), np.bool_)


def _fewer_columns(rows: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Return shorter rows to learn from, and what turns their weights into weights of all columns.

    A head with a penalty on its squared weights sees its rows only through their dot products. Few rows are replaced by
    others with the same ones, so it learns the same, several times faster.
    """
    products = (rows @ rows.T).astype(np.float64)
    products[np.diag_indices_from(products)] += _JITTER
    short = np.linalg.cholesky(products).astype(np.float32)
    return short, lambda weights: rows.T @ np.linalg.solve(short.T.astype(np.float64), weights).astype(np.float32)


def _directions(rows: Floats) -> Floats:
    """Return the directions in which the rows, which have no mean, differ most."""
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, -_DIRECTIONS:])


def _along(directions: Floats, embedded: Floats, features: Features) -> Floats:
    return of_norm_1(features.of_embeddings(embedded) @ directions) if len(directions) else embedded


def _outside(claimed: Floats, seen: Sequence[Signals], near: Floats, strange: Flags) -> Outside | None:
    return Outside.fit(claimed, seen, near, strange) if strange.sum() >= FEWEST else None


def fingerprint(examples: Sequence[Example], encoder: Encoder | None) -> str:
    """Return the name under which the head trained from all this may be kept."""
    rows = [[example.text, example.intent, example.lane, example.locale] for example in examples]
    return sha256(orjson.dumps([CODE_VERSION, encoder.name if encoder else None, rows])).hexdigest()[:32]


def read_head(kept: Arrays, embedded: int, intents: int, examples: int) -> Head | None:
    """Return the head that `kept` holds, or None when it is none for so many columns, intents and examples."""
    numbers, outside = (kept[name].tolist() for name in ("numbers", "outside"))
    head = Head(
        features=Features(kept["metric"], kept["centre"], kept["rarity"]),
        dense=kept["dense"],
        sparse=kept["sparse"],
        directions=kept["directions"],
        vectors=kept["vectors"],
        temperature=numbers[0],
        scope=Scope(*numbers[1:]),
        outside=Outside(*outside) if outside else None,
    )
    compared = min(embedded, _DIRECTIONS) if len(head.directions) else embedded
    wanted: dict[str, set[tuple[int, ...]]] = {
        "dense": {(embedded, intents)},
        "sparse": {(COLUMNS, intents)},
        "directions": {(0, 0), (embedded, compared)},
        "vectors": {(compared, examples)},
        "metric": {(0, 0), (embedded, embedded)},
        "centre": {(embedded,)},
        "rarity": {(COLUMNS,)},
    }
    fits = all(kept[name].shape in shapes for name, shapes in wanted.items())
    return head if fits and head.temperature > 0 else None


def write_head(head: Head) -> Arrays:
    """Return what `read_head` reads."""
    features = head.features
    return {
        "numbers": np.array([head.temperature, *astuple(head.scope)]),
        "outside": np.array(astuple(head.outside) if head.outside else []),
        "dense": head.dense,
        "sparse": head.sparse,
        "directions": head.directions,
        "vectors": head.vectors,
        "metric": features.metric,
        "centre": features.centre,
        "rarity": features.rarity,
    }
