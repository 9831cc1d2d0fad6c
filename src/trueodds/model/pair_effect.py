"""How two columns act together: accumulated local effects of the second order on some rows.

All measured columns of a row are first put on a place beside its own cell: a number on the quantile
below, a level on itself or on its neighbour. Then one column, or two, move to the next place. One
forecast of a moved row serves all pairs, so that 5 columns need 16 forecasts a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column
from trueodds.columns.values import Values
from trueodds.evaluation.accumulated import LEAST_ROWS, Replicates, between, edges
from trueodds.evaluation.accumulated_pairs import interactions, rows_at, size_of
from trueodds.model.column_effect import Forecast, number_text, put
from trueodds.model.effect import ColumnEffect, PairEffect, PairPoint

Float = NDArray[np.float64]
Whole = NDArray[np.int64]
Moves = list[tuple[int, ...]]

PLACES = 5
"""Places of each column, at most: levels of the most rows, or quantiles."""
LEAST = 0.01
"""Size of a pair that is called strong, at least, in nats: it changes the odds by 1 %."""
FEWEST = 2 * LEAST_ROWS
"""Moved rows that know both cells of a pair, at least."""


@dataclass(frozen=True, eq=False)
class _Axis:
    """The places of one column, and where rows lie among them."""

    name: str
    cells: tuple[str, ...]
    at: Float | None
    """Numbers of the places; None for levels."""
    donors: Whole
    """A row for each level; empty for numbers."""
    position: Float
    """Position of each row among the places, shape (rows,); NaN for a cell that has none."""


def pair_effects(
    forecast: Forecast,
    replicates: Replicates,
    rows: Values,
    columns: Sequence[tuple[Column, ColumnEffect]],
    most: int,
    rng: np.random.Generator,
) -> tuple[PairEffect, ...]:
    """Measure all pairs of some columns, the largest first.

    Parameters
    ----------
    forecast, replicates
        The model and its members.
    rows
        Those whose places are counted.
    columns
        With their effects, whose levels stand in the order of their similarity.
    most
        Rows whose cells are moved, at most.
    """
    axes = [_axis(*each, rows) for each in columns if each[1].points]
    if len(axes) < 2:
        return ()
    chosen = np.sort(rng.permutation(rows.rows)[:most])
    intervals = [_intervals(axis, chosen, rng) for axis in axes]
    pairs = list(combinations(range(len(axes)), 2))
    moves: Moves = [(), *((i,) for i in range(len(axes))), *pairs]
    z = forecast(_moved(rows, chosen, axes, intervals, moves)).reshape(-1, len(moves), len(chosen))
    of_move = {move: z[:, number] for number, move in enumerate(moves)}
    found = []
    for i, j in pairs:
        known = np.flatnonzero((intervals[i] >= 0) & (intervals[j] >= 0))
        if len(known) >= FEWEST:
            changes = (of_move[i, j] - of_move[j,]) - (of_move[i,] - of_move[()])
            cells = intervals[i][known], intervals[j][known]
            found.append(_pair(axes[i], axes[j], changes[:, known], cells, replicates))
    return tuple(sorted(found, key=lambda pair: -pair.size))


def _axis(column: Column, effect: ColumnEffect, rows: Values) -> _Axis:
    name = column.name
    if name in rows.numbers:
        cells = rows.numbers[name]
        places = edges(cells, PLACES - 1)
        position = between(cells, places, np.arange(float(len(places)))[None])[0]
        texts = tuple(number_text(at, column.kind) for at in places.tolist())
        return _Axis(name, texts, places, np.zeros(0, np.int64), position)
    points = effect.points
    largest = sorted(range(len(points)), key=lambda n: -points[n].rows)[:PLACES]
    texts = tuple(points[n].cell for n in sorted(largest))
    position = np.full(rows.rows, np.nan)
    donors = np.empty(len(texts), np.int64)
    for place, text in enumerate(texts):
        there = rows.codes[name] == column.levels.index(text)
        position[there] = place
        donors[place] = int(np.argmax(there))
    return _Axis(name, texts, None, donors, position)


def _intervals(axis: _Axis, chosen: Whole, rng: np.random.Generator) -> Whole:
    """The interval of each chosen row, shape (n,); -1 for a cell without a place.

    A level lies at the end of two intervals: one of them is drawn.
    """
    position = axis.position[chosen]
    known = ~np.isnan(position)
    at = np.ceil(np.where(known, position, 0.0)).astype(np.int64) - 1
    if axis.at is None:
        at += rng.integers(0, 2, len(at))
    return np.where(known, np.clip(at, 0, len(axis.cells) - 2), -1)


def _moved(
    rows: Values, chosen: Whole, axes: list[_Axis], intervals: list[Whole], moves: Moves
) -> Values:
    """The chosen rows on their places, once for each move: its columns are one place higher."""
    out = rows.take(np.tile(chosen, len(moves)))
    for number, (axis, interval) in enumerate(zip(axes, intervals, strict=True)):
        place = np.concatenate([interval + (number in move) for move in moves])
        known = np.tile(interval >= 0, len(moves))
        if axis.at is not None:
            cells = np.where(known, axis.at[place], out.numbers[axis.name])
            out = replace(out, numbers={**out.numbers, axis.name: cells})
            continue
        # A row without a place keeps its own cell.
        donors = np.where(known, axis.donors[place], np.tile(chosen, len(moves)))
        out = put(out, axis.name, donors, rows)
    return out


def _pair(
    first: _Axis, second: _Axis, changes: Float, cells: tuple[Whole, Whole], replicates: Replicates
) -> PairEffect:
    known = ~np.isnan(first.position) & ~np.isnan(second.position)
    shape = (len(first.cells), len(second.cells))
    rows = rows_at(first.position[known], second.position[known], shape)
    grids = interactions(changes, *cells, rows)
    half = replicates.half(grids[1:].reshape(len(grids) - 1, -1))
    size, chance = size_of(grids[0], rows), size_of(half.reshape(shape), rows)
    points = tuple(
        PairPoint(*texts, effect, effect - wide, effect + wide, round(count))
        for texts, effect, wide, count in zip(
            product(first.cells, second.cells),
            grids[0].ravel().tolist(),
            half.tolist(),
            rows.ravel().tolist(),
            strict=True,
        )
    )
    strong = size > LEAST and size > chance
    return PairEffect(first.name, second.name, size, chance, points, changes.shape[1], strong)
