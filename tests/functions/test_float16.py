"""float16 by its bits: the conversions agree with NumPy's for every half and around every tie."""

import numpy as np
from numba import njit

from trueodds.functions import float16


@njit
def widen(bits: np.ndarray) -> np.ndarray:
    result = np.empty(bits.size)
    for i in range(bits.size):
        result[i] = float16.to_float64(bits[i])
    return result


@njit
def narrow(values: np.ndarray) -> np.ndarray:
    result = np.empty(values.size, np.uint16)
    for i in range(values.size):
        result[i] = float16.from_float64(values[i])
    return result


def test_every_half_widens() -> None:
    bits = np.arange(65_536, dtype=np.uint16)
    expected = bits.view(np.float16).astype(np.float64)
    found = widen(bits)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


def test_every_tie_narrows_to_even() -> None:
    finite = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)
    middle = (finite[:-1] + finite[1:]) / 2
    beyond = [65519.9, 65520.0, 1e300]
    sides = [np.nextafter(middle, 0), np.nextafter(middle, 9e9)]
    values = np.concatenate([finite, middle, *sides, beyond])
    values = np.concatenate([values, -values, [np.inf, -np.inf, 5e-324]])
    with np.errstate(all="ignore"):
        expected = values.astype(np.float16)
    np.testing.assert_array_equal(narrow(values), expected.view(np.uint16))
    assert np.isnan(narrow(np.array([np.nan])).view(np.float16))[0]
