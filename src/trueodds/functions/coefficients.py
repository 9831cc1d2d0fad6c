"""The constants of all kernels; over 300 lines, as most are tables of float32 and float64 bits."""

import struct
from typing import Final

LOG2E: Final = float.fromhex("0x1.71547652b82fep+0")
"""1 / ln 2: it turns a power of e into a power of two."""
LN2_HIGH: Final = float.fromhex("0x1.62e42fefa0000p-1")
"""The leading 35 bits of ln 2: a whole number up to 2¹⁸ times it is exact in float64."""
LN2_LOW: Final = float.fromhex("0x1.cf79abc9e3b3ap-40")
"""ln 2 minus its leading bits."""
MAGIC_BITS: Final = 0x4338000000000000
"""The bits of :data:`MAGIC`; adding a whole number to them adds it to the value."""
HALF_OCTAVE: Final = 1 << 51
"""Half of one unit of a float64's exponent field."""
STEP: Final = 64.0
"""Entries of the table of powers in one octave."""
MAGIC: Final = float.fromhex("0x1.8000000000000p+52")
"""Added to a small float64, it rounds it to a whole number in the low bits of the sum."""

EXP32: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000000p+0",
        "0x1.0000000000000p+0",
        "0x1.0000000000011p-1",
        "0x1.555555555556ap-3",
        "0x1.555555554f0b8p-5",
        "0x1.111111110c4b9p-7",
        "0x1.6c16c18800745p-10",
        "0x1.a01a01bec4bb7p-13",
        "0x1.a01991a05fa89p-16",
        "0x1.71ddd95897d0cp-19",
        "0x1.28b410ae5335ep-22",
        "0x1.af8daaa723700p-26",
    )
)
"""exp(r) on |r| ≤ ln 2 / 2, relative error 2⁻⁵⁵; for the float32 kernels."""

LOG1P: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000000p+1",
        "0x1.5555555555557p-1",
        "0x1.9999999999461p-2",
        "0x1.24924924c8984p-2",
        "0x1.c71c71a2ad42fp-3",
        "0x1.745d1e78ae0cfp-3",
        "0x1.3b12cafdda652p-3",
        "0x1.1123edb874c1bp-3",
        "0x1.dfd56bf196a4ep-4",
        "0x1.c1c35a062d2a0p-4",
        "0x1.1d4e86f4265d2p-4",
        "0x1.522df63346706p-3",
    )
)
"""2 atanh(s) / s in powers of s² ≤ 1/9, relative error 2⁻⁶⁰: log1p(e) with s = e / (2 + e)."""

ATANH: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000000p+1",
        "0x1.555555555554cp-1",
        "0x1.999999999ca23p-2",
        "0x1.249249218d44fp-2",
        "0x1.c71c74c9485dap-3",
        "0x1.745c401c9a668p-3",
        "0x1.3b36e4c50ae0ap-3",
        "0x1.0dbb2a6a76335p-3",
        "0x1.1be2d030a4453p-3",
    )
)
"""2 atanh(s) / s in powers of s² ≤ 1/25, relative error 2⁻⁶¹: the logarithm of a ratio near one."""

EXPM1_REST: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000003p-1",
        "-0x1.5555555555575p-2",
        "0x1.7ffffffcee37cp-2",
        "-0x1.77777770fa503p-2",
        "0x1.78e7ce62c026ap-2",
        "-0x1.78b535da8c7b7p-2",
    )
)
"""(eʳ − 1 − r) / (1 + r) / r² on |r| ≤ ln 2 / 128, relative error of eʳ 2⁻⁶⁶."""

LOG1P_REST: Final = tuple(
    float.fromhex(c)
    for c in (
        "-0x1.0000000000000p-1",
        "0x1.5555555555555p-2",
        "-0x1.00000000005c4p-2",
        "0x1.999999999b66fp-3",
        "-0x1.555554f68d4a4p-3",
        "0x1.24924892161a6p-3",
        "-0x1.000f93eb789cbp-3",
        "0x1.c73fd97fb0d28p-4",
    )
)
"""(log(1 + d) − d) / d² on |d| ≤ 1/82, error 2⁻⁶⁷ relative to log(1 + d)."""
LN2_SINGLE: Final = float.fromhex("0x1.62e4300000000p-1")
"""ln 2 as a float32; the remainder after k/32 times it is exact for whole numbers k below 2¹²."""
LN2_SINGLE_LOW: Final = float.fromhex("-0x1.05c6100000000p-29")
"""ln 2 minus its float32."""
MAGIC_32NDS: Final = 1.5 * 2.0**18
"""Added to a small float32, it rounds it to k/32, with k in the low bits of the sum."""
REACH: Final = float.fromhex("0x1.fab1b20000000p+5")
"""The largest magnitude of an argument of the pairs of float32; up to it no result underflows.

σ and softplus of −REACH are so near the midpoint of two floats (MPFR decides it in the proof) that
the pairs are uncertain there. They are thus uncertain for every argument clamped to it.
"""
NEGATIVE_REACH_BITS: Final = 0xC27D58D9
"""The bits of −REACH as float32."""
LIFT: Final = 2.0**-38
"""Too small to change σ, and large enough that no product with it is subnormal."""
DOUBT: Final = 1.5 * 2.0**-35
"""Bound of the relative error of a pair of float32: its rounding must not depend on it."""

