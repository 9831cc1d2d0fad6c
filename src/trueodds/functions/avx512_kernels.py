"""σ, log σ and softplus of sixteen float32 at once in pairs of float32, for AVX-512.

The float64 kernels use eight lanes, with two conversions and a slow division for each eight. These
kernels use sixteen float32 lanes: they compute e⁻ˣ as a pair (one permutation reads the table of
2^(j/32) from two registers), and then

* σ = 1 / (1 + e⁻ˣ) = y (1 + d + d² + …) from the hardware's 14-bit reciprocal y, where
  d = 1 − y (1 + e⁻ˣ) is exact to 2⁻³⁶;
* log(1 + e^−|x|) = −log c + log(1 + d), where d = c (1 + e^−|x|) − 1 and c is one of 32 floats
  near 1 / (1 + e^−|x|) whose logarithms are float32 to 2⁻³⁶ (Gal 1986), with low bits to spare.

The sum is rounded twice, minus and plus the bound of its error. If both give the same float, it is
the correctly rounded result. The lanes in which they differ, one in some hundreds or thousands, go
to the float64 kernels. So do arguments beyond ±REACH: they are clamped to REACH, whose result is
next to the midpoint of two floats.

A kernel has two stages, of which `trueodds.functions.avx512_loops` makes one loop.
docs/decisions.md has the cost of each operation, and says why some work on whole numbers.
"""

from collections.abc import Callable
from typing import Any

from trueodds.functions import coefficients as c
from trueodds.functions.avx512_vectors import Vectors

Stage = Callable[[Vectors, Any], Any]
"""Writes one half of a kernel: the first takes the arguments, the second the first's results."""


def exp_pair(v: Vectors, x: Any) -> tuple[Any, Any]:
    """e⁻ˣ = e + e_low of sixteen float32 between −64 and 64, relative error below 2⁻³⁵."""
    # Products of tiny arguments would be subnormal and slow; the lift prevents that.
    x = v.add(x, c.LIFT)
    # e⁻ˣ = 2ᵏ eʳ, k a multiple of 1/32 whose number is in the low bits of the sum.
    shifted = v.fma(x, -c.LOG2E, c.MAGIC_32NDS)
    k = v.subtract(shifted, c.MAGIC_32NDS)
    index = v.words(shifted)
    # The shift moves floor(k) to the exponent; the table includes the rest of k.
    power = v.words(v.lookup(index, c.POWERS32_SHIFTED))
    exponent = v.shift_words(index, 18)
    r = v.fma(k, -c.LN2_SINGLE, v.negative(x))
    tail = v.lookup(index, c.POWERS32_LOW)
    power = v.floats(v.add_words(power, exponent))
    tail = v.fma(k, -c.LN2_SINGLE_LOW, tail)
    e = v.fma(power, r, power)
    p = v.fma(c.EXPM1_REST32[2], r, c.EXPM1_REST32[1])
    square = v.multiply(r, r)
    low = v.subtract(power, e)
    p = v.fma(p, r, c.EXPM1_REST32[0])
    low = v.fma(power, r, low)
    rest = v.fma(square, p, tail)
    return e, v.fma(e, rest, low)


def sigmoid_first(v: Vectors, given: Any) -> Any:
    """The first stage of σ: e⁻ˣ."""
    # As unsigned whole numbers, negative floats are the larger ones, ordered by magnitude.
    low = v.pick_words("<", v.words(given), v.splat_word(c.NEGATIVE_REACH_BITS))
    x = v.smaller(c.REACH, v.floats(low))
    return exp_pair(v, x)


def sigmoid_second(v: Vectors, state: Any) -> tuple[Any, Any]:
    """The second stage of σ: 1 / (1 + e), and a mask of the lanes in which it is certain."""
    e, e_low = state
    whole = v.add(e, 1.0)
    # 1 / (1 + e) = y (1 + d + d² …).
    y = v.rough_reciprocal(whole)
    minus_y = v.negative(y)
    u = v.subtract(1.0, y)
    d = v.fma(minus_y, e, u)
    u_low = v.subtract(1.0, u)
    u_low = v.subtract(u_low, y)
    d_low = v.fma(minus_y, e_low, u_low)
    d = v.add(d, d_low)
    d = v.fma(d, d, d)
    less, more = v.add(d, -c.DOUBT), v.add(d, c.DOUBT)
    result = v.fma(y, less, y)
    other = v.fma(y, more, y)
    return result, v.equal(result, other)


def softplus_stages(*, mirrored: bool = False) -> tuple[Stage, Stage]:
    """The stages of softplus, or, mirrored, of −softplus(−x) = log σ(x)."""
    sign = -1.0 if mirrored else 1.0
    logarithms = tuple(sign * value for value in c.LOG_VALUES32)

    def signed(v: Vectors, x: Any) -> Any:
        return v.negative(x) if mirrored else x

    def first_stage(v: Vectors, given: Any) -> Any:
        x = v.clamp_magnitude(given, c.REACH)
        e, e_low = exp_pair(v, x)
        # log(1 + e) = −log c + d − d²/2 …
        index = v.words(v.fma(e, c.POINTS32 - 1.0, c.MAGIC_WHOLE))
        point = v.lookup(index, c.LOG_POINTS32)
        product = v.multiply(point, e)
        below = v.subtract(point, 1.0)
        # The product without its last bit has an exact sum with c − 1, and that sum with −log c.
        high = v.floats(v.mask_words(v.words(product), v.splat_word(-2)))
        d_low = v.fma(point, e, v.negative(high))
        first = v.add(below, high)
        table = v.lookup(index, logarithms)
        d_low = v.fma(point, e_low, d_low)
        d = v.add(first, d_low)
        s = v.add(table, signed(v, first))
        return given, d, d_low, s

    def second_stage(v: Vectors, state: Any) -> tuple[Any, Any]:
        given, d, d_low, s = state
        # max(x, 0) + s: both have one sign, so that whole numbers order them by magnitude.
        how = "<" if mirrored else ">"
        ramp = v.pick_words(how, v.words(given), v.splat_word(0), signed=True)
        square = v.multiply(d, d)
        larger = v.floats(v.pick_words(">", ramp, v.words(s)))
        t = v.add(v.floats(ramp), s)
        q = v.fma(c.LOG1P_REST32[3], d, c.LOG1P_REST32[2])
        smaller = v.floats(v.pick_words("<", ramp, v.words(s)))
        t_low = v.subtract(t, larger)
        q = v.fma(q, d, c.LOG1P_REST32[1])
        doubt = v.floats(v.add_words(v.words(t), v.splat_word(c.DOUBT_LOG_EXPONENT << 23)))
        t_low = v.subtract(smaller, t_low)
        low = v.add(t_low, d_low) if not mirrored else v.subtract(t_low, d_low)
        q = v.fma(q, d, c.LOG1P_REST32[0])
        doubt = v.fma(square, sign * c.DOUBT_SQUARE, doubt)
        rest = v.fma(signed(v, square), q, low)
        less, more = v.subtract(rest, doubt), v.add(rest, doubt)
        result = v.add(t, less)
        other = v.add(t, more)
        return result, v.equal(result, other)

    return first_stage, second_stage
