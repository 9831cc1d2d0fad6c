"""The float64 kernels: pairs of float64 with one last rounding, within 0.51 ULP on all tests.

``sigmoid64`` and `trueodds.functions.portable` are the same sequence of IEEE operations. ``fma`` is
used in it only where its result is exact, so that both give the same bits.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

import numpy as np
from numba import int64, uint64

from trueodds.functions import coefficients, tables
from trueodds.functions.bits import bits_float, float_bits, fma, kernel, select

STEPS_PER_E = coefficients.LOG2E * coefficients.STEP
STEP_HIGH = coefficients.LN2_HIGH / coefficients.STEP
STEP_LOW = coefficients.LN2_LOW / coefficients.STEP
LN2_HIGH = coefficients.LN2_HIGH
LN2_LOW = coefficients.LN2_LOW
MAGIC = coefficients.MAGIC
MAGIC_BITS = coefficients.MAGIC_BITS
HALF_OCTAVE = coefficients.HALF_OCTAVE
R0, R1, R2, R3, R4, R5 = coefficients.EXPM1_REST
L0, L1, L2, L3, L4, L5, L6, L7 = coefficients.LOG1P_REST
POWER_HIGH = np.array([high for high, _ in tables.EXP_TABLE])
POWER_LOW = np.array([low for _, low in tables.EXP_TABLE])
LOG_FIRST = tables.LOG_FIRST
LOG_POINT = np.array([row[0] for row in tables.LOG_TABLE])
LOG_HIGH = np.array([row[1] for row in tables.LOG_TABLE])
LOG_LOW = np.array([row[2] for row in tables.LOG_TABLE])
TINY = 2.0**-200
NEAR_ZERO = 2.0**-100
INF = float("inf")
NAN = float("nan")


@kernel
def exp_pair(x):
    """exp(−|x|) = (high + low) 2ⁿ with 0.99 < high < 2, relative error 2⁻⁶¹; e⁻⁷⁴⁶ if |x| > 746."""
    a = -abs(x)
    a = select(a > -746.0, a, -746.0)
    # Nearer to zero, products would be subnormal and slow; the result is the same.
    a = select(a < -NEAR_ZERO, a, -NEAR_ZERO)
    shifted = a * STEPS_PER_E + MAGIC
    k = shifted - MAGIC
    r = a - k * STEP_HIGH
    steps = float_bits(shifted) - int64(MAGIC_BITS)
    j = uint64(steps & int64(63))
    p = R5 * r + R4
    p = p * r + R3
    p = p * r + R2
    p = p * r + R1
    p = p * r + R0
    tail = POWER_LOW[j] - k * STEP_LOW
    tail += tail * (0.5 * tail)
    square = r * r
    rest = (square + square * tail) * p + tail
    power = POWER_HIGH[j]
    step = power * r
    first = power + step
    low = (step - (first - power)) + first * rest
    high = first + low
    return high, low - (high - first), steps >> int64(6)


@kernel
def two_power(n):
    """2ⁿ for −1022 ≤ n ≤ 1023."""
    return bits_float((n + int64(1023)) << int64(52))


@kernel
def one_plus(high, low, n):
    """1 + (high + low) 2ⁿ as a pair, n ≤ 0."""
    scale = two_power(select(n > int64(-100), n, int64(-100)))
    e = high * scale
    s = 1.0 + e
    return s, (e - (s - 1.0)) + low * scale


@kernel
def divide(numerator, numerator_low, denominator, denominator_low):
    """Quotient of two pairs as a pair, relative error about 2⁻¹⁰⁰."""
    reciprocal = 1.0 / denominator
    q = numerator * reciprocal
    remainder = fma(-q, denominator, numerator)
    return q, (remainder + (numerator_low - q * denominator_low)) * reciprocal


@kernel
def round_scaled(high, low, n):
    """(high + low) 2ⁿ rounded once, also when it is subnormal; 0 < high < 2, n ≤ 0."""
    below = (n < int64(-1022)) | ((n == int64(-1022)) & (high < 1.0))
    anchor = select(below, bits_float((int64(1) - n) << int64(52)), 0.0)
    s = anchor + high
    value = s + ((high - (s - anchor)) + low)
    return ((value - anchor) * two_power(n + int64(200))) * TINY


@kernel
def sigmoid64(x):
    """1 / (1 + exp(−x)) of a float64, within 0.51 ULP, subnormal results included."""
    high, low, n = exp_pair(x)
    s, s_low = one_plus(high, low, n)
    positive = x >= 0.0
    top, top_low = select(positive, 1.0, high), select(positive, 0.0, low)
    q, q_low = divide(top, top_low, s, s_low)
    y = round_scaled(q, q_low, select(positive, int64(0), n))
    return select(x == x, y, x + x)


@kernel
def sigmoid_grad64(x):
    """σ(x) σ(−x) of a float64, within 0.51 ULP, subnormal results included."""
    high, low, n = exp_pair(x)
    s, s_low = one_plus(high, low, n)
    square = s * s
    q, q_low = divide(high, low, square, fma(s, s, -square) + 2.0 * (s * s_low))
    y = round_scaled(q, q_low, n)
    return select(x == x, y, x + x)


@kernel
def two_sum(a, b):
    """Sum of two float64 and the exact error of its rounding."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@kernel
