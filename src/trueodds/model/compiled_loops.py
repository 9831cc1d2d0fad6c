"""The compiled loop of the exact scorer: all members of some rows, from places in a table.

Sums are exact (`trueodds.model.fixed`) and gates and shares are rounded step by step, so the bits
are those of `trueodds.model.scorer`. Rounding to whole numbers is by adding and subtracting
`HALF_WAY`: an instruction without a call, right for numbers below 2⁵¹.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

import numpy as np

from trueodds.functions.bits import select
from trueodds.functions.cache import jit
from trueodds.functions.kernels64 import sigmoid64
from trueodds.model.placing_loops import place_rows

HALF_WAY = 1.5 * 2.0**52
SOME_ROWS = 32
"""Rows whose first sums stay in the innermost cache."""


@jit(nogil=True, error_model="numpy")
def score_rows(
    units, at, amounts, sums, narrow, ends, half, plan, layers, limits, later, weights, scale, out
):
    """Fill ``out``, shape (members, rows), with log-odds in units of 2⁻³².

    Parameters
    ----------
    units
        Rows of sums, which count once, int32 of shape (rows, a multiple of 4).
    at, amounts
        Rows of weights and how often they count: int32 of shape (rows, a multiple of 4), and
        float64 of shape (folds, rows, the same).
    sums
        int32 of shape (rows of sums, columns of all members), in halves of the columns' units.
    narrow
        Weights as int16 in these units, shape (rows of weights, the same columns). Memory is what a
        single row waits for.
    ends
        float64 of shape (2, the same columns): the units, and the sums of a row of zeros.
    half
        What a half of an amount is on its grid.
    plan
        int64 of shape (members, 5): first column, columns, depth (0 for an MLP), fold, and for an
        MLP its number among the MLPs, for soft splits the start of their leaf values in
        ``weights``, behind which their bias stands.
    layers
        int64 of shape (MLPs, later layers, 4): inputs but for the 1, outputs, start in ``later``,
        and start in ``weights`` of the outputs' units, behind which those of the 1 stand.
    limits
        float64 of shape (later layers + 1,): largest output of each layer.
    later
        Weights of the MLPs' later layers as int16 in units of their outputs, flat.
    scale
        What stands for a share of 1.
    """
    members, rows = out.shape
    A, B, active, shares = _room(plan, layers)
    for m in range(members):
        first, columns, fold = plan[m, 0], plan[m, 1], plan[m, 3]
        X, P = np.empty((rows, columns)), np.zeros((rows, columns))
        first_rows(units, at, amounts[fold], 0, sums, narrow, ends, half, first, X, P)
        for r in range(rows):
            A[:columns] = X[r]
            out[m, r] = _onward(
                A, B, active, shares, plan[m], layers, limits, later, weights, scale
            )


@jit(nogil=True, error_model="numpy", fastmath={"contract"})
def first_rows(units, at, amounts, common, sums, narrow, ends, half, first, A, P):
    """Fill ``A``, shape (rows, columns), with first sums of as many columns; as `score_rows`.

    ``amounts`` are those of the members' fold, shape (rows, a multiple of 4). ``P``, of the shape
    of ``A``, has what the first ``common`` parts add, in the columns' units, and is overwritten.
    For some rows at a time, rows of the tables are added source by source: a few sources have few
    rows, which stay in the cache. All sums are exact, so products may be fused with them.
    """
    rows, columns = A.shape
    stop = first + columns
    unit, bias = ends[0, first:stop], ends[1, first:stop]
    S = np.empty((min(rows, SOME_ROWS), columns), np.int32)
    for start in range(0, rows, SOME_ROWS):
        count = min(SOME_ROWS, rows - start)
        S[:count] = 0
        for k in range(0, units.shape[1], 4):
            for r in range(count):
                u, s = units[start + r], S[r]
                a, b = sums[u[k], first:stop], sums[u[k + 1], first:stop]
                c, d = sums[u[k + 2], first:stop], sums[u[k + 3], first:stop]
                for j in range(columns):
                    s[j] += np.int32(np.int32(a[j] + b[j]) + np.int32(c[j] + d[j]))
        for k in range(common, at.shape[1], 4):
            for r in range(start, start + count):
                u, by, p = at[r], amounts[r], P[r]
                w, x = narrow[u[k], first:stop], narrow[u[k + 1], first:stop]
                y, z = narrow[u[k + 2], first:stop], narrow[u[k + 3], first:stop]
                by_w, by_x, by_y, by_z = by[k], by[k + 1], by[k + 2], by[k + 3]
                for j in range(columns):
                    p[j] += (by_w * w[j] + by_x * x[j]) + (by_y * y[j] + by_z * z[j])
        for r in range(count):
            s, p, total = S[r], P[start + r], A[start + r]
            for j in range(columns):
                total[j] = bias[j] + (s[j] * half + p[j]) * unit[j]


@jit(nogil=True, error_model="numpy")
def soft_rows(A, depth, values, scale, out):
    """Fill ``out``, shape (rows,), with log-odds of soft splits; overwrites their first sums."""
    shares, total = np.empty(256 * 64), np.empty(64)
    for r in range(A.shape[0]):
        out[r] = _soft(A[r], depth, values, scale, shares, total)


@jit(nogil=True, error_model="numpy")
def activate_rows(A, limit):
    """ReLU of all sums, at most ``limit``, on the grid of the next layer; in place."""
    for r in range(A.shape[0]):
        _activate(A[r], limit)


@jit(nogil=True, error_model="numpy")
def _activate(sums, limit):
    """The same of one row."""
    for j in range(sums.shape[0]):
        a = select(sums[j] > 0.0, sums[j], 0.0)
        a = select(a < limit, a, limit)
        sums[j] = (a + HALF_WAY) - HALF_WAY


@jit(nogil=True, error_model="numpy")
def to_output_grid(A, out):
    """Fill ``out``, shape (rows,), with the first column of ``A`` in units of 2⁻³²."""
    for r in range(out.shape[0]):
        out[r] = _on_output_grid(A[r, 0])


@jit(nogil=True, error_model="numpy")
def _room(plan, layers):
    """Two arrays for the outputs of any member's layer, room for positions and for shares."""
    widest, depth = 1, 0
    for m in range(plan.shape[0]):
        widest, depth = max(widest, plan[m, 1]), max(depth, plan[m, 2])
    for m in range(layers.shape[0]):
        for index in range(layers.shape[1]):
            widest = max(widest, layers[m, index, 1])
    positions = np.empty(widest + 1, np.int64)
    return np.empty(widest), np.empty(widest), positions, np.empty(64 << depth)


