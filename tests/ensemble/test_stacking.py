"""Weights and calibrator of several forecasts, fitted together."""

import numpy as np
import pytest

from trueodds.ensemble.calibrator import fit_slopes
from trueodds.ensemble.stacking import LEAST, LEAST_SHRUNK, Stack, fit_stack, shrinkage
from trueodds.functions import log_loss_from_logits


def forecasts(rows: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two forecasts of equal worth, and one of noise."""
    rng = np.random.default_rng(seed)
    z = 1.5 * rng.normal(size=rows)
    y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-z))).astype(np.uint8)
    noise = rng.normal(size=(3, rows))
    return np.stack([z + noise[0], z + noise[1], 3.0 * noise[2]], axis=1), y


def loss(z: np.ndarray, y: np.ndarray) -> float:
    return float(log_loss_from_logits(z, y.astype(np.float64)).mean())


def test_a_forecast_of_noise_is_left_out_and_the_rest_is_fitted_anew() -> None:
    log_odds, y = forecasts()
    stack = fit_stack(log_odds, y, None)
    assert stack.slopes[2] == 0.0
    assert stack.weights[:2] == pytest.approx([0.5, 0.5], abs=0.1)
    alone = fit_stack(log_odds[:, :2], y, None)
    # Only the shrinkage counts the forecast that is left out.
    np.testing.assert_allclose(stack.slopes[:2], alone.slopes, rtol=1e-3)
    assert stack.shift == pytest.approx(alone.shift, abs=1e-3)
    together = loss(stack.apply(log_odds), y)
    assert together < min(loss(fit_stack(one, y, None).apply(one), y) for one in np.split(
        log_odds[:, :2], 2, axis=1
    ))  # fmt: skip


def test_no_slope_is_small_beside_the_others_and_none_is_negative() -> None:
    for seed in range(5):
        log_odds, y = forecasts(300, seed)
        log_odds[:, 1] *= -1.0  # speaks against the label
        stack = fit_stack(log_odds, y, None)
        kept = stack.slopes[stack.slopes != 0.0]
        assert (kept >= LEAST * kept.sum()).all()
        assert stack.slopes[1] == 0.0
        assert stack.weights.sum() == pytest.approx(1.0)


def test_weights_and_calibrator_are_the_slopes_in_two_steps() -> None:
    stack = Stack(np.array([0.2, 0.0, 0.6]), 0.3)
    log_odds = np.random.default_rng(0).normal(size=(50, 3))
    np.testing.assert_allclose(stack.apply(log_odds), log_odds @ stack.slopes + 0.3)
    assert stack.weights == pytest.approx([0.25, 0.0, 0.75])
    assert (stack.calibrator.slope, stack.calibrator.shift) == pytest.approx((0.8, 0.3))


def test_sample_weights_count_as_repeated_rows() -> None:
    log_odds, y = forecasts(5000)
    counts = np.random.default_rng(1).integers(1, 4, 5000)
    weighted = fit_stack(log_odds, y, counts.astype(np.float64))
    repeated = fit_stack(np.repeat(log_odds, counts, axis=0), np.repeat(y, counts), None)
    np.testing.assert_allclose(weighted.slopes, repeated.slopes, rtol=0.02, atol=LEAST)


def test_few_rows_are_pulled_to_the_plain_mean_with_the_base_rate() -> None:
    rng = np.random.default_rng(2)
    log_odds = rng.normal(size=(12, 3))
    y = np.zeros(12, np.uint8)
    y[0] = 1
    stack = fit_stack(log_odds, y, None)
    assert stack.weights == pytest.approx([1 / 3] * 3, abs=0.15)
    assert stack.apply(log_odds).mean() == pytest.approx(np.log(1.5 / 11.5), abs=0.1)
    many = fit_stack(np.repeat(log_odds, 400, axis=0), np.repeat(y, 400), None)
    assert np.ptp(many.weights) > 0.5


def test_a_forecast_that_hardly_differs_between_rows_gets_no_large_slope() -> None:
    """Rows to come may have forecasts of this kind that differ a hundred times as much."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 240).astype(np.uint8)
        # Tiny forecasts that happen to go with the labels.
        tiny = 0.01 * (rng.normal(size=240) + 0.5 * (y - 0.5))
        other = 0.1 * rng.normal(size=240)
        assert fit_stack(np.stack([tiny, other], axis=1), y, None).slopes.max() < 1.5


def test_slopes_of_noise_are_shrunk_to_the_base_rate() -> None:
    """What is fitted to noise is worse on new rows than the base rate; shrinkage takes most off."""
    factors, lost, lost_before = [], [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        log_odds, y = 0.3 * rng.normal(size=(300, 3)), rng.integers(0, 2, 300).astype(np.uint8)
        stack = fit_stack(log_odds, y, None)
        base = float(np.log((y.sum() + 0.5) / (len(y) - y.sum() + 0.5)))
        z = stack.apply(log_odds)
        again = log_odds @ fit_slopes(log_odds, y, None, base)[0]
        factors.append(stack.slopes.sum())
        lost.append(np.var(z))
        lost_before.append(np.var(again))
    assert np.mean(np.array(factors) < 0.05) > 0.5
    assert np.mean(lost) < 0.5 * np.mean(lost_before)


def test_the_shrinkage_is_one_less_the_slopes_over_the_gain() -> None:
    log_odds, y = forecasts(400)
    base = float(np.log(y.mean() / (1.0 - y.mean())))
    of_base, fitted = loss(np.full(400, base), y), loss(log_odds[:, 0], y)
    expected = 1.0 - 3.0 / (2.0 * 400 * (of_base - fitted))
    assert shrinkage(fitted, y, None, base, 3) == pytest.approx(expected)
    assert shrinkage(fitted, y, np.full(400, 7.0), base, 3) == pytest.approx(expected)
    assert shrinkage(of_base, y, None, base, 3) == LEAST_SHRUNK
    assert shrinkage(2.0 * of_base, y, None, base, 3) == LEAST_SHRUNK


def test_uneven_weights_shrink_more() -> None:
    """They count as fewer rows: noise of them gains more, and so is taken off more."""
    _, y = forecasts(400)
    uneven = np.exp(1.5 * np.random.default_rng(0).normal(size=400))
    assert shrinkage(0.6, y, uneven, 0.0, 3) < shrinkage(0.6, y, None, 0.0, 3)
    sums = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        z, of_noise = rng.normal(size=(2000, 3)), rng.integers(0, 2, 2000).astype(np.uint8)
        sums.append(fit_stack(z, of_noise, np.exp(1.5 * rng.normal(size=2000))).slopes.sum())
    assert np.median(sums) < 0.05


def test_the_gain_of_the_mean_counts_for_the_shrinkage() -> None:
    """Weak forecasts of single networks that are good in the mean are not shrunk away."""
    rng = np.random.default_rng(3)
    truth = 0.3 * rng.normal(size=5000)
    y = (rng.random(5000) < 1.0 / (1.0 + np.exp(-truth))).astype(np.uint8)
    each = truth[None, :, None] + 0.6 * rng.normal(size=(20, 5000, 4))
    removed = 0.95 * 0.25 * 0.6**2 * np.eye(4)
    mean = each.mean(axis=0)
    without = loss(fit_stack(each[0], y, None).apply(mean), y)
    known = loss(fit_stack(each[0], y, None, removed).apply(mean), y)
    base = loss(np.full(5000, np.log(y.mean() / (1.0 - y.mean()))), y)
    assert known < without < base


def test_a_forecast_without_use_keeps_the_order_of_the_rows() -> None:
    rng = np.random.default_rng(5)
    log_odds, y = rng.normal(size=(200, 1)), rng.integers(0, 2, 200).astype(np.uint8)
    z = fit_stack(log_odds, y, None).apply(log_odds)
    assert np.argsort(z).tolist() == np.argsort(log_odds[:, 0]).tolist()


def test_what_averaging_removes_makes_slopes_better_for_the_mean() -> None:
    """Forecasts of rows left out err by one network, those of new rows by the mean of five."""
    worse, better = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=6000)
        y = (rng.random(6000) < 1.0 / (1.0 + np.exp(-truth))).astype(np.uint8)
        spread = np.array([1.2, 0.6])
        errors = spread * rng.normal(size=(5, 6000, 2))
        of_one, of_all = truth[:, None] + errors[0], truth[:, None] + errors.mean(axis=0)
        p = 1.0 / (1.0 + np.exp(-truth))
        removed = 0.8 * (p * (1.0 - p)).mean() * np.diag(spread**2)
        worse.append(loss(fit_stack(of_one, y, None).apply(of_all), y))
        better.append(loss(fit_stack(of_one, y, None, removed).apply(of_all), y))
    assert np.mean(better) < np.mean(worse) - 0.002


def test_a_removed_variance_beyond_all_measure_leaves_slopes_that_can_be_used() -> None:
    log_odds, y = forecasts(500)
    stack = fit_stack(log_odds, y, None, 1e6 * np.eye(3))
    plain = fit_stack(log_odds, y, None)
    assert stack.slopes.sum() < 3.0 * plain.slopes.sum()
    assert loss(stack.apply(log_odds), y) < 1.1 * loss(plain.apply(log_odds), y)
