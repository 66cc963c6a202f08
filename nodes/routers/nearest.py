"""The examples nearest to a text: looked for in few columns, then measured in all."""

from typing import Final

import numpy as np
import numpy.typing as npt

from nodes.routers.sparse import Floats

MANY: Final = 2000
"""Examples from which reading all their vectors costs more than the rest of a decision."""

_COLUMNS: Final = 128
_MEASURED: Final = 160
"""Of each kind, those of an intent and those of the outside. On the demo set the nearest is always among them."""


class Nearest:
    """Cosines of embeddings of norm 1, from `vectors`, one column an example.

    With `MANY` examples only the likeliest are measured, found by the directions in which the examples differ most.
    """

    def __init__(self, vectors: Floats, inside: npt.NDArray[np.bool_]) -> None:
        self._vectors = vectors
        self._kinds = [kind for kind in (np.flatnonzero(inside), np.flatnonzero(~inside)) if len(kind)]
        self._few = len(inside) < MANY
        if not self._few:
            _, directions = np.linalg.eigh(vectors @ vectors.T)
            self._directions = np.ascontiguousarray(directions[:, -_COLUMNS:])
            self._short = [np.ascontiguousarray((self._directions.T @ vectors)[:, kind]) for kind in self._kinds]
            self._rows = np.ascontiguousarray(vectors.T)

    def cosines(self, embedding: Floats) -> Floats:
        """Return one value an example, -1 where it is none of the nearest."""
        if self._few:
            return np.asarray(embedding @ self._vectors, np.float32)
        found, short = np.full(len(self._rows), -1.0, np.float32), embedding @ self._directions
        for kind, columns in zip(self._kinds, self._short, strict=True):
            kept = min(_MEASURED, len(kind))
            likeliest = kind[np.argpartition(short @ columns, -kept)[-kept:]]
            found[likeliest] = self._rows[likeliest] @ embedding
        return found
