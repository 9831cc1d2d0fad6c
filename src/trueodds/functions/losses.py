"""The log-loss of log-odds and its gradient, as scalar float64 kernels that vectorise."""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from numba import int64

from trueodds.functions import coefficients
from trueodds.functions.bits import bits_float, float_bits, fma, kernel, select
from trueodds.functions.kernels32 import log1p_unit

LOG2E = coefficients.LOG2E
LN2_HIGH = coefficients.LN2_HIGH
LN2_LOW = coefficients.LN2_LOW
MAGIC = coefficients.MAGIC
E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, E10, E11 = coefficients.EXP32


@kernel
def exp_negative64(x):
    """exp(−|x|) of a float64 within 2 ULP; 0 where the result would be subnormal."""
    a = -abs(x)
    a = select(a > -708.0, a, -708.0)
    shifted = fma(a, LOG2E, MAGIC)
    n = shifted - MAGIC
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, a))
    p = fma(E11, r, E10)
    p = fma(p, r, E9)
    p = fma(p, r, E8)
    p = fma(p, r, E7)
    p = fma(p, r, E6)
    p = fma(p, r, E5)
    p = fma(p, r, E4)
    p = fma(p, r, E3)
    p = fma(p, r, E2)
    p = fma(p, r, E1)
    p = fma(p, r, E0)
    e = bits_float(float_bits(p) + (float_bits(shifted) << int64(52)))
    return select(a == -708.0, 0.0, e)


@kernel
def log_loss_from_logits(z, y):
    """−y log σ(z) − (1 − y) log σ(−z) of float64 log-odds and label; never a lost digit or NaN."""
    tail = log1p_unit(exp_negative64(z))
    positive = y * (select(z < 0.0, -z, 0.0) + tail)
    negative = (1.0 - y) * (select(z > 0.0, z, 0.0) + tail)
    positive = select(y == 0.0, 0.0, positive)
    negative = select(y == 1.0, 0.0, negative)
    loss = positive + negative
    return select(z == z, loss, z + y)


@kernel
def log_loss_grad_from_logits(z, y):
    """σ(z) − y, the derivative of the log-loss by z, without cancellation when σ(z) is near y."""
    e = exp_negative64(z)
    near = 1.0 / (1.0 + e)
    far = e / (1.0 + e)
    yes = select(z >= 0.0, near, far)
    no = select(z >= 0.0, far, near)
    slope = (1.0 - y) * yes - y * no
    return select(z == z, slope, z + y)
