"""The coefficients are what their descriptions say."""

import mpmath
import numpy as np
import pytest

from trueodds.functions import coefficients as c
from trueodds.functions import tables


@pytest.fixture(autouse=True)
def _precision() -> object:
    with mpmath.workprec(200):
        yield


def test_table_of_powers() -> None:
    assert len(tables.EXP_TABLE) == c.STEP
    for j, (high, low) in enumerate(tables.EXP_TABLE):
        exact = mpmath.mpf(2) ** (mpmath.mpf(j) / 64)
        assert high == float(exact)
        assert low == float(exact / high - 1)


def test_table_of_logarithms() -> None:
    assert tables.LOG_FIRST + len(tables.LOG_TABLE) == 129
    for j, (point, high, low) in enumerate(tables.LOG_TABLE, tables.LOG_FIRST):
        assert point == round(64 / j * 512) / 512
        exact = -mpmath.log(mpmath.mpf(point))
        assert high == float(exact)
        assert low == float(exact - mpmath.mpf(high))


def test_float32_powers() -> None:
    for j, (high, low) in enumerate(zip(c.POWERS32, c.POWERS32_LOW, strict=True)):
        exact = mpmath.mpf(2) ** (mpmath.mpf(j) / 32)
        assert abs(exact / high - 1 - low) < 2.0**-48


def test_float32_powers_without_the_bits_of_their_number() -> None:
    bits = np.array(c.POWERS32_SHIFTED, np.float32).view(np.uint32) + (np.arange(32) << 18)
    assert np.array_equal(bits, np.array(c.POWERS32, np.float32).view(np.uint32))


def test_clamped_arguments_are_in_doubt() -> None:
    """The results there are next to a midpoint, far nearer than the doubt of 2⁻¹¹ units."""
    bits = np.array([c.NEGATIVE_REACH_BITS], np.uint32)
    assert bits.view(np.float32)[0] == -c.REACH
    exact = mpmath.exp(-mpmath.mpf(c.REACH))
    for value in (exact / (1 + exact), mpmath.log1p(exact)):
        units = value * mpmath.mpf(2) ** (24 - mpmath.frexp(value)[1])
        assert abs(units - mpmath.floor(units) - 0.5) < 2.0**-20


def test_float32_logarithms() -> None:
    assert len(c.LOG_POINTS32) == len(c.LOG_VALUES32) == c.POINTS32
    assert (c.LOG_POINTS32[0], c.LOG_VALUES32[0]) == (1.0, 0.0)
    for j, (point, value) in enumerate(zip(c.LOG_POINTS32, c.LOG_VALUES32, strict=True)):
        assert point == np.float32(point)
        assert value == np.float32(value)
        if j:
            assert abs(value / -mpmath.log(mpmath.mpf(point)) - 1) < 2.0**-36
        # Where the kernel uses this point, c e and 1 − c are within a factor of two (Sterbenz) …
        low, high = max(0.0, (j - 0.5) / 31), min(1.0, (j + 0.5) / 31)
        assert j == 0 or (1 - point) / 2 <= point * low < point * high <= 2 * (1 - point)
        assert -0.0155 <= point * (1 + low) - 1 <= point * (1 + high) - 1 <= 0.01614
        # … and −log c + (c − 1 + c e) has no bit too many: c e has one less than a float.
        unit = 2.0 ** (np.floor(np.log2(np.log1p(high) * 1.002)) - 23)
        assert value % unit == (point - 1) % unit == 0
        assert j == 0 or 2.0 ** (np.floor(np.log2(point * low)) - 22) >= unit / 2
    for d in np.linspace(-0.0155, 0.01614, 201):
        d = mpmath.mpf(float(d))
        exact = (mpmath.log1p(d) - d) / d**2
        found = sum(k * d**i for i, k in enumerate(c.LOG1P_REST32))
        assert abs(found - exact) * abs(d) < 2.0**-35


def test_parts_of_ln2() -> None:
    exact = mpmath.log(2)
    assert abs(c.LN2_HIGH + mpmath.mpf(c.LN2_LOW) - exact) < 2.0**-92
    assert abs(c.LN2_SINGLE + mpmath.mpf(c.LN2_SINGLE_LOW) - exact) < 2.0**-48
    assert int(c.LN2_HIGH * 2.0**36) == c.LN2_HIGH * 2.0**36
    assert float(1 / exact) == c.LOG2E


def exp_rest(r: mpmath.mpf) -> mpmath.mpf:
    return (mpmath.exp(r) - 1 - r) / (1 + r) / r**2


def log_rest(d: mpmath.mpf) -> mpmath.mpf:
    return (mpmath.log1p(d) - d) / d**2


def atanh(u: mpmath.mpf) -> mpmath.mpf:
    return 2 * mpmath.atanh(mpmath.sqrt(u)) / mpmath.sqrt(u)


@pytest.mark.parametrize(
    ("polynomial", "function", "low", "high", "weight", "bound"),
    [
        (c.EXP32, mpmath.exp, -0.3466, 0.3466, 0, -55),
        (c.LOG1P, atanh, 1e-9, 1 / 9, 0, -60),
        (c.ATANH, atanh, 1e-9, 1 / 25, 0, -61),
        (c.EXPM1_REST, exp_rest, -0.005416, 0.005416, 2, -66),
        (c.EXPM1_REST32, exp_rest, -0.01083, 0.01083, 2, -36),
        (c.LOG1P_REST, log_rest, -1 / 82, 1 / 82, 1, -66),
    ],
)
def test_polynomials(polynomial, function, low, high, weight, bound) -> None:  # type: ignore[no-untyped-def]
    """Largest error on a grid, relative to what the rest stands in."""
    worst = mpmath.mpf(0)
    for i in range(401):
        x = mpmath.mpf(low) + (mpmath.mpf(high) - low) * i / 400
        if abs(x) > 1e-12:
            error = abs(mpmath.polyval([*polynomial[::-1]], x) - function(x)) * abs(x) ** weight
            worst = max(worst, error / (1 if weight else abs(function(x))))
    assert worst < mpmath.mpf(2) ** bound
