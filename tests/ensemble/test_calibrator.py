"""The calibrator against a general minimiser."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from trueodds.ensemble import calibrator
from trueodds.ensemble.calibrator import PRIOR_ROWS, PRIOR_SPREAD, Calibrator, fit_slopes


def simulated(
    rows: int, slope: float, shift: float, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows) * 2.0
    p = 1.0 / (1.0 + np.exp(-(slope * z + shift)))
    return z, (rng.random(rows) < p).astype(np.uint8)


def fit_calibrator(
    z: NDArray[np.float64], y: NDArray[np.uint8], weight: NDArray[np.float64] | None = None
) -> Calibrator:
    """The calibrator of a single forecast."""
    slopes, shift = fit_slopes(z[:, None], y, weight)
    return Calibrator(float(slopes[0]), shift)


def objective(
    point: NDArray[np.float64],
    z: NDArray[np.float64],
    y: NDArray[np.uint8],
    mass: NDArray[np.float64],
) -> float:
    """Log-loss with the documented pull, written a second time; z of shape (n, forecasts)."""
    t = z @ np.exp(point[:-1]) + point[-1]
    pull = PRIOR_ROWS / 4.0 * 0.5 * np.average((t - z.mean(axis=1)) ** 2, weights=mass)
    far = np.exp(point[:-1]) - 1.0 / z.shape[1]
    pull += PRIOR_ROWS / 4.0 * PRIOR_SPREAD**2 * 0.5 * float(far @ far)
    return float(mass @ (np.logaddexp(0.0, t) - y * t) + pull)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("slope", "shift"), [(0.4, 0.0), (1.0, -1.0), (2.5, 0.7)])
def test_it_is_the_minimum(slope: float, shift: float, weighted: bool) -> None:
    z, y = simulated(300, slope, shift)
    weight = np.random.default_rng(1).uniform(0.1, 3.0, 300) if weighted else None
    mass = np.ones(300) if weight is None else weight * (300 / weight.sum())
    made = fit_calibrator(z, y, weight)
    best = minimize(objective, np.zeros(2), args=(z[:, None], y, mass), method="BFGS", tol=1e-10)
    assert np.log(made.slope) == pytest.approx(best.x[0], abs=1e-5)
    assert made.shift == pytest.approx(best.x[1], abs=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_several_forecasts_are_weighed_to_the_minimum(weighted: bool) -> None:
    z, y = simulated(400, 1.0, 0.2)
    rng = np.random.default_rng(4)
    each = np.stack([z + rng.normal(size=400) * noise for noise in (0.5, 1.0, 1.5)], axis=1)
    weight = rng.uniform(0.1, 3.0, 400) if weighted else None
    mass = np.ones(400) if weight is None else weight * (400 / weight.sum())
    slopes, shift = fit_slopes(each, y, weight)
    start = np.array([-np.log(3.0)] * 3 + [0.0])
    best = minimize(objective, start, args=(each, y, mass), method="BFGS", tol=1e-10)
    assert objective(np.array([*np.log(slopes), shift]), each, y, mass) <= best.fun + 1e-5
    assert slopes[0] > slopes[1] > slopes[2] > 0.0


def test_a_forecast_of_noise_gets_a_small_slope() -> None:
    z, y = simulated(3000, 1.0, 0.0)
    noise = np.random.default_rng(5).normal(size=3000) * 3.0
    slopes, _ = fit_slopes(np.stack([z, noise], axis=1), y)
    assert slopes[1] < 0.02 < 0.8 < slopes[0]


def test_many_rows_give_the_true_calibrator() -> None:
    z, y = simulated(100_000, 0.5, 0.3)
    made = fit_calibrator(z, y)
    assert made.slope == pytest.approx(0.5, abs=0.02)
    assert made.shift == pytest.approx(0.3, abs=0.03)


def test_a_weight_counts_as_repeated_rows() -> None:
    z, y = simulated(200, 0.7, 0.2)
    times = np.random.default_rng(2).integers(1, 5, 200)
    weighted = fit_calibrator(z, y, times.astype(float))
    repeated = fit_calibrator(np.repeat(z, times), np.repeat(y, times))
    assert weighted.slope == pytest.approx(repeated.slope, rel=0.1)
    assert fit_calibrator(z, y, np.full(200, 7.0)) == fit_calibrator(z, y)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-60, 60) | st.sampled_from([0.0, 1e-300, 1e-9, -1e-9, 1e30, -1e30]),
            st.integers(0, 1),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_forecast_gives_a_finite_rising_line_no_worse_than_none(
    rows: list[tuple[float, int]],
) -> None:
    z = np.array([row[0] for row in rows])
    y = np.array([row[1] for row in rows], dtype=np.uint8)
    made = fit_calibrator(z, y)
    assert 0.0 < made.slope < np.inf
    assert np.isfinite(made.shift)
    mass = np.ones(len(y))
    point = np.array([np.log(made.slope), made.shift])
    before = objective(np.zeros(2), z[:, None], y, mass)
    assert objective(point, z[:, None], y, mass) <= before * (1 + 1e-9) + 1e-9


def test_perfectly_separated_rows_stay_finite() -> None:
    z = np.linspace(-3, 3, 200)
    made = fit_calibrator(z, (z > 0).astype(np.uint8))
    assert 1.0 < made.slope < 1000.0
    assert np.isfinite(made.apply(z)).all()


def test_apply_is_the_line() -> None:
    assert Calibrator(2.0, -1.0).apply(np.array([0.0, 1.5])).tolist() == [-1.0, 2.0]
    assert Calibrator(**asdict(Calibrator(0.5, 0.25))) == Calibrator(0.5, 0.25)


def test_a_gain_of_the_slopes_is_part_of_the_minimum_from_any_start() -> None:
    rng = np.random.default_rng(4)
    z = rng.normal(size=(400, 2))
    y = (rng.random(400) < 1.0 / (1.0 + np.exp(-z.sum(axis=1)))).astype(np.uint8)
    gained = np.array([0.03, -0.01])

    def lower(point: NDArray[np.float64]) -> float:
        of_slopes = 400.0 * float(gained @ np.exp(point[:-1]))
        return objective(point, z, y, np.ones(400)) - of_slopes

    best = minimize(lower, np.zeros(3), method="BFGS", tol=1e-10)
    for start in (None, (np.array([2.0, 0.1]), 0.5)):
        slopes, shift = fit_slopes(z, y, gained=gained, start=start)
        np.testing.assert_allclose(np.log(slopes), best.x[:-1], atol=1e-4)
        assert shift == pytest.approx(best.x[-1], abs=1e-4)


def test_a_start_from_some_of_many_rows_changes_nothing_but_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(6)
    z = rng.normal(size=(3000, 3))
    y = (rng.random(3000) < 1.0 / (1.0 + np.exp(-z[:, 0] - 0.4 * z[:, 1]))).astype(np.uint8)
    weight = rng.uniform(0.5, 2.0, 3000)
    plain = fit_slopes(z, y, weight, 0.1)
    monkeypatch.setattr(calibrator, "START_ROWS", 300)
    some = fit_slopes(z, y, weight, 0.1)
    np.testing.assert_allclose(some[0], plain[0], rtol=1e-4, atol=1e-6)
    assert some[1] == pytest.approx(plain[1], abs=1e-5)
