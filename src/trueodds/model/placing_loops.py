"""The compiled loop that places cells in the tables of `trueodds.model.lookups`, row by row.

The inputs have the bits of `trueodds.features.blocks`: IEEE operations in the same order. All
breaks of all numbers stand in one array, so one search of a number's part of it tells its step, its
quantile and its piece.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

import numpy as np

from trueodds.columns.values import UNSEEN
from trueodds.functions.bits import select
from trueodds.functions.cache import jit

SCALE, CURVE, PIECE = 0, 1, 2
"""Kinds of parts: `ClippedScale`, `QuantileTransform` and `PiecewiseLinear`."""


@jit(nogil=True, error_model="numpy")
def place_rows(
    cells, bases, numbers, parts, ranks, breaks, params,
    codes, made, sides, keys, folds, levels, grid, units, at, amounts,
):  # fmt: skip
    """Fill ``units``, ``at`` and ``amounts``, as `trueodds.model.compiled_loops` takes them.

    Parameters
    ----------
    cells
        float64 of shape (sources, rows); the last rows are those of ``made``, and are filled.
    bases
        Rows of sums from which each slot counts.
    numbers
        int64 of shape (numbers, 7): source; start and number of its breaks; slot; start of its
        rows by rank in ``ranks`` (the last is that of missing cells); and its first part and the
        one behind the last.
    parts
        int64 of shape (parts of numbers, 5): kind, place among the parts of a row, row of weights,
        start in ``ranks`` of the segment by rank, start in ``params``.
    ranks, breaks, params
        Flat: the rank of a number is how many of its breaks are at most the number.
    codes
        int64 of shape (codes, 4): source, slot, number of levels with −2 and −1, stride.
    made
        Crosses and numbers in bins, int64 of shape (codes made of cells, 4): first of its sides and
        the one behind the last, start and number of its keys; −1 keys where the code is the place.
    sides
        int64 of shape (sides, 4): source, size, start and number of its cuts in ``breaks``.
    keys
        Flat and increasing for each cross.
    folds
        int64 of shape (inputs of folds, 6): source, fold, place among the parts, row of weights,
        start and number of ``levels``; a number of 0 is for a source that is the amount itself.
    levels
        Amounts of levels, on the grid.
    grid
        Units in 1, and the limit.
    """
    for r in range(units.shape[0]):
        for k in range(bases.shape[0]):
            units[r, k] = bases[k]
        _numbers(
            cells, r, numbers, parts, ranks, breaks, params, grid, units[r], at[r], amounts[0, r]
        )
        _make_codes(cells, r, made, sides, keys, breaks)
        for k in range(codes.shape[0]):
            code = np.int64(cells[codes[k, 0], r])
            code = code if code >= 0 else codes[k, 2] + code
            units[r, codes[k, 1]] += np.int32(code * codes[k, 3])
        for fold in range(1, amounts.shape[0]):
            for k in range(amounts.shape[2]):
                amounts[fold, r, k] = amounts[0, r, k]
        for k in range(folds.shape[0]):
            cell = cells[folds[k, 0], r]
            part, start, count = folds[k, 2], folds[k, 4], folds[k, 5]
            at[r, part] = folds[k, 3]
            if count == 0:
                amounts[folds[k, 1], r, part] = _on_grid(cell, grid)
            else:
                code = np.int64(cell)
                code = code if code >= 0 else count + code
                amounts[folds[k, 1], r, part] = levels[start + code]


@jit(nogil=True, error_model="numpy")
def _numbers(cells, r, numbers, parts, ranks, breaks, params, grid, units, at, amounts):
    """Add the steps of one row's numbers, and set their parts."""
    for n in range(numbers.shape[0]):
        v = cells[numbers[n, 0], r]
        missing = v != v
        count = numbers[n, 2]
        rank = count if missing else _rank(breaks, numbers[n, 1], count, v)
        units[numbers[n, 3]] += np.int32(ranks[numbers[n, 4] + rank + np.int64(missing)])
        for p in range(numbers[n, 5], numbers[n, 6]):
            kind, place, row, k = parts[p, 0], parts[p, 1], parts[p, 2], parts[p, 4]
            if kind == SCALE:
                t = (v - params[k]) * params[k + 1]
                t = -1e6 if t < -1e6 else 1e6 if t > 1e6 else t
                t = t / np.sqrt(1.0 + (t / 3.0) * (t / 3.0))
            else:
                segment = np.int64(ranks[parts[p, 3] + rank])
                low, high = params[k], params[k + 1]
                inner = low if v < low else high if v > high else v
                if kind == CURVE:
                    k += 2 + 4 * segment
                    t = params[k + 1] + params[k + 3] * (inner - params[k])
                    least, most = params[k + 1], params[k + 2]
                    t = t if t > least else least
                    t = t if t < most else most
                else:
                    k += 2 + 2 * segment
                    row += segment
                    t = (inner - params[k]) / params[k + 1]
                    t = (0.0 if t < 0.0 else 1.0 if t > 1.0 else t) - 0.5
            at[place] = row
            amounts[place] = _on_grid(0.0 if missing or t != t else t, grid)


@jit(nogil=True, error_model="numpy")
def _make_codes(cells, r, made, sides, keys, breaks):
    """Fill one row's codes that are made of cells; see `trueodds.features.cross`."""
    first = cells.shape[0] - made.shape[0]
    for m in range(made.shape[0]):
        key = 0
        for s in range(made[m, 0], made[m, 1]):
            v, count = cells[sides[s, 0], r], sides[s, 3]
            if count == 0:
                place = np.int64(v) + 2
            else:
                place = 1 if v != v else _rank(breaks, sides[s, 2], count, v) + 2
            key = key * sides[s, 1] + place
        start, count = made[m, 2], made[m, 3]
        if count < 0:
            cells[first + m, r] = key - 2
        else:
            rank = _rank(keys, start, count, key)
            known = rank > 0 and keys[start + rank - 1] == key
            cells[first + m, r] = rank - 1 if known else UNSEEN


@jit(nogil=True, error_model="numpy")
def _rank(breaks, start, count, value):
    """How many of the increasing ``breaks[start : start + count]`` are at most ``value``."""
    low = start
    while count > 1:
        half = count >> 1
        low = select(breaks[low + half - 1] <= value, low + half, low)
        count -= half
    return low - start + np.int64(count == 1 and breaks[low] <= value)


@jit(nogil=True, error_model="numpy")
def _on_grid(value, grid):
    """A number in whole units, within the limit."""
    whole = np.rint(value * grid[0])
    return -grid[1] if whole < -grid[1] else grid[1] if whole > grid[1] else whole
