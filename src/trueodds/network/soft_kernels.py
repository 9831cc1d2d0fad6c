"""Fused loops of soft splits: sparsemax, gates, trees; forward and backward.

All take C-contiguous arrays of one float dtype (float32 in training, float64 in gradient checks).
What there is for each row lies side by side, shape (…, rows), so that innermost loops are long and
vectorise. ``rows`` is a multiple of `LANES`, so that vectors leave no row over.

The nodes of a tree are numbered as in a heap: the root is 1, node h has the children 2h, on the
side of g, and 2h + 1, on the side of 1 − g; leaf k is node 2^depth + k.
"""

import numpy as np

from trueodds.functions.bits import select
from trueodds.functions.cache import jit
from trueodds.network.gate_sigmoid import gate_sigmoid

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
def gates_forward(U, offset, steep, G):
    """U ← U + offset and G ← σ(steep·U), all of shape (gates, rows)."""
    for j in range(U.shape[0]):
        by, times = offset[j], steep[j]
        for i in range(U.shape[1]):
            u = U[j, i] + by
            U[j, i] = u
            G[j, i] = gate_sigmoid(times * u)


@jit(nogil=True, error_model="numpy")
def gates_backward(D, G, U, steep):
    """D, the gradient by the gates, becomes that by U, whose sums over rows are by the offsets.

    G becomes D·U, whose sums are by the logarithm of ``steep``.
    """
    one = D.dtype.type(1.0)
    for j in range(D.shape[0]):
        times = steep[j]
        for i in range(D.shape[1]):
            g = G[j, i]
            d = D[j, i] * (g * (one - g) * times)
            D[j, i] = d
            G[j, i] = d * U[j, i]


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
            _mix(leaf[t, k], b[lower:], value)
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
            _mix(leaf[t, k], b[lower:], value[k])
            for i in range(rows):
                value[k, i] *= pull[i]
        _shares_backward(G, 0, half, t, a, value, D)
        for n in range(lower):
            _mix(leaf[t, :, n], pulled[t], value[n])
        _shares_backward(G, half, G.shape[0], t, b, value, D)


@jit(nogil=True, error_model="numpy")
def _mix(values, share, out):
    """Set ``out``, shape (rows,), to Σ values·share over the first axis, four terms at a time."""
    count, rows = values.shape[0], out.shape[0]
    if count < 4:
        v = values[0]
        for i in range(rows):
            out[i] = v * share[0, i]
        for n in range(1, count):
            v = values[n]
            for i in range(rows):
                out[i] += v * share[n, i]
        return
    for n in range(0, count, 4):
        v0, v1, v2, v3 = values[n], values[n + 1], values[n + 2], values[n + 3]
        for i in range(rows):
            first = v0 * share[n, i] + v1 * share[n + 1, i]
            both = first + (v2 * share[n + 2, i] + v3 * share[n + 3, i])
            out[i] = both if n == 0 else out[i] + both


@jit(nogil=True, error_model="numpy")
def _levels(leaves):
    level = 0
    while 1 << level < leaves:
        level += 1
    return level


@jit(nogil=True, error_model="numpy")
def _shares(G, start, stop, t, share):
    """Shares of the nodes of some levels of a tree, numbered as in a heap, shape (nodes, rows).

    Three levels are written out, without a loop over nodes: what it writes in one turn could be
    read in another, as far as a compiler knows, and then the loop over rows does not vectorise. The
    root's share, 1, is written only for no levels.
    """
    rows, one = share.shape[1], share.dtype.type(1.0)
    if stop == start:
        for i in range(rows):
            share[1, i] = one
    elif stop - start == 1:
        for i in range(rows):
            share[2, i] = G[start, t, i]
            share[3, i] = one - G[start, t, i]
    else:
        for i in range(rows):
            left, g = G[start, t, i], G[start + 1, t, i]
            right = one - left
            share[2, i] = left
            share[3, i] = right
            share[4, i] = left * g
            share[5, i] = left - left * g
            share[6, i] = right * g
            share[7, i] = right - right * g
    if stop - start >= 3:
        for i in range(rows):
            g = G[start + 2, t, i]
            s4, s5, s6, s7 = share[4, i], share[5, i], share[6, i], share[7, i]
            share[8, i] = s4 * g
            share[9, i] = s4 - s4 * g
            share[10, i] = s5 * g
            share[11, i] = s5 - s5 * g
            share[12, i] = s6 * g
            share[13, i] = s6 - s6 * g
            share[14, i] = s7 * g
            share[15, i] = s7 - s7 * g
    for level in range(start + 3, stop):
        for h in range(1 << (level - start), 2 << (level - start)):
            for i in range(rows):
                part = share[h, i] * G[level, t, i]
                share[2 * h, i] = part
                share[2 * h + 1, i] = share[h, i] - part


@jit(nogil=True, error_model="numpy")
def _shares_backward(G, start, stop, t, share, by_leaf, D):
    """From the gradient by the leaves' shares to D, that by the gates; ``by_leaf`` is used up.

    The gradient by a gate is Σ share·(value on g's side − value on the other) over its level's
    nodes: no division, so that a gate may be 0.
    """
    rows = share.shape[1]
    for level in range(stop - 1, start + 2, -1):
        half = 1 << (level - start)
        for k in range(half):
            for i in range(rows):
                low = by_leaf[2 * k + 1, i]
                apart = by_leaf[2 * k, i] - low
                by_leaf[k, i] = low + G[level, t, i] * apart
                before = D[level, t, i] if k else D.dtype.type(0.0)
                D[level, t, i] = before + share[half + k, i] * apart
    if stop - start >= 3:
        for i in range(rows):
            g = G[start + 2, t, i]
            low0, low1, low2, low3 = by_leaf[1, i], by_leaf[3, i], by_leaf[5, i], by_leaf[7, i]
            x0, x1 = by_leaf[0, i] - low0, by_leaf[2, i] - low1
            x2, x3 = by_leaf[4, i] - low2, by_leaf[6, i] - low3
            by_leaf[0, i] = low0 + g * x0
            by_leaf[1, i] = low1 + g * x1
            by_leaf[2, i] = low2 + g * x2
            by_leaf[3, i] = low3 + g * x3
            first = share[4, i] * x0 + share[5, i] * x1
            D[start + 2, t, i] = first + (share[6, i] * x2 + share[7, i] * x3)
    if stop - start >= 2:
        for i in range(rows):
            g = G[start + 1, t, i]
            x0, x1 = by_leaf[0, i] - by_leaf[1, i], by_leaf[2, i] - by_leaf[3, i]
            left, right = by_leaf[1, i] + g * x0, by_leaf[3, i] + g * x1
            D[start + 1, t, i] = share[2, i] * x0 + share[3, i] * x1
            D[start, t, i] = left - right
    elif stop - start == 1:
        for i in range(rows):
            D[start, t, i] = by_leaf[0, i] - by_leaf[1, i]
