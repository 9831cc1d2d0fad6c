"""Bounds of the share of yes: they hold as often as promised, whatever the calibration."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import beta

from trueodds.ensemble.bounds import LEAST_LABELS, MOST_STEPS, fit_bounds, independent_rows
from trueodds.functions.portable import sigmoid

SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "right": lambda z: z,
    "too sure": lambda z: 0.5 * z,
    "a step": lambda z: np.where(z > 0.0, 1.5, -2.0),
    "no skill": lambda z: np.full(len(z), -1.0),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [150, 2000])
def test_the_share_lies_between_the_bounds_as_often_as_promised(shape: str, rows: int) -> None:
    rng = np.random.default_rng(rows)
    inside = []
    for _ in range(40):
        z = rng.normal(-0.5, 1.5, rows)
        y = (rng.random(rows) < sigmoid(SHAPES[shape](z))).astype(np.uint8)
        new = rng.normal(-0.5, 1.5, 500)
        lower, upper = fit_bounds(y, z).of(new)
        share = sigmoid(SHAPES[shape](new))
        inside.append(((lower <= share) & (share <= upper)).mean())
    assert np.mean(inside) >= 0.95


def test_groups_that_move_together_need_wider_bounds() -> None:
    """20 rows a group share a shift: bounds that count rows miss the share, the others do not."""
    rng, rows = np.random.default_rng(1), 2000
    groups = np.arange(rows) // 20
    inside: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(40):
        z = np.full(rows, -1.0)
        shift = rng.choice([-4.0, 4.0], rows // 20, p=[0.7, 0.3])[groups]
        y = (rng.random(rows) < sigmoid(shift)).astype(np.uint8)
        share = 0.7 * sigmoid(-4.0) + 0.3 * sigmoid(4.0)
        for counted in (True, False):
            found = fit_bounds(y, z, clusters=groups if counted else None)
            (lower,), (upper,) = found.of(z[:1])
            inside[counted].append(lower <= share <= upper)
    assert np.mean(inside[True]) >= 0.9
    assert np.mean(inside[False]) < 0.7


def test_rows_of_one_forecast_get_the_exact_limits() -> None:
    y = np.array([1] * 30 + [0] * 70, np.uint8)
    (lower,), (upper,) = fit_bounds(y, np.zeros(100)).of(np.zeros(1))
    assert lower == pytest.approx(beta.ppf(0.025, 30, 71), abs=2e-6)
    assert upper == pytest.approx(beta.ppf(0.975, 31, 70), abs=2e-6)


def test_bounds_do_not_depend_on_the_order_of_rows_or_the_unit_of_weights() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(size=600).round(1)
    y = (rng.random(600) < sigmoid(z)).astype(np.uint8)
    plain, order = fit_bounds(y, z), np.argsort(y, kind="stable")
    for other in (fit_bounds(y[order], z[order]), fit_bounds(y, z, np.full(600, 7.0))):
        assert other.at == plain.at
        assert np.allclose(other.lower, plain.lower, atol=1e-6)
        assert np.allclose(other.upper, plain.upper, atol=1e-6)
    doubled = fit_bounds(y, z, np.where(rng.random(600) < 0.5, 1.0, 8.0))
    assert np.mean(np.subtract(doubled.upper, doubled.lower)) > np.mean(
        np.subtract(plain.upper, plain.lower)
    )


@settings(max_examples=60)
@given(
    hnp.arrays(np.float64, st.integers(40, 400), elements=st.floats(-40.0, 40.0)),
    st.integers(0, 2**32 - 1),
)
def test_any_forecasts_have_bounds_that_do_not_cross_or_fall(z: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.zeros(len(z), np.uint8)
    y[rng.permutation(len(z))[: len(z) // 2]] = 1
    found = fit_bounds(y, z, rng.random(len(z)) if seed % 2 else None)
    if found is None:
        assert min(y.sum(), len(z) - y.sum()) < LEAST_LABELS
        return
    assert 1 <= len(found.at) <= MOST_STEPS
    lower, upper = found.of(np.sort(np.concatenate([z, np.nextafter(z, 99.0), [-99.0, 99.0]])))
    assert np.all((lower >= 0.0) & (lower <= upper) & (upper <= 1.0))
    assert np.all(np.diff(lower) >= 0.0)
    assert np.all(np.diff(upper) >= 0.0)
    assert (lower[0], upper[-1]) == (0.0, 1.0)


def test_too_few_rows_of_a_label_have_none() -> None:
    y = np.array([1] * (LEAST_LABELS - 1) + [0] * 500, np.uint8)
    assert fit_bounds(y, np.zeros(len(y))) is None
    weight = np.ones(600)
    weight[:10] = 0.0
    y = np.array([1] * (LEAST_LABELS + 5) + [0] * (600 - LEAST_LABELS - 5), np.uint8)
    assert fit_bounds(y, np.zeros(600)) is not None
    assert fit_bounds(y, np.zeros(600), weight) is None


def test_independent_rows() -> None:
    rng = np.random.default_rng(3)
    residual = rng.normal(size=1000)
    assert independent_rows(np.ones(1000), residual) == pytest.approx(1000.0)
    same = np.repeat(residual[:100], 10)
    groups = np.repeat(np.arange(100), 10)
    assert independent_rows(np.ones(1000), same, groups) == pytest.approx(100.0)
    assert independent_rows(np.ones(1000), residual, groups) > 700.0
