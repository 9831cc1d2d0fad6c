"""Fused loops of soft splits: sparsemax, gates, trees; forward and backward.

All take C-contiguous arrays of one float dtype (float32 in training, float64 in gradient checks).
Innermost loops run over gates or trees side by side: they vectorise, and no sum has an order that
depends on the machine.

The nodes of a tree are numbered as in a heap: the root is 1, node h has the children 2h, on the
side of g, and 2h + 1, on the side of 1 − g; leaf k is node 2^depth + k.
"""

import numpy as np
from numba import njit

from trueodds.functions.bits import select
from trueodds.network.kernels import sigma

MOST_ROUNDS = 100
"""Newton steps of `sparsemax`, at most; from a near support some three suffice."""


@njit(cache=True, nogil=True, error_model="numpy")
def sparsemax(A, P):
    """Set each column of P to the projection of A's column onto {p ≥ 0, Σ p = 1}.

    P = max(A − τ, 0) with the τ that makes the sum 1, found by Newton's method. From any set of
    entries, τ = (Σ A − 1)/count over the set is at most the right one, and steps from there only
    rise to it. The first set is where P is above 0 as it is handed in.
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


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def shrink(W, amount):
    """Move every weight towards 0 by an amount, at most to 0, in place: the step of an L1 norm."""
    zero, most = W.dtype.type(0.0), W.dtype.type(amount)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            w = W[i, j]
            W[i, j] = select(w > most, w - most, select(w < -most, w + most, zero))


@njit(cache=True, nogil=True, error_model="numpy")
def gates_forward(U, offset, steep, G):
    """U ← U + offset and G ← σ(steep·U)."""
    rows, gates = U.shape
    for i in range(rows):
        for j in range(gates):
            u = U[i, j] + offset[j]
            U[i, j] = u
            G[i, j] = sigma(steep[j] * u)


@njit(cache=True, nogil=True, error_model="numpy")
def gates_backward(D, G, U, steep, d_offset, d_slope):
    """D, the gradient by the gates, becomes that by U; sums over rows are the parameters' own.

    ``d_slope`` is by the logarithm of ``steep``.
    """
    rows, gates = D.shape
    zero, one = D.dtype.type(0.0), D.dtype.type(1.0)
    for j in range(gates):
        d_offset[j] = zero
        d_slope[j] = zero
    for i in range(rows):
        for j in range(gates):
            g = G[i, j]
            d = D[i, j] * g * (one - g) * steep[j]
            D[i, j] = d
            d_offset[j] += d
            d_slope[j] += d * U[i, j]


@njit(cache=True, nogil=True, error_model="numpy")
def trees_forward(G, leaf, scale, node, out):
    """out ← scale·Σ of the trees' outputs.

    G has shape (rows, depth·trees), leaf (leaves, trees); ``node`` is room for (leaves, trees).
    """
    leaves, trees = leaf.shape
    for i in range(G.shape[0]):
        _fold(G[i], leaf, node)
        total = G.dtype.type(0.0)
        for t in range(trees):
            total += node[0, t]
        out[i] = scale * total


@njit(cache=True, nogil=True, error_model="numpy")
def _fold(gates, leaf, node):
    """node[0] ← each tree's output: nodes' values from the leaves up, v = v₁ + g·(v₀ − v₁)."""
    leaves, trees = leaf.shape
    level, half = gates.shape[0] // trees - 1, leaves // 2
    g = gates[level * trees : (level + 1) * trees]
    for k in range(half):
        for t in range(trees):
            right = leaf[2 * k + 1, t]
            node[k, t] = right + g[t] * (leaf[2 * k, t] - right)
    while half > 1:
        level, half = level - 1, half // 2
        g = gates[level * trees : (level + 1) * trees]
        for k in range(half):
            for t in range(trees):
                right = node[2 * k + 1, t]
                node[k, t] = right + g[t] * (node[2 * k, t] - right)


@njit(cache=True, nogil=True, error_model="numpy")
def trees_backward(G, leaf, scale, slope, share, apart, D, d_leaf):
    """From ∂loss/∂log-odds of every row to D, the gradient by the gates, and that by the leaves.

    ∂(tree's output)/∂g of a level is Σ share·(value on g's side − value on the other) over the
    level's nodes: no division, so that a gate may be 0. ``share`` and ``apart`` are room for
    (2·leaves, trees) and (leaves, trees).
    """
    leaves, trees = leaf.shape
    zero = leaf.dtype.type(0.0)
    for k in range(leaves):
        for t in range(trees):
            d_leaf[k, t] = zero
    for i in range(G.shape[0]):
        _differences(G[i], leaf, share, apart)
        pull = scale * slope[i]
        for t in range(trees):
            share[1, t] = pull
        first, level = 1, 0
        while first < leaves:
            g = G[i, level * trees : (level + 1) * trees]
            d = D[i, level * trees : (level + 1) * trees]
            for t in range(trees):
                d[t] = zero
            for h in range(first, 2 * first):
                for t in range(trees):
                    of_node = share[h, t]
                    left = of_node * g[t]
                    share[2 * h, t] = left
                    share[2 * h + 1, t] = of_node - left
                    d[t] += of_node * apart[h, t]
            first, level = 2 * first, level + 1
        for k in range(leaves):
            for t in range(trees):
                d_leaf[k, t] += share[leaves + k, t]


@njit(cache=True, nogil=True, error_model="numpy")
def _differences(gates, leaf, value, apart):
    """apart[h] ← value of the child on g's side less that of the other, of every inner node h."""
    leaves, trees = leaf.shape
    level, first = gates.shape[0] // trees - 1, leaves // 2
    g = gates[level * trees : (level + 1) * trees]
    for k in range(first):
        for t in range(trees):
            right = leaf[2 * k + 1, t]
            difference = leaf[2 * k, t] - right
            apart[first + k, t] = difference
            value[first + k, t] = right + g[t] * difference
    while first > 1:
        level, first = level - 1, first // 2
        g = gates[level * trees : (level + 1) * trees]
        for h in range(first, 2 * first):
            for t in range(trees):
                right = value[2 * h + 1, t]
                difference = value[2 * h, t] - right
                apart[h, t] = difference
                value[h, t] = right + g[t] * difference
