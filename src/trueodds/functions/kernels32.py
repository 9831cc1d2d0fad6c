"""The float32 kernels: evaluated in float64, rounded once, proved for every float32."""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from numba import float32, float64, int64

from trueodds.functions import coefficients
from trueodds.functions.bits import bits_float, float_bits, fma, kernel, select

LOG2E = coefficients.LOG2E
LN2_HIGH = coefficients.LN2_HIGH
LN2_LOW = coefficients.LN2_LOW
MAGIC = coefficients.MAGIC
E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, E10, E11 = coefficients.EXP32
M0, M1, M2, M3, M4, M5, M6, M7, M8 = coefficients.ATANH
A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11 = coefficients.LOG1P
HALF_OCTAVE = coefficients.HALF_OCTAVE
MAGIC_BITS = coefficients.MAGIC_BITS
NEAR_ZERO = float32(2.0**-12)
QUARTER = 0.25 - 2.0**-29
HARDEST = float32(float.fromhex("0x1.d483a00000000p-12"))
HARDEST_FLOOR = float(HARDEST) * (1.0 + 2.0**-36)
INF = float("inf")
NAN = float("nan")


@kernel
def exp_in_range(a):
    """exp(a) of a float64, −708 ≤ a ≤ 0, relative error below 2⁻⁵²."""
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
    return bits_float(float_bits(p) + (float_bits(shifted) << int64(52)))


@kernel
def exp_negative32(x):
    """exp(−|x|) of a float32 in float64, relative error below 2⁻⁵²; e⁻¹¹⁰ if |x| > 110."""
    a = -abs(float64(x))
    return exp_in_range(select(a > -110.0, a, -110.0))


@kernel
def log1p_unit(e):
    """log(1 + e) for 0 ≤ e ≤ 1, relative error about 2⁻⁵²."""
    s = e / (2.0 + e)
    u = s * s
    p = fma(A11, u, A10)
    p = fma(p, u, A9)
    p = fma(p, u, A8)
    p = fma(p, u, A7)
    p = fma(p, u, A6)
    p = fma(p, u, A5)
    p = fma(p, u, A4)
    p = fma(p, u, A3)
    p = fma(p, u, A2)
    p = fma(p, u, A1)
    return fma(s * u, p, A0 * s)


@kernel
def sigmoid32(x):
    """1 / (1 + exp(−x)) of a float32, correctly rounded."""
    e = exp_negative32(x)
    y = select(x >= float32(0.0), 1.0, e) / (1.0 + e)
    # σ(x) = 1/2 + x/4 − x³/48 …: the cubic term decides ties, and float64 has no bits for it here.
    y = select(abs(x) < NEAR_ZERO, fma(float64(x), QUARTER, 0.5), y)
    y = float32(y)
    return select(x == x, y, x + x)


@kernel
def sigmoid_grad32(x):
    """σ(x) σ(−x) of a float32, correctly rounded."""
    e = exp_negative32(x)
    s = 1.0 + e
    y = float32(e / (s * s))
    return select(x == x, y, x + x)


@kernel
def softplus32(x):
    """log(1 + exp(x)) of a float32, correctly rounded."""
    floor = select(x > float32(0.0), float64(x), 0.0)
    # The result of one float of 2³² is 2⁻⁵⁸ from the midpoint of two floats: float64 is too short.
    floor = select(x == HARDEST, HARDEST_FLOOR, floor)
    y = float32(floor + log1p_unit(exp_negative32(x)))
    return select(x == x, y, x + x)


@kernel
def log_sigmoid32(x):
    """log(σ(x)) = −softplus(−x) of a float32, correctly rounded."""
    return -softplus32(-x)


@kernel
def logit32(p):
    """log(p / (1 − p)) of a float32, correctly rounded on [0, 1]; NaN outside."""
    yes = float64(p)
    no = 1.0 - yes
    octaves = (float_bits(yes) - float_bits(no) + int64(HALF_OCTAVE)) >> int64(52)
    no = bits_float(float_bits(no) + (octaves << int64(52)))
    s = (yes - no) / (yes + no)
    u = s * s
    q = fma(M8, u, M7)
    q = fma(q, u, M6)
    q = fma(q, u, M5)
    q = fma(q, u, M4)
    q = fma(q, u, M3)
    q = fma(q, u, M2)
    q = fma(q, u, M1)
    n = bits_float(octaves + int64(MAGIC_BITS)) - MAGIC
    y = float32(fma(M0, s, n * LN2_HIGH) + fma(s * u, q, n * LN2_LOW))
    y = select(yes == 0.0, float32(-INF), y)
    y = select(yes == 1.0, float32(INF), y)
    y = select((yes >= 0.0) & (yes <= 1.0), y, float32(NAN))
    return select(p == p, y, p + p)
