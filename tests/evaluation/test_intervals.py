import numpy as np
import pytest
from scipy.stats import binom, t

from trueodds.evaluation.intervals import effective_number, fraction_interval, loss_interval


def test_equal_weights_count_one_each() -> None:
    assert effective_number(np.full(7, 0.3)) == pytest.approx(7.0)
    assert effective_number(np.array([1.0, 0.0, 0.0])) == pytest.approx(1.0)
    assert effective_number(np.zeros(3)) == 0.0


def test_a_loss_s_interval_is_that_of_its_mean_on_the_scale_of_logarithms() -> None:
    losses = np.random.default_rng(0).exponential(size=50)
    value = float(losses.mean())
    found = loss_interval(value, (losses - value) / 50, 50.0)
    error = losses.std(ddof=1) / np.sqrt(50) / value
    ends = np.log(value) + np.array([-1, 1]) * t.ppf(0.975, 49) * error
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(ends)))


@pytest.mark.filterwarnings("error")
def test_an_error_far_above_a_loss_gives_an_upper_end_near_the_error() -> None:
    found = loss_interval(2e-7, np.full(300, 8e-5 / np.sqrt(300)), 300.0)
    assert 0.0 < found.low < found.value
    assert 8e-5 < found.high < 0.02


def test_a_loss_ends_at_the_largest_there_can_be() -> None:
    assert loss_interval(0.2, np.array([0.1, -0.1]), 2.0, most=1.0).high == 1.0


def test_few_parts_widen_the_interval() -> None:
    widths = [
        loss_interval(1.0, np.full(n, 0.1 / np.sqrt(n)), float(n)).high for n in (40, 10, 5, 2)
    ]
    assert widths == sorted(widths)
    assert widths[0] < 1.25 < 1.3 < widths[2]


def test_no_interval_from_fewer_than_two_parts() -> None:
    assert np.isnan(
        [loss_interval(1.0, np.zeros(1), 1.0).low, fraction_interval(0.7, np.zeros(1), 1.0).low]
    ).all()


@pytest.mark.parametrize("rows", [2, 20])
def test_a_perfect_auc_has_the_interval_of_as_many_successes(rows: int) -> None:
    found = fraction_interval(1.0, np.zeros(100), float(rows))
    assert found.high == 1.0
    assert binom.pmf(rows, rows, found.low) == pytest.approx(0.025)
    mirror = fraction_interval(0.0, np.zeros(100), float(rows))
    assert (mirror.low, mirror.high) == pytest.approx((0.0, 1.0 - found.low))


@pytest.mark.parametrize("value", [1e-6, 0.03, 0.5, 0.999])
def test_auc_stays_between_0_and_1(value: float) -> None:
    found = fraction_interval(value, np.full(20, 0.02), 20.0)
    assert 0.0 <= found.low < value < found.high <= 1.0


def test_equal_forecasts_have_an_auc_without_spread() -> None:
    found = fraction_interval(0.5, np.zeros(30), 10.0)
    assert (found.low, found.high) == (0.5, 0.5)


def test_an_interval_prints_its_value_and_ends() -> None:
    assert str(fraction_interval(float("nan"), np.zeros(1), 0.0)) == "not defined"
    assert str(loss_interval(0.5, np.zeros(1), 1.0)) == "0.5000 (95 % interval not defined)"
    assert (
        str(fraction_interval(0.5, np.zeros(30), 10.0)) == "0.5000 (95 % interval 0.5000 to 0.5000)"
    )
