"""Fused loops around the matrix products: one pass over memory each, no allocation.

All take C-contiguous arrays of one float dtype (float32 in training, float64 in gradient checks):
``Z``, ``A``, ``D`` and ``G`` of shape (rows, width), ``bias`` and ``bias_gradient`` of shape
(width,). The hash of (seed, position) decides whether dropout keeps a unit: the mask needs no
memory, and the order of the units does not matter. ``keep_below`` is the probability of keeping
times 2³²; 0 means no dropout. ``scale`` is 1 over this probability.
"""

import numpy as np
from numba import types
from numba.extending import overload

from trueodds.functions.bits import select
from trueodds.functions.cache import jit
from trueodds.functions.kernels import log_loss_from_logits, sigmoid32, sigmoid64
from trueodds.network.activations import CODES, GELU_CUBIC, GELU_SCALE, LEAK

LEAKY_RELU, SILU, GELU, TANH = (CODES[name] for name in ("leaky_relu", "silu", "gelu", "tanh"))


def sigma(x):  # pragma: no cover - replaced by the overload below
    """σ in the dtype of its argument."""
    raise NotImplementedError


@overload(sigma, inline="always")
def _sigma_of(x):
    if x == types.float32:
        return lambda x: sigmoid32(x)
    return lambda x: sigmoid64(x)


@jit(inline="always")
def hashed(position, seed):
    """32-bit hash of (position, seed): MurmurHash3's finaliser (Appleby, public domain)."""
    # Numba widens uint32 products to 64 bits: every product is cut to 32 bits at once.
    h = np.uint32(np.uint32(position) * np.uint32(0x9E3779B1) + np.uint32(seed))
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@jit(nogil=True, error_model="numpy")
def gather(X, fold_features, rows, out):
    """Copy rows of the shared matrix X and of the fold features into a batch.

    X has shape (all rows, width), ``fold_features`` (all rows, extra), ``rows`` (n,), and ``out``
    (n, width + extra).
    """
    wide, extra = X.shape[1], fold_features.shape[1]
    for i in range(rows.shape[0]):
        r = rows[i]
        for j in range(wide):
            out[i, j] = X[r, j]
        for j in range(extra):
            out[i, wide + j] = fold_features[r, j]


@jit(nogil=True, error_model="numpy")
def gather_some(X, fold_features, positions, rows, out):
    """`gather` of some inputs only, at increasing ``positions`` among all of them."""
    wide = X.shape[1]
    cut = np.searchsorted(positions, wide)
    for i in range(rows.shape[0]):
        r = rows[i]
        for j in range(cut):
            out[i, j] = X[r, positions[j]]
        for j in range(cut, positions.shape[0]):
            out[i, j] = fold_features[r, positions[j] - wide]


@jit(nogil=True, error_model="numpy")
def relu_forward(Z, bias, keep_below, scale, seed):
    """Z ← dropout(max(Z + bias, 0)), in place."""
    rows, width = Z.shape
    zero = Z.dtype.type(0.0)
    for i in range(rows):
        if keep_below == 0:
            for j in range(width):
                z = Z[i, j] + bias[j]
                Z[i, j] = z if z > zero else zero
        else:
            start = i * width
            for j in range(width):
                z = (Z[i, j] + bias[j]) * scale
                keep = hashed(start + j, seed) < keep_below
                Z[i, j] = z if (z > zero) & keep else zero


@jit(nogil=True, error_model="numpy")
def relu_backward(G, A, scale, bias_gradient):
    """A ← G·scale where A > 0, else 0; the bias gradient is the sum over the rows."""
    rows, width = A.shape
    zero = A.dtype.type(0.0)
    for j in range(width):
        bias_gradient[j] = zero
    for i in range(rows):
        for j in range(width):
            g = select(A[i, j] > zero, G[i, j] * scale, zero)
            A[i, j] = g
            bias_gradient[j] += g


@jit(nogil=True, error_model="numpy")
def relu_backward_top(g, weight, A, scale, bias_gradient):
    """`relu_backward` of the last hidden layer, whose G is the outer product g·weightᵀ."""
    rows, width = A.shape
    zero = A.dtype.type(0.0)
    for j in range(width):
        bias_gradient[j] = zero
    for i in range(rows):
        of_row = g[i] * scale
        for j in range(width):
            d = select(A[i, j] > zero, of_row * weight[j], zero)
            A[i, j] = d
            bias_gradient[j] += d


