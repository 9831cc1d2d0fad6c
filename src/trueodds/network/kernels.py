"""Fused loops around the matrix products: one pass over memory each, no allocation.

All take C-contiguous arrays of one float dtype (float32 in training, float64 in gradient checks).
Dropout draws its mask from a counter: the hash of (seed, position) decides, so the mask needs no
memory and no order. ``keep_below`` is the keeping share times 2^32; 0 means no dropout.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from numba import njit, types
from numba.extending import overload

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


@njit(inline="always", cache=True)
def hashed(position, seed):
    """32 well-mixed bits of (position, seed): MurmurHash3's finaliser (Appleby, public domain)."""
    # Numba widens uint32 products to 64 bits: every one is cut back at once.
    h = np.uint32(np.uint32(position) * np.uint32(0x9E3779B1) + np.uint32(seed))
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    h = np.uint32(h ^ (h >> np.uint32(16)))
    return h


@njit(cache=True, nogil=True, error_model="numpy")
def gather(X, own, rows, out):
    """Copy the rows of the shared matrix, and of the member's own columns, into a batch."""
    wide, extra = X.shape[1], own.shape[1]
    for i in range(rows.shape[0]):
        r = rows[i]
        for j in range(wide):
            out[i, j] = X[r, j]
        for j in range(extra):
            out[i, wide + j] = own[r, j]


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def relu_backward(G, A, scale, bias_gradient):
    """G ← G·scale where the unit was on, else 0; the bias gradient is the sum over rows."""
    rows, width = G.shape
    zero = G.dtype.type(0.0)
    for j in range(width):
        bias_gradient[j] = zero
    for i in range(rows):
        for j in range(width):
            g = G[i, j] * scale if A[i, j] > zero else zero
            G[i, j] = g
            bias_gradient[j] += g


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def dropout(A, D, keep_below, scale, seed):
    """Dropout on outputs and derivatives alike, in place (inverted: kept units are scaled up)."""
    rows, width = A.shape
    zero = A.dtype.type(0.0)
    for i in range(rows):
        start = i * width
        for j in range(width):
            factor = scale if hashed(start + j, seed) < keep_below else zero
            A[i, j] *= factor
            D[i, j] *= factor


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_backward(G, D, bias_gradient):
    """G ← G·D; the bias gradient is the sum over rows."""
    rows, width = G.shape
    for j in range(width):
        bias_gradient[j] = G.dtype.type(0.0)
    for i in range(rows):
        for j in range(width):
            g = G[i, j] * D[i, j]
            G[i, j] = g
            bias_gradient[j] += g


@njit(cache=True, nogil=True, error_model="numpy")
def outer(g, weight, G):
    """G ← g·weightᵀ: the logit's gradient sent back to the last hidden layer."""
    for i in range(G.shape[0]):
        for j in range(G.shape[1]):
            G[i, j] = g[i] * weight[j]


@njit(cache=True, nogil=True, error_model="numpy")
def loss_and_gradient(z, y, weight, bias, total, gradient):
    """Σ w·BCE(z + bias, y) in float64; the gradient is w·(σ(z + bias) − y)/total.

    From logits, so that no log of a rounded σ is taken.
    """
    loss = 0.0
    for i in range(z.shape[0]):
        logit = z[i] + bias
        loss += weight[i] * log_loss_from_logits(np.float64(logit), np.float64(y[i]))
        gradient[i] = weight[i] * (sigma(logit) - y[i]) / total
    return loss
