"""The background: training rows that a row's forecast is compared with when it is explained."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import UNSEEN, Values
from trueodds.columns.words import WordCells

ROWS = 64
"""Rows of a background, fewer where the table has fewer."""
MOST_CELLS = 1 << 17
"""Cells of a background, about: a table of thousands of columns has fewer rows in it."""
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
    words: dict[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    """Of columns with words: positions in these of the words of each cell."""

    def values(self) -> Values:
        """The rows as the scorer takes them."""
        return Values(
            self.rows,
            {n: np.array(cells, dtype=np.float64) for n, cells in self.numbers.items()},
            {n: np.array(cells, dtype=np.int32) for n, cells in self.codes.items()},
            words={n: _word_cells(cells) for n, cells in self.words.items()},
        )

    def fits(self, schema: Schema) -> bool:
        """Whether the rows have a usable cell for every column that the model uses."""
        levels = {c.name: len(c.levels) for c in schema.used if c.coded}
        words = {c.name: len(c.words) for c in schema.used if c.words}
        numbers = {c.name for c in schema.used} - set(levels)
        return (
            0 < self.rows <= MOST_ROWS
            and set(self.numbers) == numbers
            and set(self.codes) == set(levels)
            and set(self.words) == set(words)
            and all(
                len(cells) == self.rows
                for column in (self.numbers, self.codes, self.words)
                for cells in column.values()
            )
            and all(UNSEEN <= x < levels[n] for n, cells in self.codes.items() for x in cells)
            and all(
                0 <= x < words[n] for n, cells in self.words.items() for cell in cells for x in cell
            )
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
    columns = max(1, len(values.numbers) + len(values.codes))
    count = min(ROWS, len(order), max(1, MOST_CELLS // columns))
    until = np.cumsum(weight[order])
    steps = (np.arange(count) + 0.5) / count * until[-1]
    chosen = values.take(np.sort(order[np.searchsorted(until, steps)]))
    return Background(
        count,
        {n: tuple(_finite(x) for x in cells.tolist()) for n, cells in chosen.numbers.items()},
        {n: tuple(cells.tolist()) for n, cells in chosen.codes.items()},
        {
            n: tuple(_places(cells, row) for row in range(count))
            for n, cells in chosen.words.items()
        },
    )


def _places(cells: WordCells, row: int) -> tuple[int, ...]:
    return tuple(cells.places[cells.starts[row] : cells.starts[row + 1]].tolist())


def _word_cells(cells: tuple[tuple[int, ...], ...]) -> WordCells:
    starts = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])])
    return WordCells(starts, np.array([x for cell in cells for x in cell], dtype=np.int32))


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
        same = others.codes[name] == codes[row]
        if name in one.words:
            wanted, cells_there = _places(one.words[name], row), others.words[name]
            same &= [_places(cells_there, other) == wanted for other in range(others.rows)]
        columns.append(same)
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
    words = {
        name: others.words[name]
        .plus(cells.between(row, row + 1))
        .take(np.where(own[:, len(numbers) + list(codes).index(name)], others.rows, at))
        for name, cells in one.words.items()
    }
    return Values(len(at), numbers, codes, words=words)
