"""σ of a float64 array by NumPy alone, with the same bits as the compiled kernel.

Code that must run without a compiler, such as the scorer, uses it. It has only + − × ÷ and bit
operations, whose results IEEE 754 defines to the last bit on every machine. The steps are those of
``kernels64.sigmoid64``, under the same names.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from trueodds.functions import coefficients as c
from trueodds.functions import tables

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Floats = TypeVar("Floats", float, Array)

STEPS_PER_E = c.LOG2E * c.STEP
STEP_HIGH = c.LN2_HIGH / c.STEP
STEP_LOW = c.LN2_LOW / c.STEP
POWER_HIGH = np.array([high for high, _ in tables.EXP_TABLE])
POWER_LOW = np.array([low for _, low in tables.EXP_TABLE])
NEAR_ZERO = 2.0**-100
SPLITTER = 2.0**27 + 1.0
ROWS = 8192
"""Values of one step, so that the intermediate arrays stay in the cache."""


def exp_pair(x: Array) -> tuple[Array, Array, Integers]:
    """exp(−|x|) = (high + low) 2ⁿ with 0.99 < high < 2; all arrays have the shape of x."""
    a = np.minimum(np.fmax(-np.abs(x), -746.0), -NEAR_ZERO)
    shifted = a * STEPS_PER_E + c.MAGIC
    k = shifted - c.MAGIC
    r = a - k * STEP_HIGH
    steps = shifted.view(np.int64) - c.MAGIC_BITS
    j = steps & 63
    p = c.EXPM1_REST[-1] * r + c.EXPM1_REST[-2]
    for coefficient in c.EXPM1_REST[-3::-1]:
        p = p * r + coefficient
    tail = POWER_LOW[j] - k * STEP_LOW
    tail += tail * (0.5 * tail)
    square = r * r
    rest = (square + square * tail) * p + tail
    power = POWER_HIGH[j]
    step = power * r
    first = power + step
    low = (step - (first - power)) + first * rest
    high = first + low
    return high, low - (high - first), steps >> 6


def two_power(n: Integers) -> Array:
    """2ⁿ for −1022 ≤ n ≤ 1023."""
    return ((n + 1023) << 52).view(np.float64)


def product_error(x: Floats, y: Floats, product: Floats) -> Floats:
    """The exact x y − product, where product is the rounded x y (Dekker 1971)."""
    t = x * SPLITTER
    x_high = t - (t - x)
    x_low = x - x_high
    t = y * SPLITTER
    y_high = t - (t - y)
    y_low = y - y_high
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def divide(numerator: Array, numerator_low: Array, denominator: Array, low: Array) -> Any:
    """Quotient of two pairs as a pair."""
    reciprocal = 1.0 / denominator
    q = numerator * reciprocal
    product = q * denominator
    remainder = (numerator - product) - product_error(q, denominator, product)
    return q, (remainder + (numerator_low - q * low)) * reciprocal


def round_scaled(high: Array, low: Array, n: Integers) -> Array:
    """(high + low) 2ⁿ rounded once, also if it is subnormal."""
    below = (n < -1022) | ((n == -1022) & (high < 1.0))
    anchor = np.where(below, (1 - n) << 52, 0).view(np.float64)
    s = anchor + high
    value = s + ((high - (s - anchor)) + low)
    return ((value - anchor) * two_power(n + 200)) * 2.0**-200


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(−z)) of a float64 array of any shape, with the bits of ``kernels.sigmoid64``.

    NaN gives NaN. There are no errors and no warnings.
    """
    z = np.asarray(z, dtype=np.float64)
    flat = z.ravel()
    result = np.empty_like(flat)
    with np.errstate(all="ignore"):
        for start in range(0, flat.size, ROWS):
            x = flat[start : start + ROWS]
            positive = x >= 0.0
            high, low, n = exp_pair(x)
            scale = two_power(np.maximum(n, -100))
            e = high * scale
            s = 1.0 + e
            s_low = (e - (s - 1.0)) + low * scale
            q, q_low = divide(np.where(positive, 1.0, high), np.where(positive, 0.0, low), s, s_low)
            y = round_scaled(q, q_low, np.where(positive, 0, n))
            result[start : start + ROWS] = np.where(np.isnan(x), x + x, y)
    return result.reshape(z.shape)
