"""The reference profile of the training rows: a few counts a column, to notice when one changes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, Values

BINS = 10
"""Bins of a number, each with about as many rows: usual for the population stability index."""
MOST_LEVELS = 20
"""The most frequent levels of a category are counted one by one, the others together."""


@dataclass(frozen=True)
class ColumnProfile:
    """One column, or the forecast, in the training rows.

    A number v belongs to bin #{edges < v}. A category's cell belongs to the place of its code in
    ``codes``, or to the last bin if its code is not there. ``counts`` has one entry a bin; missing
    cells are in no bin.
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
        """Count the rows of each bin and, last, the missing cells; shape (bins + 1,).

        Parameters
        ----------
        cells
            Shape (rows,): float64 for numbers (NaN is missing), int32 codes for categories
            (−1 is missing, −2 a level that training did not have).
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
class Profile:
    """All used columns in the training rows, and the calibrated out-of-fold log-odds."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    score: ColumnProfile


def profile_rows(values: Values, schema: Schema, log_odds: NDArray[np.float64]) -> Profile:
    """Make the reference profile of the training rows.

    Parameters
    ----------
    values
        The training rows.
    schema
        Their columns.
    log_odds
        Calibrated, out-of-fold, shape (rows,); NaN where a row has none.
    """
    columns = tuple(column_profile(column, cells_of(values, column)) for column in schema.used)
    return Profile(values.rows, columns, _number_profile("", log_odds))


def cells_of(values: Values, column: Column) -> NDArray[np.float64] | NDArray[np.int32]:
    """A used column's numbers or codes, as `ColumnProfile.count` takes them."""
    codes = values.codes.get(column.name)
    return values.numbers[column.name] if codes is None else codes


def column_profile(column: Column, cells: NDArray[np.float64] | NDArray[np.int32]) -> ColumnProfile:
    """The reference profile of one column; ``cells`` are `cells_of` it."""
    if cells.dtype == np.int32:
        return _category_profile(column, np.asarray(cells, dtype=np.int32))
    return _number_profile(column.name, np.asarray(cells, dtype=np.float64))


def _number_profile(name: str, values: NDArray[np.float64]) -> ColumnProfile:
    known = values[~np.isnan(values)]
    finite = known[np.isfinite(known)]
    edges: list[float] = []
    if len(finite):
        shares = np.arange(1, BINS) / BINS
        # Values that occur, so that they stay short as text.
        found = np.unique(np.quantile(finite, shares, method="inverted_cdf"))
        edges = found[found < finite.max()].tolist()
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    empty = ColumnProfile(name, 0, (0,) * (len(edges) + 1), tuple(edges), (), low, high)
    return _filled(empty, empty.count(values).tolist())


def _category_profile(column: Column, codes: NDArray[np.int32]) -> ColumnProfile:
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
    top = np.argsort(-counts, kind="stable")[:MOST_LEVELS].tolist()
    empty = ColumnProfile(column.name, 0, (0,) * (len(top) + 1), (), tuple(top))
    return _filled(empty, empty.count(codes).tolist())


def _filled(empty: ColumnProfile, counts: Iterable[int]) -> ColumnProfile:
    *bins, missing = counts
    return ColumnProfile(
        empty.name, missing, tuple(bins), empty.edges, empty.codes, empty.low, empty.high
    )
