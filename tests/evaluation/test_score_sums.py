"""Scores from sums are those of the rows themselves, in any order and in any parts."""

from dataclasses import asdict

import numpy as np
import pytest

from trueodds.evaluation.score_sums import BINS, ScoreSums
from trueodds.evaluation.scores import score


def rows(number: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = rng.normal(-1.0, 1.5, number)
    return (rng.random(number) < 1.0 / (1.0 + np.exp(-0.8 * z))).astype(np.uint8), z


def summed(y: np.ndarray, z: np.ndarray, parts: int = 1) -> ScoreSums:
    whole = ScoreSums()
    for some, forecasts in zip(np.array_split(y, parts), np.array_split(z, parts), strict=True):
        part = ScoreSums()
        part.update(some, forecasts)
        whole.add(part)
    return whole


def test_scores_and_intervals_are_those_of_the_rows() -> None:
    y, z = rows(4000)
    made, plain = summed(y, z).scores(draws=199), score(y, z, draws=199)
    for name in ("rows", "positives", "base_rate", "base_log_loss", "base_brier"):
        assert getattr(made, name) == getattr(plain, name)
    for name, close in (("log_loss", 1e-8), ("brier", 1e-8), ("auc", 2e-5)):
        found, wanted = asdict(getattr(made, name)), asdict(getattr(plain, name))
        assert found == pytest.approx(wanted, abs=close)
    error, wanted_error = made.calibration_error, plain.calibration_error
    assert error.value == pytest.approx(wanted_error.value, abs=2e-3)
    assert error.floor == pytest.approx(wanted_error.floor, rel=0.1)
    assert error.p_value <= 0.01 >= wanted_error.p_value  # a slope of 0.8 is not calibrated


def test_the_order_and_the_parts_change_no_bit() -> None:
    y, z = rows(3000, seed=1)
    order = np.random.default_rng(2).permutation(len(y))
    one, many = summed(y, z), summed(y[order], z[order], parts=7)
    assert one.scores(draws=20) == many.scores(draws=20)
    assert (one.rows_of == many.rows_of).all()


def test_extreme_forecasts_and_one_label_have_scores() -> None:
    far = summed(np.array([1, 0, 1], np.uint8), np.array([900.0, -900.0, -700.0]))
    assert len(far.rows_of) == BINS
    assert far.scores(draws=20).log_loss.value == pytest.approx(700.0 / 3.0)
    alone = summed(np.zeros(5, np.uint8), np.zeros(5)).scores(draws=20)
    assert np.isnan(alone.auc.value)
    assert alone.base_log_loss == 0.0
