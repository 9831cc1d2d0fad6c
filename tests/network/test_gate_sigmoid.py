"""σ of the gates: near the correctly rounded one, for every kind of float32."""

import numpy as np
import pytest

from trueodds import functions
from trueodds.functions.cache import jit
from trueodds.network.gate_sigmoid import FARTHEST, gate_sigmoid


@jit(error_model="numpy")
def fill(x, out):
    for i in range(x.shape[0]):
        out[i] = gate_sigmoid(x[i])


def of(x):
    out = np.empty_like(x)
    fill(x, out)
    return out


def test_it_is_within_three_half_units_of_sigma_and_never_falls_by_more():
    x = np.concatenate([np.linspace(-87, 87, 200_001), np.geomspace(1e-45, 87, 20_001)])
    x = np.concatenate([x, -x]).astype(np.float32)
    exact = functions.sigmoid(x.astype(np.float64))
    assert np.abs(of(x) / exact - 1.0).max() < 3 * 2.0**-24
    rising = of(np.sort(x)).astype(np.float64)
    assert (np.diff(rising) / rising[1:]).min() > -(2.0**-22)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ends_zeros_and_what_is_no_number(dtype):
    out = of(np.array([0.0, -0.0, np.inf, 1e30, np.nan], dtype))
    assert out[:4].tolist() == [0.5, 0.5, 1.0, 1.0]
    assert np.isnan(out[4])


def test_far_below_zero_it_stays_a_normal_positive_number():
    far = of(np.array([-np.inf, -1e30, -FARTHEST - 1, -FARTHEST], np.float32))
    assert (far == far[-1]).all()
    assert far[0] >= np.finfo(np.float32).tiny


def test_in_float64_it_is_the_correctly_rounded_one():
    x = np.random.default_rng(0).normal(size=1000) * 20
    assert of(x).tobytes() == functions.sigmoid(x).tobytes()