VANISHED: Final = 104.0
"""exp(−104) is less than half of the least float32: for x below −104 softplus and σ are zero."""
DOUBT_LOG_EXPONENT: Final = -34
"""Bound of the error of log(1 + e^−|x|) in pairs of float32, first part: 2⁻³⁴ of the result."""
DOUBT_SQUARE: Final = 2.0**-22.7
"""Second part, times d²: the rounding of d² and of three terms near d²/2 is at most 2⁻²³ d²."""
POINTS32: Final = 32.0
"""Number of entries of the table of log(1 + e), e = 0 … 1 in steps of 1/31."""
MAGIC_WHOLE: Final = 1.5 * 2.0**23
"""Added to a small float32, it rounds it to a whole number in the low bits of the sum."""

EXPM1_REST32: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000000p-1",
        "-0x1.555dce0000000p-2",
        "0x1.800e3e0000000p-2",
    )
)
"""(eʳ − 1 − r) / (1 + r) / r² on |r| ≤ ln 2 / 64 in float32, relative error of eʳ 2⁻³⁶."""

POWERS32: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000000p+0",
        "0x1.059b0e0000000p+0",
        "0x1.0b55860000000p+0",
        "0x1.11301e0000000p+0",
        "0x1.172b840000000p+0",
        "0x1.1d48740000000p+0",
        "0x1.2387a60000000p+0",
        "0x1.29e9e00000000p+0",
        "0x1.306fe00000000p+0",
        "0x1.371a740000000p+0",
        "0x1.3dea640000000p+0",
        "0x1.44e0860000000p+0",
        "0x1.4bfdae0000000p+0",
        "0x1.5342b60000000p+0",
        "0x1.5ab07e0000000p+0",
        "0x1.6247ec0000000p+0",
        "0x1.6a09e60000000p+0",
        "0x1.71f75e0000000p+0",
        "0x1.7a11480000000p+0",
        "0x1.82589a0000000p+0",
        "0x1.8ace540000000p+0",
        "0x1.93737c0000000p+0",
        "0x1.9c49180000000p+0",
        "0x1.a5503c0000000p+0",
        "0x1.ae89fa0000000p+0",
        "0x1.b7f7700000000p+0",
        "0x1.c199be0000000p+0",
        "0x1.cb720e0000000p+0",
        "0x1.d5818e0000000p+0",
        "0x1.dfc9740000000p+0",
        "0x1.ea4afa0000000p+0",
        "0x1.f507660000000p+0",
    )
)
"""2^(j/32) as float32, j = 0 … 31."""

POWERS32_LOW: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x0.0p+0",
        "-0x1.9474140000000p-25",
        "0x1.8d96d40000000p-25",
        "-0x1.dda2fc0000000p-25",
        "-0x1.9c0c220000000p-27",
        "-0x1.a2fbb20000000p-25",
        "0x1.9649040000000p-25",
        "-0x1.2b0dbc0000000p-25",
        "0x1.1250020000000p-25",
        "-0x1.cde8ce0000000p-26",
        "0x1.370be40000000p-25",
        "0x1.336de20000000p-30",
        "-0x1.0a35500000000p-25",
        "-0x1.c541b40000000p-26",
        "-0x1.00d8ac0000000p-27",
        "-0x1.6cb2840000000p-25",
        "0x1.26055c0000000p-26",
        "0x1.8b2bb80000000p-26",
        "-0x1.05cb440000000p-25",
        "-0x1.1c21420000000p-26",
        "0x1.67a1ca0000000p-28",
        "-0x1.348e560000000p-25",
        "0x1.a3b5e40000000p-28",
        "-0x1.0b7ec80000000p-25",
        "-0x1.f9c3040000000p-27",
        "-0x1.e4c8860000000p-26",
        "-0x1.6961b40000000p-28",
        "-0x1.b5151e0000000p-28",
        "-0x1.a5217c0000000p-28",
        "-0x1.ab71320000000p-26",
        "0x1.61428e0000000p-28",
        "-0x1.2ad5f80000000p-27",
    )
)
"""2^(j/32) divided by its float32, minus one."""

