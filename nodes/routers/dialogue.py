"""A lane decision that looks at the dialogue: the text, the last reply, the router's own previous lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nodes.routers.encoder import Encoder, Floats
from nodes.routers.features import Features
from nodes.routers.head import NGRAM_WEIGHT
from nodes.routers.ngrams import COLUMNS, hashed_rows
from nodes.routers.phrases import LONGEST, phrase
from nodes.routers.softmax import FOLDS, MANY, Labels, fit_temperature, probabilities, train

ROUNDS: Final = 2
"""Of learning from its own previous lanes. On SGD none is right on 93.4 % of the turns, two on 95.8 %."""

_BATCH: Final = 64
_SHAPE: Final = 4
_WORDS_SCALE: Final = 3.0
_NOBODY: Final = -1
_PROJECTED: Final = 1024
"""Columns that the n-grams of many rows are projected to at random, as in `head`."""


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """One turn of a labelled dialogue; `last_bot` is empty in the first. A dialogue's rows stand together, in order."""

    dialogue: str
    text: str
    last_bot: str
    lane: str


@dataclass(frozen=True, slots=True)
class DialogueRouter:
    """Decides by a linear head over the text, the last reply, and the previous lane beside the text's form.

    Attributes:
        centre: mean embedding of the replies.
        told: weights of text and reply x lanes.
        came: weights of the previous lane (the last: none) and the text's form x lanes.
    """

    lanes: tuple[str, ...]
    encoder: Encoder | None
    features: Features
    centre: Floats
    told: Floats
    came: Floats
    temperature: float = 1.0

    def decide(self, text: str, last_bot: str, previous_lane: str | None) -> tuple[str, dict[str, float]]:
        """Return the likeliest lane and the calibrated probability of each; `previous_lane` is None at the start."""
        row = DialogueRow("", text, last_bot, "")
        previous = self.lanes.index(previous_lane) if previous_lane in self.lanes else _NOBODY
        told = _told(_embedded([text], self.encoder), hashed_rows([text]), self._reply(last_bot), self.features)
        came = _came(np.array([previous]), _form([row]), len(self.lanes))
        shares = probabilities((told @ self.told + came @ self.came)[0] / np.float32(self.temperature))
        by_lane = {lane: float(share) for lane, share in zip(self.lanes, shares, strict=True)}
        return max(by_lane, key=by_lane.__getitem__), by_lane

    def _reply(self, last_bot: str) -> Floats:
        return _replies([last_bot], _embedded([last_bot], self.encoder), self.centre)