def log_pair(w, w_low, high, low):
    """High + low + log(1 + w + w_low) as a pair, −0.34 < w ≤ 1; relative to w if both are 0."""
    t = (1.0 + w) * 64.0 + MAGIC
    j = uint64(float_bits(t) - int64(MAGIC_BITS + LOG_FIRST))
    c = LOG_POINT[j]
    p = c * w
    d, d_low = two_sum(c - 1.0, p)
    d_low += fma(c, w, -p) + c * w_low
    q = fma(L7, d, L6)
    q = fma(q, d, L5)
    q = fma(q, d, L4)
    q = fma(q, d, L3)
    q = fma(q, d, L2)
    q = fma(q, d, L1)
    q = fma(q, d, L0)
    rest = fma(d * d, q, d_low * (1.0 - d))
    s, s_low = two_sum(LOG_HIGH[j], d)
    t, t_low = two_sum(high, s)
    return t, t_low + (s_low + (rest + (LOG_LOW[j] + low)))


@kernel
def softplus64(x):
    """log(1 + exp(x)) of a float64, within 0.51 ULP, subnormal results included."""
    high, low, n = exp_pair(x)
    scale = two_power(select(n > int64(-100), n, int64(-100)))
    y, y_low = log_pair(high * scale, low * scale, select(x > 0.0, x, 0.0), 0.0)
    y = y + y_low
    y = select(x < -64.0, round_scaled(high, low, n), y)
    y = select(x > 64.0, x, y)
    return select(x == x, y, x + x)


@kernel
def log_sigmoid64(x):
    """log(σ(x)) = −softplus(−x) of a float64, within 0.51 ULP."""
    return -softplus64(-x)


@kernel
def logit64(p):
    """log(p / (1 − p)) of a float64, within 0.51 ULP on [0, 1]; NaN outside."""
    inside = select((p > 0.0) & (p < 1.0), p, 0.5)
    # The exponent field of a subnormal p is zero; that of 2²⁰⁰ p is not.
    lift = inside < 2.0**-900
    yes = inside * select(lift, 2.0**200, 1.0)
    no = 1.0 - inside
    no_low = (1.0 - no) - inside
    octaves = (float_bits(yes) - float_bits(no) + int64(HALF_OCTAVE)) >> int64(52)
    up = two_power(select(octaves > int64(-1000), octaves, int64(-1000)))
    no *= up
    no_low *= up
    difference, difference_low = two_sum(yes, -no)
    w, w_low = divide(difference, difference_low - no_low, no, no_low)
    octaves -= select(lift, int64(200), int64(0))
    n = bits_float(octaves + int64(MAGIC_BITS)) - MAGIC
    y, y_low = log_pair(w, w_low, n * LN2_HIGH, n * LN2_LOW)
    y = y + y_low
    y = select(p == 0.0, -INF, y)
    y = select(p == 1.0, INF, y)
    y = select((p >= 0.0) & (p <= 1.0), y, NAN)
    return select(p == p, y, p + p)