@jit(nogil=True, error_model="numpy")
def _onward(A, B, active, shares, member, layers, limits, later, weights, scale):
    """Log-odds of one row of a member with such a line of the plan, from its first sums."""
    columns, depth, last = member[1], member[2], member[4]
    if depth:
        return _soft(A[:columns], depth, weights[last:], scale, shares, B)
    return _mlp(A, B, active, columns, last, layers, limits, later, weights)


@jit(nogil=True, error_model="numpy")
def _soft(A, depth, values, scale, shares, total):
    """Log-odds of one row of a member of soft splits."""
    for j in range(A.shape[0]):
        A[j] = sigmoid64(A[j])
    trees = A.shape[0] // depth
    out = values[trees << depth]
    for first in range(0, trees, 64):
        wide = min(64, trees - first)
        share = shares[: wide << depth].reshape(1 << depth, wide)
        for t in range(wide):
            share[0, t] = 1.0
            total[t] = 0.0
        for level in range(depth - 1):
            g = A[level * trees + first : level * trees + first + wide]
            for k in range((1 << level) - 1, -1, -1):
                s, low, high = share[k], share[2 * k], share[2 * k + 1]
                for t in range(wide):
                    high[t] = s[t] * (1.0 - g[t])
                for t in range(wide):
                    low[t] = s[t] * g[t]
        g = A[(depth - 1) * trees + first : (depth - 1) * trees + first + wide]
        for k in range(1 << (depth - 1)):
            s = share[k]
            low = values[2 * k * trees + first : 2 * k * trees + first + wide]
            high = values[(2 * k + 1) * trees + first : (2 * k + 1) * trees + first + wide]
            for t in range(wide):
                left = (s[t] * g[t]) * scale
                right = (s[t] * (1.0 - g[t])) * scale
                left = (left + HALF_WAY) - HALF_WAY
                right = (right + HALF_WAY) - HALF_WAY
                total[t] += left * low[t] + right * high[t]
        for t in range(wide):
            out += total[t]
    return _on_output_grid(out)


