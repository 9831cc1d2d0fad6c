"""Conversion of float16, given by its bits, to float64 and back with one rounding, in kernels."""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from numba import float64, int64, uint16

from trueodds.functions.bits import bits_float, float_bits, kernel, select


@kernel
def to_float64(half):
    """The float16 with these bits as float64; a NaN keeps its sign and payload."""
    word = int64(half)
    sign = (word & int64(0x8000)) << int64(48)
    magnitude = word & int64(0x7FFF)
    special = select(
        magnitude >= int64(0x7C00), int64(2047 - 31) << int64(52), int64(1008) << int64(52)
    )
    normal = (magnitude << int64(42)) + special
    small = float_bits(float64(magnitude) * 2.0**-24)
    return bits_float(select(magnitude < int64(0x0400), small, normal) | sign)


@kernel
def from_float64(value):
    """Bits of the nearest float16 of a float64, ties to even."""
    word = float_bits(value)
    sign = (word >> int64(48)) & int64(0x8000)
    magnitude = word & int64(0x7FFFFFFFFFFFFFFF)
    small = float_bits(bits_float(magnitude) * 2.0**24 + 1.5 * 2.0**52) & int64(0x7FFF)
    rounded = magnitude + int64((1 << 41) - 1) + ((magnitude >> int64(42)) & int64(1))
    normal = (rounded >> int64(42)) - int64(1008 << 10)
    normal = select(normal > int64(0x7C00), int64(0x7C00), normal)
    result = select(bits_float(magnitude) < 2.0**-14, small, normal)
    nan = int64(0x7E00) | ((magnitude >> int64(42)) & int64(0x3FF))
    return uint16(select(value == value, result, nan) | sign)