def fit(rows: Sequence[DialogueRow], encoder: Encoder | None) -> DialogueRouter:
    """Train on labelled dialogues.

    A head trained on the right previous lanes trusts them more than its own deserve: it is 5 points worse once it
    rolls forward. So it learns from the previous lanes that heads which haven't seen the dialogue decided on
    (data set aggregation, Ross et al., 2011).

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("A dialogue router needs labelled turns.")
    texts = _Texts.of(rows, encoder)
    lane_before = _before(rows, texts.labels)
    logits = np.zeros((len(rows), len(texts.lanes)), np.float32)
    for _ in range(ROUNDS):
        logits = _rolled_by_others(texts, lane_before)
        lane_before = _before(rows, logits.argmax(axis=1))
    short = _trained(texts, lane_before, np.ones(len(rows), bool))
    weights = texts.whole(short)
    width = len(weights) - len(short) + texts.told.shape[1]
    return DialogueRouter(
        lanes=texts.lanes,
        encoder=encoder,
        features=texts.features,
        centre=texts.centre,
        told=weights[:width],
        came=weights[width:],
        temperature=fit_temperature(logits, texts.labels),
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    """All rows as a head sees them."""

    lanes: tuple[str, ...]
    labels: Labels
    dialogues: Labels
    told: Floats
    form: Floats
    features: Features
    centre: Floats
    drawn: Floats | None

    def whole(self, weights: Floats) -> Floats:
        """Return weights of all columns from those of the rows that were learned from."""
        if self.drawn is None:
            return weights
        end = self.features.metric.shape[0]
        projected = weights[end : end + self.drawn.shape[1]]
        return np.concatenate([weights[:end], self.drawn @ projected, weights[end + self.drawn.shape[1] :]])

    @classmethod
    def of(cls, rows: Sequence[DialogueRow], encoder: Encoder | None) -> "_Texts":
        lanes = tuple(sorted({row.lane for row in rows}))
        labels = np.array([lanes.index(row.lane) for row in rows], np.int64)
        embedded, counted = _embedded([row.text for row in rows], encoder), hashed_rows([row.text for row in rows])
        replies = [row.last_bot for row in rows]
        answered = _embedded(replies, encoder)
        spoken = np.array([bool(reply) for reply in replies])
        centre = answered[spoken].mean(axis=0) if spoken.any() else np.zeros(answered.shape[1], np.float32)
        features = Features.fit(embedded, counted, labels)
        told = _told(embedded, counted, _replies(replies, answered, centre), features)
        drawn = _drawn(len(rows))
        if drawn is not None:
            end = embedded.shape[1]
            ngrams = told[:, end : end + COLUMNS] @ drawn
            told = np.concatenate([told[:, :end], ngrams, told[:, end + COLUMNS :]], axis=1)
        return cls(lanes, labels, _numbers(rows), told, _form(rows), features, centre, drawn)


def _drawn(rows: int) -> Floats | None:
    if rows < MANY:
        return None
    drawn = np.random.default_rng(0).standard_normal((COLUMNS, _PROJECTED), np.float32)
    return np.asarray(drawn / np.float32(np.sqrt(_PROJECTED)), np.float32)


def _embedded(texts: list[str], encoder: Encoder | None) -> Floats:
    if encoder is None:
        return np.zeros((len(texts), 0), np.float32)
    shown = [text[:LONGEST].strip() or "." for text in texts]
    return np.concatenate([encoder.encode(shown[at : at + _BATCH]) for at in range(0, len(shown), _BATCH)])


def _replies(texts: list[str], embedded: Floats, centre: Floats) -> Floats:
    """Without an encoder the replies are seen by their n-grams."""
    rows = embedded - centre if embedded.shape[1] else hashed_rows(texts)
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    said = np.array([bool(text) for text in texts])[:, None]
    return np.asarray(rows / lengths * said, np.float32)


def _told(embedded: Floats, counted: Floats, replies: Floats, features: Features) -> Floats:
    ngrams = features.of_ngrams(counted) * np.float32(NGRAM_WEIGHT if embedded.shape[1] else 1.0)
    return np.concatenate([features.of_embeddings(embedded), ngrams, replies], axis=1)


def _form(rows: Sequence[DialogueRow]) -> Floats:
    """Return a constant, the damped number of words, whether a question was asked, and both: one row a turn."""
    words = np.log1p([len(phrase(row.text).split()) for row in rows]) / _WORDS_SCALE
    asked = np.array([row.last_bot.rstrip().endswith("?") for row in rows], np.float64)
    return np.stack([np.ones(len(rows)), words, asked, asked * words], axis=1).astype(np.float32)


def _came(previous: Labels, form: Floats, lanes: int) -> Floats:
    """Return each row's form in the columns of its previous lane."""
    columns = np.zeros((len(previous), lanes + 1, _SHAPE), np.float32)
    columns[np.arange(len(previous)), previous] = form
    return columns.reshape(len(previous), -1)


def _numbers(rows: Sequence[DialogueRow]) -> Labels:
    known: dict[str, int] = {}
    return np.array([known.setdefault(row.dialogue, len(known)) for row in rows], np.int64)


def _before(rows: Sequence[DialogueRow], lanes: Labels) -> Labels:
    """Return each turn's previous lane when every turn's lane is as given."""
    before = np.full(len(rows), _NOBODY, np.int64)
    for at in range(1, len(rows)):
        if rows[at].dialogue == rows[at - 1].dialogue:
            before[at] = lanes[at - 1]
    return before


def _trained(texts: _Texts, before: Labels, chosen: np.typing.NDArray[np.bool_]) -> Floats:
    came = _came(before[chosen], texts.form[chosen], len(texts.lanes))
    return train(np.concatenate([texts.told[chosen], came], axis=1), texts.labels[chosen], len(texts.lanes))


def _rolled_by_others(texts: _Texts, before: Labels) -> Floats:
    """Return each turn's logits from a head that hasn't seen its dialogue, rolled forward on its own lanes."""
    logits = np.zeros((len(before), len(texts.lanes)), np.float32)
    width = texts.told.shape[1]
    for fold in range(FOLDS):
        held = texts.dialogues % FOLDS == fold
        if held.all() or not held.any():
            continue
        weights = _trained(texts, before, ~held)
        told, own, last = texts.told @ weights[:width], _NOBODY, _NOBODY
        for at in np.flatnonzero(held):
            own = own if texts.dialogues[at] == last else _NOBODY
            came = _came(np.array([own]), texts.form[at : at + 1], len(texts.lanes))
            logits[at] = told[at] + (came @ weights[width:])[0]
            own, last = int(logits[at].argmax()), int(texts.dialogues[at])
    return logits
