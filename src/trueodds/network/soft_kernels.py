"""Fused loops of soft splits: sparsemax, gates, trees; forward and backward.

All take C-contiguous arrays of one float dtype (float32 in training, float64 in gradient checks).
What there is for each row lies side by side, shape (…, rows), so that innermost loops are long and
vectorise. ``rows`` is a multiple of `LANES`: sums over rows are made in so many parts, whose order
depends on no machine.

The nodes of a tree are numbered as in a heap: the root is 1, node h has the children 2h, on the
side of g, and 2h + 1, on the side of 1 − g; leaf k is node 2^depth + k.
"""

import numpy as np

from trueodds.functions.bits import select
from trueodds.functions.cache import jit
from trueodds.network.kernels import sigma

LANES = 16
MOST_ROUNDS = 100
"""Newton steps of `sparsemax`, at most; from a near support some three suffice."""


@jit(nogil=True, error_model="numpy")
def sparsemax(A, P):
    """Set each column of P to the projection of A's column onto {p ≥ 0, Σ p = 1}.

    P = max(A − τ, 0) with the τ that makes the sum 1, found by Newton's method. From any set of
    entries, τ = (Σ A − 1)/count over the set is at most the right one, and steps from there only
    rise to it. The first set is where P is above 0 before the call.
    """
    rows, columns = A.shape
    kind = A.dtype.type
    zero, one = kind(0.0), kind(1.0)
    largest = A[0].copy()
    for i in range(1, rows):
        for j in range(columns):
            largest[j] = select(A[i, j] > largest[j], A[i, j], largest[j])
    total, count = np.zeros(columns, A.dtype), np.zeros(columns, A.dtype)
    before, tau = np.empty(columns, A.dtype), np.empty(columns, A.dtype)
    for i in range(rows):
        for j in range(columns):
            inside = select(P[i, j] > zero, one, zero)
            total[j] += inside * (A[i, j] - largest[j])
            count[j] += inside
    for _ in range(MOST_ROUNDS):
        for j in range(columns):
            # The largest entry alone is the least set.
            above = select(count[j] > zero, (total[j] - one) / count[j], -one)
            tau[j] = largest[j] + above
            before[j] = count[j]
            total[j] = zero
            count[j] = zero
        for i in range(rows):
            for j in range(columns):
                inside = select(A[i, j] > tau[j], one, zero)
                total[j] += inside * (A[i, j] - largest[j])
                count[j] += inside
        if np.array_equal(count, before):
            break
    for i in range(rows):
        for j in range(columns):
            a = A[i, j] - tau[j]
            P[i, j] = select(a > zero, a, zero)


@jit(nogil=True, error_model="numpy")
def sparsemax_backward(P, G):
    """G, the gradient by the outputs P of `sparsemax`, becomes that by its inputs, in place."""
    rows, columns = P.shape
    kind = P.dtype.type
    zero, one = kind(0.0), kind(1.0)
    total, count = np.zeros(columns, P.dtype), np.zeros(columns, P.dtype)
    for i in range(rows):
        for j in range(columns):
            inside = select(P[i, j] > zero, one, zero)
            total[j] += inside * G[i, j]
            count[j] += inside
    for j in range(columns):
        total[j] = total[j] / count[j]
    for i in range(rows):
        for j in range(columns):
            G[i, j] = select(P[i, j] > zero, G[i, j] - total[j], zero)


@jit(nogil=True, error_model="numpy")
def shrink(W, amount):
    """Move every weight towards 0 by an amount, at most to 0, in place: the step of an L1 norm."""
    zero, most = W.dtype.type(0.0), W.dtype.type(amount)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            w = W[i, j]
            W[i, j] = select(w > most, w - most, select(w < -most, w + most, zero))


@jit(nogil=True, error_model="numpy")
def _dot(a, b, part):
    """Σ a·b; ``part`` is room for `LANES` sums."""
    for lane in range(LANES):
        part[lane] = a[lane] * b[lane]
    for start in range(LANES, a.shape[0], LANES):
        for lane in range(LANES):
            part[lane] += a[start + lane] * b[start + lane]
    total = part[0]
    for lane in range(1, LANES):
        total += part[lane]
    return total


@jit(nogil=True, error_model="numpy")
def gates_forward(U, offset, steep, G):
    """U ← U + offset and G ← σ(steep·U), all of shape (gates, rows)."""
    for j in range(U.shape[0]):
        by, times = offset[j], steep[j]
        for i in range(U.shape[1]):
            u = U[j, i] + by
            U[j, i] = u
            G[j, i] = sigma(times * u)


@jit(nogil=True, error_model="numpy")
def gates_backward(D, G, U, steep, one_each, d_offset, d_slope):
    """D, the gradient by the gates, becomes that by U; sums over rows are the parameters' own.

    ``d_slope`` is by the logarithm of ``steep``; ``one_each`` holds a 1 for every row.
    """
    one = D.dtype.type(1.0)
    part = np.empty(LANES, D.dtype)
    for j in range(D.shape[0]):
        times = steep[j]
        for i in range(D.shape[1]):
            g = G[j, i]
            D[j, i] = D[j, i] * g * (one - g) * times
        d_offset[j] = _dot(D[j], one_each, part)
        d_slope[j] = _dot(D[j], U[j], part)


