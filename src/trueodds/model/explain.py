"""Why a row has its forecast: Shapley values of the calibrated log-odds.

The value of a column is the mean change of the log-odds when its cell of the background becomes the
row's, over all orders in which the columns change and over all rows of the background (Shapley
1953; Štrumbelj & Kononenko 2014). Orders are drawn in pairs, one the reverse of the other (Mitchell
et al. 2022). The changes of each order add up to the whole change, so that the values add up to the
forecast. A cell that is the same in both rows changes nothing and needs no forecast.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Mixed = Callable[[NDArray[np.int64], NDArray[np.bool_]], Float]
"""Log-odds of background rows, shape (n,), with those columns from the row to explain that a mask
of shape (n, columns) marks; shape (n,)."""

TOLERANCE = 0.05
"""Orders are drawn until no standard error exceeds this part of the largest value …"""
MOST_ROUNDS = 8
"""… but at most so many pairs of orders for each row of the background."""
MOST_CELLS = 1 << 24
"""Cells of mixed rows that are scored at a time, about: a table may have thousands of columns."""
CHECKED = 16
"""Rows of the background that get a second pair of orders at once: those whose first two orders are
farthest apart."""


@dataclass(frozen=True)
class RowValues:
    """Shapley values of one row, each of shape (columns,), nats."""

    values: Float
    errors: Float
    """Standard errors from the orders drawn; the background counts as given."""


def explain_row(
    log_odds_of: Mixed, differ: NDArray[np.bool_], ends: tuple[float, Float], seed: int
) -> RowValues:
    """Shapley values of one row.

    Parameters
    ----------
    log_odds_of
        The forecast of mixed rows.
    differ
        Shape (background rows, columns): which of their cells differ from the row's.
    ends
        Log-odds of the row, and of the rows of the background.
    seed
        Of the orders; one seed gives one row the same values whatever rows are beside it.
    """
    rng = np.random.default_rng(seed)
    rows, columns = differ.shape
    sums, squares, apart, further = np.zeros((4, rows, columns))
    counts = np.zeros(rows, np.int64)
    at = np.arange(rows)
    for number in range(MOST_ROUNDS + 1):
        first, second = _changes(log_odds_of, differ, ends, at, rng)
        mean = (first + second) / 2.0
        sums[at] += mean
        squares[at] += np.square(mean)
        apart[at] += np.square(first - second)
        counts[at] += 1
        if number == 0:
            at = np.sort(np.argsort(-apart.sum(axis=1), kind="stable")[:CHECKED])
            continue
        further[at] += np.square(first - second)
        at = np.arange(rows)
        found = (sums / counts[:, None]).mean(axis=0)
        errors = _errors(sums, squares, apart, further, counts)
        if errors.max() <= TOLERANCE * np.abs(found).max():
            break
    return RowValues(found, errors)


def _errors(
    sums: Float, squares: Float, apart: Float, further: Float, counts: NDArray[np.int64]
) -> Float:
    """Standard errors by column, shape (columns,).

    The two orders of a pair tell by how far apart they are, in every row of the background, which
    columns depend on the order. Rows with several pairs tell how much of that is left in the mean
    of a pair.

    Parameters
    ----------
    sums, squares, apart
        Shape (rows, columns): sums over pairs of the mean of both orders, of its square, and of the
        squared difference of both.
    further
        As ``apart``, without the first pair of each row: by that pair rows were chosen.
    counts
        Shape (rows,): the number of pairs.
    """
    several = counts > 1
    spread = squares[several] - np.square(sums[several]) / counts[several, None]
    whole = float(further.sum())
    left = float(np.maximum(spread, 0.0).sum()) / whole if whole > 0.0 else 0.0
    each = apart / np.square(counts[:, None])
    return np.asarray(np.sqrt(left * each.sum(axis=0)) / len(counts))


def _changes(
    log_odds_of: Mixed,
    differ: NDArray[np.bool_],
    ends: tuple[float, Float],
    at: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[Float, Float]:
    """Changes of the log-odds by column in an order and its reverse, each (len(at), columns).

    ``at`` holds rows of the background.
    """
    step = max(1, MOST_CELLS // max(1, 2 * differ.shape[1] ** 2))
    parts = [
        _some_changes(log_odds_of, differ, ends, at[start : start + step], rng)
        for start in range(0, len(at), step)
    ]
    first, second = (np.concatenate(each) for each in zip(*parts, strict=True))
    return first, second


def _some_changes(
    log_odds_of: Mixed,
    differ: NDArray[np.bool_],
    ends: tuple[float, Float],
    at: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[Float, Float]:
    """The same of a few rows of the background."""
    own, theirs = ends
    moved = differ[at]
    # Ranks of the columns that differ: 0 to `most` − 1; the others come after all of them.
    keys = np.where(moved, rng.random(moved.shape), 2.0)
    rank = np.argsort(np.argsort(keys, axis=1), axis=1)
    most = moved.sum(axis=1)
    inner = np.maximum(most - 1, 0)
    pair = np.repeat(np.arange(len(at)), inner)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    forward = rank[pair] < step[:, None]
    backward = (rank[pair] >= (most[pair] - step)[:, None]) & moved[pair]
    two = np.concatenate([pair, pair])
    coalitions = np.concatenate([forward, backward])
    z = log_odds_of(at[two], coalitions) if len(two) else np.zeros(0)
    both = np.zeros((2, len(at), differ.shape[1]))
    for direction, half in enumerate((z[: len(pair)], z[len(pair) :])):
        path = np.zeros((len(at), int(most.max(initial=0)) + 1))
        path[:, 0] = theirs[at]
        path[pair, step] = half
        path[np.arange(len(at)), most] = np.where(most > 0, own, theirs[at])
        place = rank if direction == 0 else most[:, None] - 1 - rank
        place = np.where(moved, place, 0)
        if path.shape[1] > 1:
            risen = np.take_along_axis(path, place + 1, axis=1)
            change = risen - np.take_along_axis(path, place, axis=1)
            both[direction] = np.where(moved, change, 0.0)
    return both[0], both[1]
