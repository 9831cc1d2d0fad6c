"""Columns as ranks, for the search for leaks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import MISSING, Values

FEWEST_OF_A_LEVEL = 5
"""Rows in the learning half that a category's level needs for a rank of its own."""


@dataclass(frozen=True, eq=False)
class RankedColumn:
    """One column's cells as ranks."""

    name: str
    ordered: bool
    """Whether the ranks mean more and less (numbers, dates); a category's are its levels."""
    codes: NDArray[np.int32]
    """Shape (rows,): 0 … ``size`` − 1, or ``size`` where the cell is missing."""
    size: int

    def take(self, rows: NDArray[np.int64]) -> "RankedColumn":
        """Return some of the rows with new ranks, so that each rank has a row."""
        codes = self.codes[rows]
        present = codes < self.size
        shown, inverse = np.unique(codes[present], return_inverse=True)
        again = np.full(len(codes), len(shown), dtype=np.int32)
        again[present] = inverse.reshape(-1)
        return RankedColumn(self.name, self.ordered, again, len(shown))

    def by_share(self, learn: NDArray[np.bool_], y: NDArray[np.float64]) -> "RankedColumn":
        """Put a category's levels in the order of their share of yes in the learning half."""
        if self.ordered or not self.size:
            return self
        known = learn & (self.codes < self.size)
        count = np.bincount(self.codes[known], minlength=self.size)
        yes = np.bincount(self.codes[known], y[known], minlength=self.size)
        base = float(y[learn].mean())
        share = (yes + base) / (count + 1.0)
        share[count < FEWEST_OF_A_LEVEL] = base
        _, order = np.unique(share, return_inverse=True)
        order = order.reshape(-1).astype(np.int32)
        size = int(order.max()) + 1
        codes = np.append(order, size).astype(np.int32)[self.codes]
        return RankedColumn(self.name, True, codes, size)

    def binned(self, bins: int, learn: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Codes 0 … ``bins`` − 1 of about as many learning rows each; missing is ``bins``."""
        present = self.codes[learn & (self.codes < self.size)]
        if self.size <= bins or not present.size:
            return np.where(self.codes == self.size, np.int32(bins), self.codes)
        cuts = np.unique(
            np.quantile(present, np.linspace(0, 1, bins + 1)[1:-1], method="lower")
        ).astype(np.int32)
        found = np.searchsorted(cuts, self.codes).astype(np.int32)
        return np.where(self.codes == self.size, np.int32(bins), found)


def ranked_columns(values: Values, schema: Schema, rows: NDArray[np.int64]) -> list[RankedColumn]:
    """Rank the used columns' cells in some rows; memory: 4 bytes a cell."""
    found = []
    for column in schema.used:
        if column.kind == "text":  # it has no levels: whether there is a text may tell
            gone = (values.codes[column.name][rows] == MISSING).astype(np.int32)
            found.append(RankedColumn(column.name, False, gone, 1))
            continue
        if column.name in values.numbers:
            x = values.numbers[column.name][rows]
            present = ~np.isnan(x)
            shown, inverse = np.unique(x[present], return_inverse=True)
            codes = np.full(len(x), len(shown), dtype=np.int32)
            codes[present] = inverse.reshape(-1)
            found.append(RankedColumn(column.name, True, codes, len(shown)))
        else:
            codes = values.codes[column.name][rows]
            size = int(codes.max(initial=-1)) + 1
            codes = np.where(codes < 0, np.int32(size), codes)
            found.append(RankedColumn(column.name, False, codes, size))
    return found
