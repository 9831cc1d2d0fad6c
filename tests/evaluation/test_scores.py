"""Scores against scikit-learn, their intervals against simulation."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from trueodds.evaluation.calibration_error import BINS
from trueodds.evaluation.scores import CalibrationError, Interval, Scores, score
from trueodds.json_text import json_text

INTERVALS = ("log_loss", "brier", "auc")
FIGURES = (*INTERVALS, "calibration_error")


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
    made = score(y, z, weight, draws=2)
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
    made = score(y, z, draws=2)
    assert made.calibration_error.value == pytest.approx(np.abs(gaps).mean())
    shifted = score(y, z + 1.0, draws=2)
    assert shifted.calibration_error.value > 3 * made.calibration_error.value


def test_calibration_error_of_equal_forecasts_does_not_depend_on_the_order_of_rows() -> None:
    y = np.repeat([1, 0], [300, 700]).astype(np.uint8)
    z = np.full(1000, np.log(0.3 / 0.7))
    made = score(y, z, draws=50)
    assert made.calibration_error.value == pytest.approx(0.0, abs=1e-12)
    rng = np.random.default_rng(0)
    few = rng.choice([-1.0, 0.0, 2.0], 1000)
    order = rng.permutation(1000)
    first, second = score(y, few, draws=2), score(y[order], few[order], draws=2)
    assert first.calibration_error.value == pytest.approx(second.calibration_error.value)


def test_bins_have_equal_weight() -> None:
    y, z = calibrated(400)
    times = np.random.default_rng(1).integers(1, 6, 400)
    weighted = score(y, z, times.astype(float), draws=2)
    repeated = score(np.repeat(y, times), np.repeat(z, times), draws=2)
    for name in FIGURES:
        assert getattr(weighted, name).value == pytest.approx(getattr(repeated, name).value)


@pytest.mark.parametrize("rows", [30, 300, 3000])
@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_the_value(rows: int, seed: int) -> None:
    made = score(*calibrated(rows, seed), draws=1)
    for name in INTERVALS:
        figure = getattr(made, name)
        assert 0.0 <= figure.low < figure.value < figure.high, name
    assert made.auc.high <= 1.0


def test_intervals_shrink_with_more_rows() -> None:
    widths = []
    for rows in (200, 20_000):
        made = score(*calibrated(rows), draws=1)
        widths.append([getattr(made, n).high - getattr(made, n).low for n in INTERVALS])
    assert (np.array(widths[1]) < np.array(widths[0]) / 4).all()


def test_rows_in_clusters_count_as_clusters() -> None:
    y, z = calibrated(200)
    each = score(y, z, draws=1)
    copies = score(np.repeat(y, 9), np.repeat(z, 9), clusters=np.repeat(np.arange(200), 9), draws=1)
    assert copies.clusters == 200
    for name in INTERVALS:
        one, many = getattr(each, name), getattr(copies, name)
        assert (many.low, many.value, many.high) == pytest.approx((one.low, one.value, one.high))
    alone = score(np.repeat(y, 9), np.repeat(z, 9), draws=1)
    assert alone.log_loss.high - alone.log_loss.low < 0.4 * (each.log_loss.high - each.log_loss.low)


def test_clusters_of_one_row_are_rows_and_their_numbers_do_not_matter() -> None:
    y, z = calibrated(150)
    rows, single = score(y, z, draws=1), score(y, z, clusters=np.arange(150) * 7 - 40, draws=1)
    for name in INTERVALS:
        assert getattr(single, name) == getattr(rows, name)


@pytest.mark.parametrize("clusters", [1, 5, 6])
def test_few_clusters_have_no_test(clusters: int) -> None:
    y, z = calibrated(120)
    made = score(y, z, clusters=np.arange(120) % clusters, draws=99)
    assert np.isnan(made.calibration_error.p_value) == (clusters < 6)
    assert np.isfinite(made.calibration_error.floor)
    assert np.isnan(made.log_loss.low) == np.isnan(made.auc.high) == (clusters < 2)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("rows", [1, 2, 40])
def test_one_class_only_has_no_auc(label: int, rows: int) -> None:
    made = score(np.full(rows, label, dtype=np.uint8), np.linspace(-1, 1, rows), draws=20)
    assert np.isnan([made.auc.value, made.auc.low, made.auc.high]).all()
    assert made.base_log_loss == made.base_brier == 0.0
    assert np.isfinite(made.log_loss.value)
    assert np.isfinite([made.log_loss.low, made.log_loss.high]).all() == (rows > 1)


def test_extreme_log_odds_are_scored_without_overflow() -> None:
    y = np.array([0, 1, 0, 1], dtype=np.uint8)
    made = score(y, np.array([-1e4, 1e4, 800.0, -800.0]), draws=20)
    assert made.log_loss.value == pytest.approx(400.0)
    assert made.brier.value == pytest.approx(0.5)


def test_same_seed_same_scores() -> None:
    y, z = calibrated(100)
    assert score(y, z, seed=3) == score(y, z, seed=3)
    assert score(y, z, seed=3).calibration_error.floor != score(y, z).calibration_error.floor
    assert score(y, z, seed=3).log_loss == score(y, z).log_loss


def test_json_round_trip() -> None:
    y, z = calibrated(60)
    made = score(y, z, clusters=np.arange(60) // 3, draws=10)
    assert msgspec.json.decode(json_text(made), type=Scores) == made
    assert isinstance(made.auc, Interval)


def test_scores_of_an_earlier_file_are_read_without_their_interval() -> None:
    y, z = calibrated(60)
    old = msgspec.to_builtins(score(y, z, draws=1))
    del old["clusters"]
    old["calibration_error"] = {"value": 0.25, "low": 0.2, "high": 0.3}
    old["calibration_floor"] = 0.04
    read = msgspec.convert(old, Scores).calibration_error
    assert read.value == 0.25
    assert np.isnan([read.floor, read.debiased, read.p_value]).all()


def test_what_python_prints_has_every_score_beside_its_comparison() -> None:
    y, z = calibrated(60)
    made = score(y, z, clusters=np.arange(60) // 3, draws=99)
    printed, error = repr(made), made.calibration_error
    for figure in (made.log_loss.low, made.auc.high, made.base_brier, error.value, error.floor):
        assert f"{figure:.4f}" in printed
    assert "60 rows, 20 clusters" in printed
    assert f"p = {error.p_value:.3g}" in printed
    assert isinstance(error, CalibrationError)
    assert len(printed.splitlines()) == 5


def test_a_repr_has_words_for_what_is_not_defined() -> None:
    one = score(np.array([1], np.uint8), np.zeros(1))
    few = score(np.array([1, 0], np.uint8), np.zeros(2), clusters=np.array([0, 1]))
    assert "nan" not in repr(one) + repr(few)
    assert "AUC not defined" in repr(one)
    assert repr(few).endswith("not tested")


def test_the_interval_of_a_brier_score_ends_at_1() -> None:
    y = np.array([1, 0, 1, 0, 1, 0], np.uint8)
    z = np.array([-3.0, 0.1, 3.0, 0.1, 3.0, -2.0])
    found = score(y, z, clusters=np.array([0, 0, 0, 1, 1, 1]))
    assert found.brier.high == 1.0
    assert found.log_loss.high > 1.0
