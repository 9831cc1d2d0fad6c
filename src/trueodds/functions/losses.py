"""The log-loss of log-odds and its gradient, as scalar float64 kernels."""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from trueodds.functions.bits import kernel, select
from trueodds.functions.kernels32 import exp_in_range, log1p_unit


@kernel
def exp_negative64(x):
    """exp(−|x|) of a float64 within 2 ULP; 0 where the result would be subnormal."""
    a = -abs(x)
    a = select(a > -708.0, a, -708.0)
    return select(a == -708.0, 0.0, exp_in_range(a))


@kernel
def log_loss_from_logits(z, y):
    """−y log σ(z) − (1 − y) log σ(−z) of float64 log-odds and label, without cancellation.

    It is NaN only if z or y is.
    """
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
