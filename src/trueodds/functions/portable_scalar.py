"""σ of one Python float, with the same bits as `trueodds.functions.portable` for an array.

The scorer uses it for single rows, for which NumPy's time per call would be too long. It is also
the statement of the algorithm for other languages (docs/format.md). It has only + − × ÷, min and
max of IEEE doubles, and exact powers of two.
"""

from math import ldexp

from trueodds.functions import coefficients as c
from trueodds.functions.portable import (
    NEAR_ZERO,
    STEP_HIGH,
    STEP_LOW,
    STEPS_PER_E,
    product_error,
)
from trueodds.functions.tables import EXP_TABLE

_REST = tuple(reversed(c.EXPM1_REST[:-2]))
_LAST, _BEFORE = c.EXPM1_REST[-1], c.EXPM1_REST[-2]


def sigmoid_of(z: float) -> float:
    """1 / (1 + exp(−z)) of a float64; NaN gives NaN. There are no errors."""
    if z != z:
        return z
    # exp(−|z|) = (high + low)·2ⁿ
    a = -abs(z)
    a = min(a if a > -746.0 else -746.0, -NEAR_ZERO)
    k = (a * STEPS_PER_E + c.MAGIC) - c.MAGIC
    r = a - k * STEP_HIGH
    steps = int(k)
    power, power_low = EXP_TABLE[steps & 63]
    p = _LAST * r + _BEFORE
    for coefficient in _REST:
        p = p * r + coefficient
    tail = power_low - k * STEP_LOW
    tail += tail * (0.5 * tail)
    square = r * r
    rest = (square + square * tail) * p + tail
    step = power * r
    first = power + step
    low = (step - (first - power)) + first * rest
    high = first + low
    low -= high - first
    n = steps >> 6
    # σ = 1/(1 + e) or e/(1 + e), the sum and the quotient each as a pair of doubles.
    scale = ldexp(1.0, max(n, -100))
    e = high * scale
    s = 1.0 + e
    s_low = (e - (s - 1.0)) + low * scale
    if z >= 0.0:
        high, low, n = 1.0, 0.0, 0
    reciprocal = 1.0 / s
    q = high * reciprocal
    product = q * s
    remainder = (high - product) - product_error(q, s, product)
    q_low = (remainder + (low - q * s_low)) * reciprocal
    # (q + q_low)·2ⁿ, rounded once, also if it is subnormal.
    anchor = ldexp(1.0, -n - 1022) if n < -1022 or (n == -1022 and q < 1.0) else 0.0
    t = anchor + q
    value = t + ((q - (t - anchor)) + q_low)
    return ((value - anchor) * ldexp(1.0, n + 200)) * 2.0**-200
