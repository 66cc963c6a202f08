"""What a head sees of a text: its embedding in the metric of the tenant's intents, its n-grams weighed by rarity."""

from dataclasses import dataclass

import numpy as np

from nodes.routers.encoder import Floats
from nodes.routers.softmax import Labels, Rows
from nodes.routers.sparse import Columns, Sparse

SHRINKAGE = 8.0
"""Of the covariance within intents towards a round one, in multiples of its mean eigenvalue: 4 to 8 are best and
within 0.2 points of each other on the public sets; without the metric banking77 is 0.8 points worse."""


@dataclass(frozen=True, slots=True)
class Features:
    """Learned from the examples.

    Attributes:
        metric: embedding x embedding. Shrinks the directions in which the examples of one intent differ from each
            other (within-class covariance normalisation, Hatch et al., 2006). Empty: they are left as they are.
        centre: the mean embedding after `metric`; taken off, because all of a shop's messages share it.
        rarity: inverse document frequency of every n-gram column.
    """

    metric: Floats
    centre: Floats
    rarity: Floats

    @classmethod
    def fit(cls, dense: Floats, ngrams: Rows, labels: Labels, *, shrunk: bool = True) -> "Features":
        """Learn from embeddings (none: no columns) and n-grams, one row an example; a metric if they are `shrunk`."""
        metric = _metric(dense, labels) if shrunk else np.zeros((0, 0), np.float32)
        if isinstance(ngrams, Sparse):
            holding = np.bincount(ngrams.columns, minlength=ngrams.shape[1])
        else:
            holding = (ngrams != 0).sum(axis=0)
        rarity = np.log((1.0 + len(ngrams)) / (1.0 + holding)) + 1.0
        centre = (dense @ metric if len(metric) else dense).mean(axis=0)
        return cls(metric, centre, rarity.astype(np.float32))

    def of_embeddings(self, dense: Floats) -> Floats:
        """Return rows of norm 1."""
        if not dense.shape[1]:
            return dense
        return of_norm_1((dense @ self.metric if len(self.metric) else dense) - self.centre)

    def of_ngrams(self, values: Floats, columns: Columns | None = None) -> Floats:
        """Return rows of norm 1; `values` fill all columns or those named."""
        return of_norm_1(values * (self.rarity if columns is None else self.rarity[columns]))


def _metric(dense: Floats, labels: Labels) -> Floats:
    if not dense.shape[1]:
        return np.zeros((0, 0), np.float32)
    means = np.zeros((int(labels.max()) + 1, dense.shape[1]), np.float32)
    np.add.at(means, labels, dense)
    apart = dense - (means / np.maximum(np.bincount(labels), 1)[:, None].astype(np.float32))[labels]
    spreads, directions = np.linalg.eigh((apart.T @ apart / np.float32(len(apart))).astype(np.float64))
    usual = max(float(spreads.mean()), 1e-9) * SHRINKAGE
    scales = 1.0 / np.sqrt(np.maximum(spreads, 0.0) / usual + 1.0)
    return np.asarray((directions * scales) @ directions.T, np.float32)


def of_norm_1(rows: Floats) -> Floats:
    """Return rows of norm 1; one of zeros stays."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
