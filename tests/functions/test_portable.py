"""σ by NumPy alone is the compiled σ, bit for bit."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trueodds import functions
from trueodds.functions import portable

rng = np.random.default_rng(3)


def same_bits(x: np.ndarray) -> None:
    np.testing.assert_array_equal(
        portable.sigmoid(x).view(np.uint64), functions.sigmoid(x).view(np.uint64)
    )


@pytest.mark.parametrize(
    "x",
    [
        rng.normal(size=100_000) * 3,
        rng.uniform(-746, 746, 100_000),
        rng.uniform(-746, -700, 100_000),
        rng.integers(0, 2**64, 100_000, dtype=np.uint64).view(np.float64),
        np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, 5e-324, -5e-324, 1e308, -1e308]),
    ],
    ids=["normal", "wide", "subnormal results", "any bits", "edges"],
)
def test_same_bits(x: np.ndarray) -> None:
    same_bits(x)


@settings(deadline=None)  # the first call may compile
@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=9), elements=st.floats()))
def test_same_bits_anywhere(x: np.ndarray) -> None:
    same_bits(x)


def test_shapes_and_silence() -> None:
    x = rng.normal(size=(3, 0, 2))
    assert portable.sigmoid(x).shape == x.shape
    assert portable.sigmoid(np.array(0.0)).shape == ()
    with np.errstate(all="raise"):
        portable.sigmoid(np.array([np.nan, 1e300, -1e300, -745.0, 1e-320]))
    np.testing.assert_array_equal(
        portable.sigmoid(x.transpose(2, 1, 0)), portable.sigmoid(x).transpose(2, 1, 0)
    )


def test_needs_no_compiler() -> None:
    code = (
        "import sys, numpy as np\n"
        "from trueodds.functions import portable\n"
        "print(portable.sigmoid(np.zeros(2)).tolist(), 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[0.5, 0.5] False\n"
