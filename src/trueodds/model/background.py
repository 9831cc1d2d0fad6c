"""The background: training rows that a row's forecast is compared with when it is explained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import UNSEEN, Values

ROWS = 64
"""Rows of a background, fewer where the table has fewer."""
MOST_ROWS = 256
"""Most rows of a background in a file."""


@dataclass(frozen=True, slots=True)
class Background:
    """Cells of some training rows, by column; nothing else is kept of these rows."""

    rows: int
    numbers: dict[str, tuple[float | None, ...]]
    """Numbers and dates, as `Values` has them; None is missing."""
    codes: dict[str, tuple[int, ...]]
    """Positions in the column's levels; −1 is missing."""

    def values(self) -> Values:
        """The rows as the scorer takes them."""
        return Values(
            self.rows,
            {n: np.array(cells, dtype=np.float64) for n, cells in self.numbers.items()},
            {n: np.array(cells, dtype=np.int32) for n, cells in self.codes.items()},
        )

    def fits(self, schema: Schema) -> bool:
        """Whether the rows have a usable cell for every column that the model uses."""
        levels = {c.name: len(c.levels) for c in schema.used if c.kind in ("category", "yesno")}
        numbers = {c.name for c in schema.used} - set(levels)
        return (
            0 < self.rows <= MOST_ROWS
            and set(self.numbers) == numbers
            and set(self.codes) == set(levels)
            and all(len(c) == self.rows for c in (*self.numbers.values(), *self.codes.values()))
            and all(UNSEEN <= x < levels[n] for n, cells in self.codes.items() for x in cells)
        )


def background_rows(
    values: Values,
    log_odds: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
) -> Background:
    """Choose rows at even steps along the sorted forecasts, so that few stand for all.

    Parameters
    ----------
    values
        All training rows.
    log_odds
        Shape (rows,), out-of-fold; NaN for rows without a forecast, which are not chosen.
    sample_weight
        Shape (rows,), ≥ 0; a row is chosen in proportion to its weight. None for equal weights.
    """
    weight = np.ones(values.rows) if sample_weight is None else sample_weight
    known = np.flatnonzero(np.isfinite(log_odds) & (weight > 0.0))
    order = known[np.argsort(log_odds[known], kind="stable")]
    count = min(ROWS, len(order))
    until = np.cumsum(weight[order])
    steps = (np.arange(count) + 0.5) / count * until[-1]
    chosen = values.take(np.sort(order[np.searchsorted(until, steps)]))
    return Background(
        count,
        {n: tuple(_finite(x) for x in cells.tolist()) for n, cells in chosen.numbers.items()},
        {n: tuple(cells.tolist()) for n, cells in chosen.codes.items()},
    )


def _finite(x: float) -> float | None:
    return x if np.isfinite(x) else None


def same_cells(one: Values, row: int, others: Values) -> NDArray[np.bool_]:
    """Which cells of other rows equal those of a row, shape (other rows, columns).

    Columns are in the order of ``one.numbers``, then ``one.codes``.
    """
    columns = []
    for name, cells in one.numbers.items():
        x, theirs = cells[row], others.numbers[name]
        columns.append(np.isnan(theirs) if np.isnan(x) else theirs == x)
    for name, codes in one.codes.items():
        columns.append(others.codes[name] == codes[row])
    return np.column_stack(columns)


def mixed(
    one: Values, row: int, others: Values, at: NDArray[np.int64], own: NDArray[np.bool_]
) -> Values:
    """Rows ``at`` of ``others`` with some cells of a row; ``own`` has shape (len(at), columns)."""
    numbers = {
        name: np.where(own[:, i], cells[row], others.numbers[name][at])
        for i, (name, cells) in enumerate(one.numbers.items())
    }
    codes = {
        name: np.where(own[:, i], cells[row], others.codes[name][at])
        for i, (name, cells) in enumerate(one.codes.items(), len(numbers))
    }
    return Values(len(at), numbers, codes)
