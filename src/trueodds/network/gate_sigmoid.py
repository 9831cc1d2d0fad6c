"""σ of the gates while they are trained: float32 arithmetic alone, the same bits on any machine.

`trueodds.functions.sigmoid` is correctly rounded, which takes float64 arithmetic. A gate's σ is
needed some hundred times for each row and step, and the noise of the steps is far above its last
bits. So this one is within 3·2⁻²⁴ of σ, relative, and takes less time.

exp(−|x|) = 2^k · exp(r) with |r| ≤ ln 2/2 (Cody & Waite 1980); exp(r) is its Taylor polynomial.
"""

# Numba's types, not Python's.
# mypy: ignore-errors

from math import factorial, log

from numba import float32, int32, types
from numba.extending import overload

from trueodds.functions.bits import bits_float, fma, select
from trueodds.functions.kernels import sigmoid64

FARTHEST = float32(87.0)
"""exp(−87) is still a normal float32; σ of smaller arguments is taken to be the same."""
PER_OCTAVE = float32(1.0 / log(2.0))
ROUNDER = float32(1.5 * 2.0**23)
"""A float32 of small magnitude plus this, less this, is the nearest whole number."""
LN2_HIGH = float32(0.693359375)
"""Its products with whole numbers up to 2¹⁴ are exact."""
LN2_LOW = float32(log(2.0) - 0.693359375)
TERMS = tuple(float32(1.0 / factorial(n)) for n in range(8))


def gate_sigmoid(x):  # pragma: no cover - replaced by the overload below
    """σ of a float32 as the module says; of a float64 `trueodds.functions.sigmoid`'s."""
    raise NotImplementedError


@overload(gate_sigmoid, inline="always")
def _gate_sigmoid_of(x):
    if x != types.float32:
        return lambda x: sigmoid64(x)
    one, zero = float32(1.0), float32(0.0)
    c2, c3, c4, c5, c6, c7 = TERMS[2:]

    def quick(x):
        a = -abs(x)
        a = select(a < -FARTHEST, -FARTHEST, a)
        k = (a * PER_OCTAVE + ROUNDER) - ROUNDER
        r = fma(-k, LN2_LOW, fma(-k, LN2_HIGH, a))
        p = fma(fma(fma(fma(fma(c7, r, c6), r, c5), r, c4), r, c3), r, c2)
        p = fma(fma(p, r, one), r, one)
        e = p * bits_float(int32((int32(k) + int32(127)) << int32(23)))
        return select(x >= zero, one, e) / (one + e)

    return quick