@jit(nogil=True, error_model="numpy")
def _mlp(A, B, active, columns, member, layers, limits, later, weights):
    """Log-odds of one row of an MLP whose activation is ReLU; ``active`` is room for positions."""
    for index in range(layers.shape[1]):
        _activate(A[:columns], limits[index])
        count = 0
        inputs, outputs, start, ends = layers[member, index]
        for i in range(inputs):
            # Most units are silent: their products are left out, four of the others at a time.
            active[count] = i
            count += A[i] != 0.0
        W = later[start : start + inputs * outputs].reshape(inputs, outputs)
        for j in range(outputs):
            B[j] = 0.0
        for k in range(0, count - 3, 4):
            a, b, c, d = active[k], active[k + 1], active[k + 2], active[k + 3]
            by_a, by_b, by_c, by_d = A[a], A[b], A[c], A[d]
            w, x, y, z = W[a], W[b], W[c], W[d]
            for j in range(outputs):
                B[j] += (by_a * w[j] + by_b * x[j]) + (by_c * y[j] + by_d * z[j])
        for k in range(count - count % 4, count):
            by, w = A[active[k]], W[active[k]]
            for j in range(outputs):
                B[j] += by * w[j]
        unit, bias = weights[ends : ends + outputs], weights[ends + outputs : ends + 2 * outputs]
        for j in range(outputs):
            B[j] = bias[j] + B[j] * unit[j]
        A, B, columns = B, A, outputs
    return _on_output_grid(A[0])


@jit(nogil=True, error_model="numpy")
def _on_output_grid(value):
    value = min(max(value, -(2.0**41)), 2.0**41)
    return (value + HALF_WAY) - HALF_WAY


@jit(nogil=True, error_model="numpy")
def score_row(
    values, shape, bases, numbers, parts, ranks, breaks, params, codes, made, sides, keys, folds,
    levels, grid, sums, narrow, ends, half, plan, layers, limits, later, weights, scale, spans,
):  # fmt: skip
    """Sum of all members' outputs for one row, from its cells but for those of codes made of them.

    ``shape`` has the numbers of cells, of rows of sums, of parts and of folds; what follows is as
    `trueodds.model.placing_loops.place_rows` and `score_rows` take it. ``spans``, int64 of shape
    (folds, 2), has the first column of the members of a fold and the one behind the last: their
    first sums are made together, as what they read lies in one piece for each row of a table.
    """
    cells = np.empty((shape[0], 1))
    for k in range(values.shape[0]):
        cells[k, 0] = values[k]
    units, at = np.empty((1, shape[1]), np.int32), np.empty((1, shape[2]), np.int32)
    amounts = np.zeros((shape[3], 1, shape[2]))
    at[:] = narrow.shape[0] - 1
    place_rows(
        cells, bases, numbers, parts, ranks, breaks, params, codes, made, sides, keys, folds,
        levels, grid, units, at, amounts,
    )  # fmt: skip
    first, added = np.empty(sums.shape[1]), np.zeros(sums.shape[1])
    for fold in range(spans.shape[0]):
        start, stop = spans[fold]
        A, P = first[start:stop].reshape(1, -1), added[start:stop].reshape(1, -1)
        first_rows(units, at, amounts[fold], 0, sums, narrow, ends, half, start, A, P)
    A, B, active, shares = _room(plan, layers)
    total = 0.0
    for m in range(plan.shape[0]):
        start, columns = plan[m, 0], plan[m, 1]
        for j in range(columns):
            A[j] = first[start + j]
        total += _onward(A, B, active, shares, plan[m], layers, limits, later, weights, scale)
    return total