POWERS32_SHIFTED: Final = tuple(
    struct.unpack(
        "<f", struct.pack("<I", struct.unpack("<I", struct.pack("<f", p))[0] - (j << 18))
    )[0]
    for j, p in enumerate(POWERS32)
)
"""The floats whose bits are those of `POWERS32` minus j·2¹⁸."""

LOG1P_REST32: Final = tuple(
    float.fromhex(c)
    for c in (
        "-0x1.0000000000000p-1",
        "0x1.5555580000000p-2",
        "-0x1.0009700000000p-2",
        "0x1.9915f60000000p-3",
    )
)
"""(log(1 + d) − d) / d² on −0.0155 ≤ d ≤ 0.01614, error 2⁻³⁵ relative to d."""

LOG_POINTS32: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000000p+0",
        "0x1.f0193e0000000p-1",
        "0x1.e0ccd40000000p-1",
        "0x1.d2adc20000000p-1",
        "0x1.c57e660000000p-1",
        "0x1.b8cfb00000000p-1",
        "0x1.acdd2a0000000p-1",
        "0x1.a1d5080000000p-1",
        "0x1.97046a0000000p-1",
        "0x1.8cd04e0000000p-1",
        "0x1.8321b20000000p-1",
        "0x1.7a059e0000000p-1",
        "0x1.7127460000000p-1",
        "0x1.68ca820000000p-1",
        "0x1.60bde60000000p-1",
        "0x1.58fe200000000p-1",
        "0x1.51b8c60000000p-1",
        "0x1.4ac26c0000000p-1",
        "0x1.44092c0000000p-1",
        "0x1.3d69920000000p-1",
        "0x1.3720200000000p-1",
        "0x1.3136be0000000p-1",
        "0x1.2b85ee0000000p-1",
        "0x1.25d7160000000p-1",
        "0x1.2090e20000000p-1",
        "0x1.1b59c40000000p-1",
        "0x1.1672d60000000p-1",
        "0x1.11ae840000000p-1",
        "0x1.0d13640000000p-1",
        "0x1.0873e80000000p-1",
        "0x1.041b980000000p-1",
        "0x1.fff7e80000000p-2",
    )
)
"""Floats near 1 / (1 + j/31), j = 0 … 31, whose logarithms are nearly float32 numbers."""

LOG_VALUES32: Final = tuple(
    float.fromhex(c)
    for c in (
        "0x0.0p+0",
        "0x1.0274fc0000000p-5",
        "0x1.0187220000000p-4",
        "0x1.7ba1b80000000p-4",
        "0x1.f105840000000p-4",
        "0x1.3299fe0000000p-3",
        "0x1.6adff20000000p-3",
        "0x1.a03ed20000000p-3",
        "0x1.d5f3e20000000p-3",
        "0x1.04f96e0000000p-2",
        "0x1.1e44f20000000p-2",
        "0x1.36a7400000000p-2",
        "0x1.4ef6880000000p-2",
        "0x1.666d200000000p-2",
        "0x1.7d87ca0000000p-2",
        "0x1.9446d40000000p-2",
        "0x1.aa16b40000000p-2",
        "0x1.bf6b6c0000000p-2",
        "0x1.d473280000000p-2",
        "0x1.e999060000000p-2",
        "0x1.fe15580000000p-2",
        "0x1.08dd1e0000000p-1",
        "0x1.1280020000000p-1",
        "0x1.1c4eca0000000p-1",
        "0x1.2594d00000000p-1",
        "0x1.2eeb5e0000000p-1",
        "0x1.37dace0000000p-1",
        "0x1.40b21c0000000p-1",
        "0x1.4962c60000000p-1",
        "0x1.52424a0000000p-1",
        "0x1.5abdb20000000p-1",
        "0x1.62ec480000000p-1",
    )
)
"""Minus the logarithms of `LOG_POINTS32`, relative error below 2⁻³⁶, with trailing zero bits: no
set bit is below the last bit of log(1 + e)."""
