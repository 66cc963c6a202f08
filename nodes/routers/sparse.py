"""Rows of which nearly all columns are empty, as many n-grams of short texts are: only what is filled is kept."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Columns = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sparse:
    """A matrix by its filled cells: the row, the column and the value of each, in the rows' order."""

    rows: Columns
    columns: Columns
    values: Floats
    shape: tuple[int, int]

    def __len__(self) -> int:
        return self.shape[0]

    @cached_property
    def T(self) -> "Sparse":  # noqa: N802  # as numpy calls it, so that either kind of rows can be learned from
        """The matrix with rows and columns exchanged."""
        order = np.argsort(self.columns, kind="stable")
        return Sparse(self.columns[order], self.rows[order], self.values[order], self.shape[::-1])

    @cached_property
    def _first(self) -> Columns:
        """Where in the cells each row begins that has any."""
        return np.flatnonzero(np.diff(self.rows, prepend=-1))

    def __matmul__(self, weights: Floats) -> Floats:
        """Multiply by few columns: with `weights` of many a dense product is faster."""
        product = np.zeros((self.shape[0], weights.shape[1]), np.float32)
        if len(self._first):
            filled = self.rows[self._first]
            for column, narrow in enumerate(np.ascontiguousarray(weights.T)):
                product[filled, column] = np.add.reduceat(self.values * narrow[self.columns], self._first)
        return product

    def __getitem__(self, chosen: Flags) -> "Sparse":
        """Return the rows that are `chosen`."""
        held = chosen[self.rows]
        numbers = np.cumsum(chosen) - 1
        return Sparse(
            numbers[self.rows[held]], self.columns[held], self.values[held], (int(chosen.sum()), self.shape[1])
        )

    def weighed(self, weights: Floats) -> "Sparse":
        """Return each column times its weight, rows then scaled to norm 1."""
        values = self.values * weights[self.columns]
        lengths = np.sqrt(np.bincount(self.rows, values.astype(np.float64) ** 2, len(self)))
        scaled = values / np.maximum(lengths, 1e-9)[self.rows]
        return Sparse(self.rows, self.columns, scaled.astype(np.float32), self.shape)

    def times(self, factor: np.float32) -> "Sparse":
        """Return every value times `factor`."""
        return Sparse(self.rows, self.columns, self.values * factor, self.shape)

    def dense(self) -> Floats:
        """Return all cells."""
        cells = np.zeros(self.shape, np.float32)
        cells[self.rows, self.columns] = self.values
        return cells


class Postings:
    """Rows by the columns they fill, so that a row is multiplied by each without those that share nothing with it."""

    def __init__(self, rows: Sparse) -> None:
        by_column = rows.T
        self._rows, self._values, self._length = by_column.columns, by_column.values, len(rows)
        self._counts = np.bincount(by_column.rows, minlength=len(by_column))
        self._first = np.cumsum(self._counts) - self._counts

    def products(self, columns: Columns, values: Floats) -> Floats:
        """Return the dot product of each row with one that fills `columns` with `values`."""
        counts = self._counts[columns]
        cells = np.repeat(self._first[columns] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        shares = self._values[cells] * np.repeat(values, counts)
        return np.bincount(self._rows[cells], shares, self._length).astype(np.float32)


class Beside:
    """Rows of which the first columns are full and the others nearly empty: filled in a few at a time."""

    def __init__(self, full: Floats, sparse: Sparse, numbers: Columns | None = None) -> None:
        self._full, self._sparse = full, sparse
        self._numbers = np.arange(len(full)) if numbers is None else numbers
        self._counts = np.bincount(sparse.rows, minlength=len(full))
        self._first = np.cumsum(self._counts) - self._counts
        self.shape = len(self._numbers), full.shape[1] + sparse.shape[1]

    def only(self, chosen: Columns) -> "Beside":
        """Return the rows with the `chosen` numbers."""
        return Beside(self._full, self._sparse, self._numbers[chosen])

    def __getitem__(self, chosen: Columns) -> Floats:
        """Return all cells of the rows with the `chosen` numbers."""
        numbers, width = self._numbers[chosen], self._full.shape[1]
        counts = self._counts[numbers]
        filled = np.repeat(self._first[numbers] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        cells = np.zeros((len(numbers), self.shape[1]), np.float32)
        cells[:, :width] = self._full[numbers]
        columns = width + self._sparse.columns[filled]
        cells[np.repeat(np.arange(len(numbers)), counts), columns] = self._sparse.values[filled]
        return cells