@jit(nogil=True, error_model="numpy")
def smooth_forward(Z, D, bias, code):
    """Z ← φ(Z + bias) and D ← φ′(Z + bias), for every activation but ReLU."""
    rows, width = Z.shape
    kind = Z.dtype.type
    one, two = kind(1.0), kind(2.0)
    if code == LEAKY_RELU:
        leak = kind(LEAK)
        for i in range(rows):
            for j in range(width):
                z = Z[i, j] + bias[j]
                d = one if z > kind(0.0) else leak
                D[i, j] = d
                Z[i, j] = d * z
    elif code == SILU:
        for i in range(rows):
            for j in range(width):
                z = Z[i, j] + bias[j]
                s = sigma(z)
                Z[i, j] = z * s
                D[i, j] = s * (one + z * (one - s))
    elif code == GELU:
        c, k = kind(GELU_SCALE), kind(GELU_CUBIC)
        k3 = kind(3.0 * GELU_CUBIC)
        for i in range(rows):
            for j in range(width):
                z = Z[i, j] + bias[j]
                s = sigma(c * (z + k * z * z * z))
                Z[i, j] = z * s
                D[i, j] = s + z * s * (one - s) * c * (one + k3 * z * z)
    elif code == TANH:
        for i in range(rows):
            for j in range(width):
                t = two * sigma(two * (Z[i, j] + bias[j])) - one
                Z[i, j] = t
                D[i, j] = one - t * t
    else:
        for i in range(rows):
            for j in range(width):
                s = sigma(Z[i, j] + bias[j])
                Z[i, j] = s
                D[i, j] = s * (one - s)


@jit(nogil=True, error_model="numpy")
def dropout(A, D, keep_below, scale, seed):
    """Dropout of outputs and derivatives, in place; kept units are multiplied by ``scale``."""
    rows, width = A.shape
    zero = A.dtype.type(0.0)
    for i in range(rows):
        start = i * width
        for j in range(width):
            factor = scale if hashed(start + j, seed) < keep_below else zero
            A[i, j] *= factor
            D[i, j] *= factor


@jit(nogil=True, error_model="numpy")
def smooth_backward(G, D, bias_gradient):
    """D ← G·D; the bias gradient is the sum over the rows."""
    rows, width = D.shape
    for j in range(width):
        bias_gradient[j] = D.dtype.type(0.0)
    for i in range(rows):
        for j in range(width):
            g = G[i, j] * D[i, j]
            D[i, j] = g
            bias_gradient[j] += g


@jit(nogil=True, error_model="numpy")
def smooth_backward_top(g, weight, D, bias_gradient):
    """`smooth_backward` of the last hidden layer, whose G is the outer product g·weightᵀ."""
    rows, width = D.shape
    for j in range(width):
        bias_gradient[j] = D.dtype.type(0.0)
    for i in range(rows):
        for j in range(width):
            d = g[i] * weight[j] * D[i, j]
            D[i, j] = d
            bias_gradient[j] += d


@jit(nogil=True, error_model="numpy")
def loss_and_gradient(z, y, weight, bias, gradient, bias_gradient, each):
    """Mean log-loss Σ w·BCE(z + bias, y) / Σ w in float64, from log-odds: no log of a rounded σ.

    ``z``, ``y`` and ``weight`` have shape (n,), ``bias`` (1,). The kernel fills ``gradient`` (n,)
    with w·(σ(z + bias) − y) / Σ w, ``bias_gradient`` (1,) with its sum, and ``each`` (n,), float64,
    with the rows' terms: LLVM would not vectorise a loop with a running sum.
    """
    total = 0.0
    for i in range(weight.shape[0]):
        total += weight[i]
    factor = z.dtype.type(1.0 / total)
    for i in range(z.shape[0]):
        logit = z[i] + bias[0]
        each[i] = weight[i] * log_loss_from_logits(np.float64(logit), np.float64(y[i]))
        gradient[i] = weight[i] * factor * (sigma(logit) - y[i])
    loss = 0.0
    slope = 0.0
    for i in range(z.shape[0]):
        loss += each[i]
        slope += gradient[i]
    bias_gradient[0] = slope
    return loss / total
