"""An order of a category's levels in which similar ones are neighbours (Apley & Zhu 2020).

Two levels are similar if the other cells of their rows are spread alike. The distances of all pairs
are brought to one line by classical scaling (Torgerson 1952).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

PLACES = 16
"""Quantiles at which distributions of numbers are compared."""


def similar_order(
    level: NDArray[np.int64],
    count: int,
    numbers: Sequence[Float],
    codes: Sequence[NDArray[np.integer]],
) -> NDArray[np.int64]:
    """The levels in order, shape (count,); of an order and its reverse, one by a fixed rule.

    Parameters
    ----------
    level
        Shape (rows,): the level of each row, 0 to count − 1; each has some rows.
    count
        Number of levels.
    numbers, codes
        The other columns, each of shape (rows,): numbers, NaN where missing; codes of levels.
    """
    total = np.zeros((count, count))
    for number in numbers:
        total += of_numbers(level, count, number)
    for code in codes:
        total += of_codes(level, count, code)
    squares = np.square(total)
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    _, vectors = np.linalg.eigh(-0.5 * centred)
    order = np.argsort(vectors[:, -1].round(9), kind="stable")
    return order if order[0] <= order[-1] else order[::-1]


def of_numbers(level: NDArray[np.int64], count: int, cells: Float) -> Float:
    """Largest difference of two levels' distribution functions, at some quantiles of all rows.

    Rows whose cell is missing do not count; a level without others has distance 0.
    """
    known = ~np.isnan(cells)
    if not known.any():
        return np.zeros((count, count))
    shares = np.arange(1, PLACES) / PLACES
    places = np.unique(np.quantile(cells[known], shares, method="inverted_cdf"))
    part = np.searchsorted(places, cells[known], side="left")
    below = np.cumsum(_shares(level[known], count, part, len(places) + 1), axis=1)[:, :-1]
    apart = np.abs(below[:, None] - below[None]).max(axis=2)
    return _where_rows(apart, level[known], count)


def of_codes(level: NDArray[np.int64], count: int, cells: NDArray[np.integer]) -> Float:
    """Half the sum of the differences of two levels' shares of codes."""
    _, part = np.unique(cells, return_inverse=True)
    shares = _shares(level, count, part, int(part.max(initial=0)) + 1)
    return np.asarray(0.5 * np.abs(shares[:, None] - shares[None]).sum(axis=2))


def _shares(level: NDArray[np.int64], count: int, part: NDArray[np.int64], parts: int) -> Float:
    rows = np.bincount(level * parts + part, minlength=count * parts).reshape(count, parts)
    return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1))


def _where_rows(apart: Float, level: NDArray[np.int64], count: int) -> Float:
    some = np.bincount(level, minlength=count) > 0
    return np.where(some[:, None] & some[None], apart, 0.0)
