"""Calibration error, its floor and the calibration test: exact where labels can be listed."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.evaluation.calibration_error import calibration_error


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def drawn(
    rows: int, seed: int = 0, slope: float = 1.0, shift: float = 0.0
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows) * 1.5 - 0.5
    y = rng.random(rows) < sigmoid(slope * z + shift)
    return y.astype(np.uint8), z, np.ones(rows)


def test_floor_is_the_mean_over_all_labels_of_a_perfect_forecast() -> None:
    z, mass = np.array([-2.0, -0.5, 0.3, 1.0, 1.8]), np.array([1.0, 2.0, 1.0, 0.5, 3.0])
    p = sigmoid(z)
    mean = 0.0
    for labels in product((0, 1), repeat=5):
        y = np.array(labels)
        chance = np.prod(np.where(y == 1, p, 1.0 - p))
        mean += chance * float((mass * np.abs(y - p)).sum() / mass.sum())  # every row has a bin
    found = calibration_error(np.ones(5, dtype=np.uint8), z, mass, draws=20_000)
    assert found.floor == pytest.approx(mean, rel=0.01)
    assert found.value == pytest.approx((mass * (1.0 - p)).sum() / mass.sum())


def test_debiased_error_leaves_the_floor_out_of_the_square() -> None:
    found = calibration_error(*drawn(500, slope=0.5), draws=99)
    assert found.debiased**2 + found.floor**2 == pytest.approx(found.value**2)
    assert calibration_error(*drawn(500), draws=99).debiased < 0.6 * found.debiased


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("slope", "shift"), [(0.6, 0.0), (1.6, 0.0), (1.0, 0.5)], ids=["too sure", "too shy", "shifted"]
)
def test_clear_mistakes_are_found(seed: int, slope: float, shift: float) -> None:
    y, z, mass = drawn(2000, seed, slope, shift)
    assert calibration_error(y, z, mass, draws=199).p_value == pytest.approx(0.005)
    clusters = np.arange(2000) // 20
    assert calibration_error(y, z, mass, clusters, draws=199).p_value <= 0.05


def test_base_rates_of_other_folds_are_no_sign_of_miscalibration() -> None:
    """On noise a fold with more yes is forecast lower, as the others have fewer."""
    rng = np.random.default_rng(0)
    fold = np.arange(100) % 5
    alarms = {"within": 0, "between": 0}
    for seed in range(60):
        y = (rng.random(100) < 0.4).astype(np.uint8)
        rate = np.array([y[fold != k].mean() for k in range(5)])
        z = np.log(rate / (1.0 - rate))[fold] + 0.01 * rng.normal(size=100)
        for name, folds in (("within", fold), ("between", None)):
            found = calibration_error(y, z, np.ones(100), draws=99, seed=seed, folds=folds)
            alarms[name] += found.p_value <= 0.05
    assert alarms["within"] <= 9  # 3 expected; more than 9 with probability 0.001
    assert alarms["between"] >= 20


@pytest.mark.parametrize("slope", [0.6, 1.6])
def test_slopes_are_found_within_folds(slope: float) -> None:
    y, z, mass = drawn(2000, 0, slope)
    fold = np.arange(2000) % 5
    assert calibration_error(y, z, mass, draws=199, folds=fold).p_value == pytest.approx(0.005)


def test_mistakes_that_are_not_linear_are_found() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=4000) * 1.5
    y = (rng.random(4000) < sigmoid(z + 0.8 * np.sin(2.5 * z))).astype(np.uint8)
    assert calibration_error(y, z, np.ones(4000), draws=199).p_value <= 0.01


def test_rows_that_repeat_are_no_evidence_when_they_are_one_cluster() -> None:
    y, z, _ = drawn(60)
    y, z, mass = np.repeat(y, 30), np.repeat(z, 30), np.ones(1800)
    clusters = np.repeat(np.arange(60), 30)
    alone = calibration_error(y, z, mass, draws=199)
    together = calibration_error(y, z, mass, clusters, draws=199)
    assert alone.p_value == pytest.approx(0.005)
    assert together.p_value > 0.05
    assert together.floor > 3.0 * alone.floor


def test_the_scale_of_the_weights_does_not_matter() -> None:
    y, z, _ = drawn(300)
    weight = np.random.default_rng(1).uniform(0.2, 3.0, 300)
    small, large = (calibration_error(y, z, k * weight, draws=99) for k in (1.0, 1024.0))
    assert small == large


@pytest.mark.parametrize("z", [0.3, 800.0, -1e4])
def test_equal_and_certain_forecasts(z: float) -> None:
    y = np.array([1, 0, 1, 1], dtype=np.uint8)
    found = calibration_error(y, np.full(4, z), np.ones(4), draws=199)
    assert found.value == pytest.approx(abs(0.75 - sigmoid(np.array(np.clip(z, -700, 700)))))
    assert found.p_value == pytest.approx(0.005) if abs(z) > 1.0 else found.p_value > 0.2
    right = np.full(4, int(z > 0.0), dtype=np.uint8)
    if abs(z) > 1.0:
        assert calibration_error(right, np.full(4, z), np.ones(4), draws=199).p_value == 1.0


def test_without_weight_nothing_is_known() -> None:
    y, z, mass = drawn(10)
    assert np.isnan(calibration_error(y, z, 0.0 * mass).value)
