import numpy as np
import pytest

from trueodds.report.distribution import FARTHEST, forecast_histogram, spread_by_class
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.sample import sample_of


def test_each_class_adds_up_to_one_by_weight() -> None:
    y = np.array([1, 1, 0, 0, 0], np.uint8)
    log_odds = np.array([2.0, -2.0, -2.0, 0.0, 2.0])
    weight = np.array([3.0, 1.0, 1.0, 1.0, 2.0])
    found = spread_by_class(sample_of(OutOfFold(y, log_odds, weight, ())), bars=4)
    assert found.edges.tolist() == [-2, -1, 0, 1, 2]
    assert found.yes.tolist() == [0.25, 0, 0, 0.75]
    assert found.no.tolist() == [0.25, 0, 0.25, 0.5]


def test_extreme_forecasts_stand_in_the_outermost_bars() -> None:
    y, log_odds = np.array([1, 0], np.uint8), np.array([np.inf, -np.inf])
    found = spread_by_class(sample_of(OutOfFold(y, log_odds, None, ())))
    assert (found.edges[0], found.edges[-1]) == (-FARTHEST, FARTHEST)
    assert (found.yes[-1], found.no[0]) == (1, 1)


def test_a_constant_forecast_still_has_bars() -> None:
    found = spread_by_class(sample_of(OutOfFold(np.ones(9, np.uint8), np.full(9, 3.0), None, ())))
    assert found.edges[-1] - found.edges[0] == pytest.approx(1)
    assert found.yes.sum() == pytest.approx(1)
    assert found.no.sum() == 0


def test_forecasts_add_up_to_one_together() -> None:
    rng = np.random.default_rng(0)
    sample = sample_of(OutOfFold(np.ones(50, np.uint8), rng.normal(size=50), None, ()))
    found = forecast_histogram(sample, 0.3, 0.6)
    assert (found.yes + found.no).sum() == pytest.approx(1)
