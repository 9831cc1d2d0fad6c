"""What each column looked like in training: a few counts a column, to notice when it changes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, Values

BINS = 10
"""Bins of a number, of about equal mass: as is usual for the population stability index."""
MOST_LEVELS = 20
"""A category's most frequent levels are counted one by one, the others together."""


@dataclass(frozen=True)
class ColumnSeen:
    """One column, or the forecast, in the training rows.

    A number's value v belongs to bin #{edges < v}; a category's cell to the place of its code in
    ``codes``, else to the last bin. ``counts`` has one entry a bin; missing cells are in none.
    """

    name: str
    missing: int
    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    codes: tuple[int, ...] = ()
    low: float = 0.0
    high: float = 0.0
    """Least and largest finite number; 0 for categories."""

    def count(self, cells: NDArray[np.float64] | NDArray[np.int32]) -> NDArray[np.int64]:
        """Rows of each bin and, last, of missing cells, shape (bins + 1,).

        ``cells`` has shape (rows,): float64 for numbers (NaN is missing), int32 codes for
        categories (−1 missing, −2 unseen).
        """
        if cells.dtype == np.int32:
            gone = cells == MISSING
            places = np.full(max(self.codes, default=-1) + 2, len(self.codes), dtype=np.int64)
            places[list(self.codes)] = np.arange(len(self.codes))
            known = cells[~gone]
            bins = places[np.where((known < 0) | (known >= len(places)), -1, known)]
        else:
            gone = np.isnan(cells)
            bins = np.searchsorted(np.array(self.edges), cells[~gone], side="left")
        counts = np.bincount(bins, minlength=len(self.counts))
        return np.append(counts, np.count_nonzero(gone))


@dataclass(frozen=True)
class Seen:
    """All used columns in the training rows, and the calibrated out-of-fold log-odds."""

    rows: int
    columns: tuple[ColumnSeen, ...]
    score: ColumnSeen


def summarise(values: Values, schema: Schema, log_odds: NDArray[np.float64]) -> Seen:
    """Sum up the training rows.

    Parameters
    ----------
    log_odds
        Calibrated, out-of-fold, shape (rows,); NaN where a row has none.
    """
    columns = tuple(
        _codes_seen(column, values.codes[column.name])
        if column.name in values.codes
        else _numbers_seen(column.name, values.numbers[column.name])
        for column in schema.used
    )
    return Seen(values.rows, columns, _numbers_seen("", log_odds))


def _numbers_seen(name: str, values: NDArray[np.float64]) -> ColumnSeen:
    known = values[~np.isnan(values)]
    finite = known[np.isfinite(known)]
    edges: list[float] = []
    if len(finite):
        shares = np.arange(1, BINS) / BINS
        # Values that occur, so that they stay short as text.
        found = np.unique(np.quantile(finite, shares, method="inverted_cdf"))
        edges = found[found < finite.max()].tolist()
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    empty = ColumnSeen(name, 0, (0,) * (len(edges) + 1), tuple(edges), (), low, high)
    return _filled(empty, empty.count(values).tolist())


def _codes_seen(column: Column, codes: NDArray[np.int32]) -> ColumnSeen:
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
    top = np.argsort(-counts, kind="stable")[:MOST_LEVELS].tolist()
    empty = ColumnSeen(column.name, 0, (0,) * (len(top) + 1), (), tuple(top))
    return _filled(empty, empty.count(codes).tolist())


def _filled(empty: ColumnSeen, counts: Iterable[int]) -> ColumnSeen:
    *bins, missing = counts
    return ColumnSeen(
        empty.name, missing, tuple(bins), empty.edges, empty.codes, empty.low, empty.high
    )
