"""Scores against scikit-learn, their intervals against simulation."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from trueodds.calibration.scores import BINS, Interval, Scores, score

FIGURES = ("log_loss", "brier", "auc", "calibration_error")


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def calibrated(rows: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows) * 1.5 - 0.5
    return (rng.random(rows) < sigmoid(z)).astype(np.uint8), z


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 80), st.booleans(), st.booleans())
def test_values_are_those_of_scikit_learn(seed: int, rows: int, tied: bool, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows) * 3.0
    z = np.round(z) if tied else z
    y = (rng.random(rows) < 0.4).astype(np.uint8)
    y[:2] = 0, 1
    weight = rng.uniform(0.1, 4.0, rows) if weighted else None
    made = score(y, z, weight, resamples=2)
    p = sigmoid(z)
    assert made.log_loss.value == pytest.approx(log_loss(y, p, sample_weight=weight))
    assert made.brier.value == pytest.approx(brier_score_loss(y, p, sample_weight=weight))
    assert made.auc.value == pytest.approx(roc_auc_score(y, p, sample_weight=weight))
    rate = np.average(y, weights=weight)
    base = np.full(rows, rate)
    assert made.base_rate == pytest.approx(rate)
    assert made.base_log_loss == pytest.approx(log_loss(y, base, sample_weight=weight))
    assert made.base_brier == pytest.approx(brier_score_loss(y, base, sample_weight=weight))
    assert (made.rows, made.positives) == (rows, int(y.sum()))


def test_calibration_error_is_the_mean_gap_of_equal_bins() -> None:
    y, z = calibrated(1500)
    order = np.argsort(z)
    gaps = sigmoid(z)[order].reshape(BINS, -1).mean(1) - y[order].reshape(BINS, -1).mean(1)
    made = score(y, z, resamples=2)
    assert made.calibration_error.value == pytest.approx(np.abs(gaps).mean())
    shifted = score(y, z + 1.0, resamples=2)
    assert shifted.calibration_error.value > 3 * made.calibration_error.value


def test_calibration_error_of_equal_forecasts_does_not_depend_on_the_order_of_rows() -> None:
    y = np.repeat([1, 0], [300, 700]).astype(np.uint8)
    z = np.full(1000, np.log(0.3 / 0.7))
    made = score(y, z, resamples=50)
    assert made.calibration_error.value == pytest.approx(0.0, abs=1e-12)
    rng = np.random.default_rng(0)
    few = rng.choice([-1.0, 0.0, 2.0], 1000)
    order = rng.permutation(1000)
    first, second = score(y, few, resamples=2), score(y[order], few[order], resamples=2)
    assert first.calibration_error.value == pytest.approx(second.calibration_error.value)


def test_bins_have_equal_weight() -> None:
    y, z = calibrated(400)
    times = np.random.default_rng(1).integers(1, 6, 400)
    weighted = score(y, z, times.astype(float), resamples=2)
    repeated = score(np.repeat(y, times), np.repeat(z, times), resamples=2)
    for name in FIGURES:
        assert getattr(weighted, name).value == pytest.approx(getattr(repeated, name).value)


@pytest.mark.parametrize("rows", [30, 300, 3000])
@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_the_value(rows: int, seed: int) -> None:
    y, z = calibrated(rows, seed)
    made = score(y, z, resamples=200)
    for name in FIGURES:
        figure = getattr(made, name)
        assert figure.low <= figure.value <= figure.high, name
        assert figure.low >= 0.0


def test_intervals_shrink_with_more_rows() -> None:
    widths = []
    for rows in (200, 20_000):
        made = score(*calibrated(rows), resamples=200)
        widths.append([getattr(made, n).high - getattr(made, n).low for n in FIGURES])
    assert (np.array(widths[1]) < np.array(widths[0]) / 4).all()


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    y, z = calibrated(400_000, seed=99)
    truth = score(y, z, resamples=2)
    runs, hits = 120, dict.fromkeys(("log_loss", "brier", "auc"), 0)
    for run in range(runs):
        made = score(*calibrated(250, run), resamples=150, seed=run)
        for name in hits:
            figure = getattr(made, name)
            hits[name] += figure.low <= getattr(truth, name).value <= figure.high
    for name, count in hits.items():
        assert 0.86 <= count / runs <= 1.0, name


def test_calibration_floor_is_what_a_calibrated_forecast_shows() -> None:
    seen = [score(*calibrated(500, seed), resamples=1) for seed in range(100)]
    shown = np.mean([made.calibration_error.value for made in seen])
    floor = score(*calibrated(500, 1000), resamples=100).calibration_floor
    assert floor == pytest.approx(shown, rel=0.1)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("rows", [1, 2, 40])
def test_one_class_only_has_no_auc(label: int, rows: int) -> None:
    made = score(np.full(rows, label, dtype=np.uint8), np.linspace(-1, 1, rows), resamples=20)
    assert np.isnan([made.auc.value, made.auc.low, made.auc.high]).all()
    assert made.base_log_loss == made.base_brier == 0.0
    assert np.isfinite([made.log_loss.low, made.log_loss.value, made.log_loss.high]).all()


def test_extreme_log_odds_are_scored_without_overflow() -> None:
    y = np.array([0, 1, 0, 1], dtype=np.uint8)
    made = score(y, np.array([-1e4, 1e4, 800.0, -800.0]), resamples=20)
    assert made.log_loss.value == pytest.approx(400.0)
    assert made.brier.value == pytest.approx(0.5)


def test_same_seed_same_interval() -> None:
    y, z = calibrated(100)
    assert score(y, z, seed=3) == score(y, z, seed=3)
    assert score(y, z, seed=3).log_loss.low != score(y, z, seed=4).log_loss.low


def test_json_round_trip() -> None:
    made = score(*calibrated(60), resamples=10)
    assert msgspec.convert(json.loads(json.dumps(made.to_json())), Scores) == made
    assert isinstance(made.auc, Interval)