@jit(nogil=True, error_model="numpy")
def trees_forward(G, leaf, scale, out):
    """Set ``out``, shape (rows,), to scale·Σ of the trees' outputs.

    G has shape (depth, trees, rows), leaf (trees, upper, lower): a tree's leaf values as a matrix V
    between the leaves of its upper and of its lower levels. With these leaves' shares a and b the
    tree gives aᵀ·V·b.
    """
    trees, upper, lower = leaf.shape
    rows = out.shape[0]
    half = _levels(upper)
    a, b = np.empty((2 * upper, rows), G.dtype), np.empty((2 * lower, rows), G.dtype)
    value = np.empty(rows, G.dtype)
    for i in range(rows):
        out[i] = G.dtype.type(0.0)
    for t in range(trees):
        _shares(G, 0, half, t, a)
        _shares(G, half, G.shape[0], t, b)
        for k in range(upper):
            v = leaf[t, k, 0]
            for i in range(rows):
                value[i] = v * b[lower, i]
            for n in range(1, lower):
                v = leaf[t, k, n]
                for i in range(rows):
                    value[i] += v * b[lower + n, i]
            for i in range(rows):
                out[i] += a[upper + k, i] * value[i]
    for i in range(rows):
        out[i] *= scale


@jit(nogil=True, error_model="numpy")
def trees_backward(G, leaf, pull, D, pulled, of_lower):
    """From ∂loss/∂(a tree's output), the same for all trees, to D, the gradient by the gates.

    ``pulled`` (trees, upper, rows) becomes the upper leaves' shares times the pull, ``of_lower``
    (trees, lower, rows) the lower leaves' shares: a tree's pulled·of_lowerᵀ is its gradient by V.
    """
    trees, upper, lower = leaf.shape
    rows = pull.shape[0]
    half = _levels(upper)
    a, b = np.empty((2 * upper, rows), G.dtype), np.empty((2 * lower, rows), G.dtype)
    value = np.empty((max(upper, lower), rows), G.dtype)
    for t in range(trees):
        _shares(G, 0, half, t, a)
        _shares(G, half, G.shape[0], t, b)
        for n in range(lower):
            for i in range(rows):
                of_lower[t, n, i] = b[lower + n, i]
        for k in range(upper):
            for i in range(rows):
                pulled[t, k, i] = a[upper + k, i] * pull[i]
        for k in range(upper):
            v = leaf[t, k, 0]
            for i in range(rows):
                value[k, i] = v * b[lower, i]
            for n in range(1, lower):
                v = leaf[t, k, n]
                for i in range(rows):
                    value[k, i] += v * b[lower + n, i]
            for i in range(rows):
                value[k, i] *= pull[i]
        _shares_backward(G, 0, half, t, a, value, D)
        for n in range(lower):
            v = leaf[t, 0, n]
            for i in range(rows):
                value[n, i] = v * pulled[t, 0, i]
            for k in range(1, upper):
                v = leaf[t, k, n]
                for i in range(rows):
                    value[n, i] += v * pulled[t, k, i]
        _shares_backward(G, half, G.shape[0], t, b, value, D)


@jit(nogil=True, error_model="numpy")
def _levels(leaves):
    level = 0
    while 1 << level < leaves:
        level += 1
    return level


@jit(nogil=True, error_model="numpy")
def _shares(G, start, stop, t, share):
    """Shares of the nodes of some levels of a tree, numbered as in a heap, shape (nodes, rows)."""
    for i in range(share.shape[1]):
        share[1, i] = share.dtype.type(1.0)
    for level in range(start, stop):
        for h in range(1 << (level - start), 2 << (level - start)):
            for i in range(share.shape[1]):
                part = share[h, i] * G[level, t, i]
                share[2 * h, i] = part
                share[2 * h + 1, i] = share[h, i] - part


@jit(nogil=True, error_model="numpy")
def _shares_backward(G, start, stop, t, share, by_leaf, D):
    """From the gradient by the leaves' shares to D, that by the gates; ``by_leaf`` is used up.

    The gradient by a gate is Σ share·(value on g's side − value on the other) over its level's
    nodes: no division, so that a gate may be 0.
    """
    for level in range(stop - 1, start - 1, -1):
        half = 1 << (level - start)
        for k in range(half):
            for i in range(share.shape[1]):
                low = by_leaf[2 * k + 1, i]
                apart = by_leaf[2 * k, i] - low
                by_leaf[k, i] = low + G[level, t, i] * apart
                before = D[level, t, i] if k else D.dtype.type(0.0)
                D[level, t, i] = before + share[half + k, i] * apart
