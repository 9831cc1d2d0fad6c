"""Accumulated local effects of two columns (Apley & Zhu 2020, second order): the arithmetic.

Rows tell how the change along one column differs between two places of the other one. These second
differences are added up over a grid of places. What a sum of two functions, one of each column,
explains is taken off by weighted least squares. The rest is the interaction.
"""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Whole = NDArray[np.int64]


def interactions(changes: Float, first: Whole, second: Whole, rows: Float) -> Float:
    """Interactions at the places of a grid.

    Parameters
    ----------
    changes
        Shape (forecasts, n): second differences of the log-odds over a row's cell of the grid.
    first, second
        Shape (n,): the cell's number along the first and the second column, from 0 on.
    rows
        Shape (places, places): rows at each place; they weigh the least squares.

    Returns
    -------
    Shape (forecasts, places, places), of weighted mean 0 along each row and each column of the
    grid. Cells of the grid without rows take the mean of the nearest ones.
    """
    high, wide = rows.shape[0] - 1, rows.shape[1] - 1
    at = first * wide + second
    counts = np.bincount(at, minlength=high * wide)
    sums = np.stack([np.bincount(at, each, high * wide) for each in changes])
    means = sums / np.maximum(counts, 1)
    filled = (means @ _nearest(counts.reshape(high, wide))).reshape(-1, high, wide)
    grid = np.zeros((len(changes), high + 1, wide + 1))
    grid[:, 1:, 1:] = filled.cumsum(axis=1).cumsum(axis=2)
    return _without_sums(grid, rows)


def rows_at(first: Float, second: Float, places: tuple[int, int]) -> Float:
    """How many rows lie at each place of a grid, shape ``places``.

    ``first`` and ``second`` have shape (rows,): positions on the grid, from 0 to places − 1. A row
    between places counts to the nearest ones in proportion.
    """
    out = np.zeros(places[0] * places[1])
    low = [
        np.minimum(np.floor(each), count - 2).astype(np.int64)
        for each, count in zip((first, second), places, strict=True)
    ]
    parts = first - low[0], second - low[1]
    for one in (0, 1):
        for two in (0, 1):
            share = np.abs(1 - one - parts[0]) * np.abs(1 - two - parts[1])
            at = (low[0] + one) * places[1] + low[1] + two
            out += np.bincount(at, share, len(out))
    return out.reshape(places)


def size_of(grid: Float, rows: Float) -> float:
    """Root of the mean square over the rows, both of shape (places, places)."""
    return float(np.sqrt((np.square(grid) * rows).sum() / rows.sum()))


def _nearest(counts: Whole) -> Float:
    """What each cell takes of each other one, shape (cells, cells): its own mean if it has rows."""
    cells = np.stack(np.meshgrid(*map(np.arange, counts.shape), indexing="ij"), axis=-1)
    cells = cells.reshape(-1, 2)
    apart = np.square(cells[:, None] - cells[None]).sum(axis=2).astype(np.float64)
    apart[counts.ravel() == 0] = np.inf
    taken = (apart == apart.min(axis=0)).astype(np.float64)
    return np.asarray(taken / taken.sum(axis=0))


def _without_sums(grid: Float, rows: Float) -> Float:
    """The grids less their best sum of a function of each column."""
    count, high, wide = grid.shape
    of_first = np.repeat(np.eye(high), wide, axis=0)
    of_second = np.tile(np.eye(wide), (high, 1))
    design = np.concatenate([of_first, of_second], axis=1)
    root = np.sqrt(rows.ravel())
    flat = grid.reshape(count, -1)
    found = np.linalg.pinv(design * root[:, None]) @ (flat * root).T
    # A member that does not see both columns keeps its exact zeros.
    return np.asarray((flat - (design @ found).T).reshape(grid.shape))
