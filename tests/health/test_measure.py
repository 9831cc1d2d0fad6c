"""Measures of a layer are NumPy's, at any size, and bear values that are not finite."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.health import measure


@given(st.integers(0, 99), st.floats(-1e3, 1e3), st.floats(1e-2, 1e15))
def test_spread_and_outputs_are_numpys(seed, centre, size):
    rng = np.random.default_rng(seed)
    values = (size * (centre + rng.standard_normal((40, 7)))).astype(np.float32)
    wide = values.astype(np.float64)
    mean, spread = measure.spread_of(values)
    assert mean == pytest.approx(wide.mean(), rel=1e-5, abs=1e-5 * wide.std())
    assert spread == pytest.approx(wide.std(), rel=1e-3)
    mean, _, common = measure.outputs_of(values)
    assert mean == pytest.approx(wide.mean(), rel=1e-5, abs=1e-5 * wide.std())
    share = (wide.mean(axis=0) ** 2).sum() / (wide**2).mean(axis=0).sum()
    assert common == pytest.approx(share, rel=1e-5)


def test_densities_count_every_entry_and_what_lies_beyond():
    values = np.array([[-9.0, -7.99, 0.0, 0.1, 7.99, 1e30, np.inf, np.nan]], np.float32)
    found = measure.density(values)
    assert len(found) == measure.DENSITY_BINS
    middle = measure.DENSITY_BINS // 2
    assert found[0] + found[-1] == 750
    assert found[middle] == 250
    assert sum(found) == 1000


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stays_so(bad):
    values = np.full((8, 3), bad, np.float32)
    with np.errstate(all="ignore"):
        assert not np.isfinite(measure.spread_of(values)).any()
        assert not np.isfinite(measure.outputs_of(values)[:2]).any()


def test_sums_beyond_float32_are_made_in_float64():
    values = np.full((8, 3), 3e38, np.float32)
    with np.errstate(all="ignore"):
        assert measure.spread_of(values) == pytest.approx((3e38, 0.0), rel=1e-6)
        assert measure.outputs_of(values)[0] == pytest.approx(3e38, rel=1e-6)


def test_a_unit_without_slope_on_any_row_is_dead():
    slopes = np.array([[0.25, 0.0, 0.001], [0.2, 0.0, 0.002]], np.float32)
    saturated, dead = measure.flat_and_dead(slopes, "sigmoid")
    assert saturated == pytest.approx(4 / 6)
    assert dead == pytest.approx(1 / 3)
    assert measure.flat_and_dead(slopes, "relu")[0] == 0.0
