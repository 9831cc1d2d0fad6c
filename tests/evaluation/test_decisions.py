"""Decisions by costs or capacity: the arithmetic, and that intervals and thresholds hold."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.errors import UsageError
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decision_curves import decision_curve, gains
from trueodds.evaluation.decisions import decide


def sample(rows: int, seed: int, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and log-odds that are right when the slope is 1."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-1.0, 1.5, rows)
    y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-z))).astype(np.uint8)
    return y, slope * z


@given(st.floats(0.01, 100.0), st.floats(0.01, 100.0), st.floats(0.0, 100.0))
def test_at_the_threshold_both_decisions_cost_the_same(fp: float, fn: float, gain: float) -> None:
    t = float(np.asarray(Costs(fp, fn, gain).threshold))
    assert (1.0 - t) * fp - t * gain == pytest.approx(t * fn, abs=1e-9 * (fp + fn + gain))


def test_figures_by_hand() -> None:
    y = np.array([1, 0, 1, 0, 0], np.uint8)
    z = np.array([2.0, 1.0, -1.0, -2.0, -3.0])
    found = decide(y, z, Costs(1.0, 4.0, 2.0))
    assert found.threshold == pytest.approx(1.0 / 7.0)
    # p is 0.88, 0.73, 0.27, 0.12, 0.05: three rows are called.
    assert vars(found.confusion) == {
        "true_positives": 2.0,
        "false_positives": 1.0,
        "false_negatives": 0.0,
        "true_negatives": 2.0,
    }
    assert found.cost.value == pytest.approx((-2.0 + 1.0 - 2.0) / 5.0)
    assert found.cost_of_none == pytest.approx(8.0 / 5.0)
    assert found.cost_of_all == pytest.approx((-4.0 + 3.0) / 5.0)
    assert found.saving.value == pytest.approx(-0.2 + 0.6)
    assert (found.called.value, found.precision.value) == pytest.approx((0.6, 2.0 / 3.0))
    assert found.recall.value == 1.0
    assert found.recall.low < 1.0


def test_a_capacity_calls_the_likeliest() -> None:
    y, z = sample(500, 0)
    found = decide(y, z, Costs(), capacity=50)
    assert found.confusion.true_positives + found.confusion.false_positives == 50
    assert found.tuned is None
    assert found.threshold == pytest.approx(1.0 / (1.0 + np.exp(-np.sort(z)[-50])))
    assert decide(y, z, Costs(), capacity=0).called.value == 0.0
    with pytest.raises(UsageError, match="the capacity is 501: give a number from 0 to 500"):
        decide(y, z, Costs(), capacity=501)


def test_costs_by_row_have_thresholds_by_row() -> None:
    y, z = np.array([1, 0, 1], np.uint8), np.array([0.0, 0.0, 0.0])
    found = decide(y, z, Costs(np.array([1.0, 9.0, 1.0]), 2.0))
    assert (found.threshold, found.tuned) == (None, None)
    assert found.confusion.false_positives == 0.0
    assert found.cost.value == 0.0


@pytest.mark.parametrize(("name", "bad"), [("false_positive", -1.0), ("benefit", np.nan)])
def test_a_wrong_cost_is_named(name: str, bad: float) -> None:
    with pytest.raises(UsageError, match=f"the cost {name} is .*finite number ≥ 0"):
        Costs(**{name: bad})
    with pytest.raises(UsageError, match=rf"the cost {name} \(row 2\)"):
        Costs(**{name: np.array([1.0, bad])})


def test_no_cost_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="every decision costs the same"):
        Costs(0.0, 0.0, 0.0)


def test_where_probabilities_are_right_tuning_gains_nothing() -> None:
    costs, tuned_within, pays = Costs(1.0, 5.0), 0, 0
    for seed in range(20):
        y, z = sample(1500, seed)
        tuned = decide(y, z, costs, seed=seed).tuned
        assert tuned is not None
        tuned_within += tuned.threshold.low <= 1.0 / 6.0 <= tuned.threshold.high
        pays += tuned.change.high < 0.0
    assert tuned_within >= 17
    assert pays <= 1


def test_where_probabilities_are_wrong_tuning_pays() -> None:
    y, z = sample(4000, 1, slope=3.0)
    tuned = decide(y, z, Costs(1.0, 9.0)).tuned
    assert tuned is not None
    assert tuned.threshold.high < 0.1
    assert tuned.change.high < 0.0


def test_intervals_of_cost_and_saving_hold() -> None:
    costs, held = Costs(1.0, 3.0), 0
    y, z = sample(400_000, 99)
    truth = decide(y, z, costs, capacity=None)
    for seed in range(60):
        y, z = sample(300, seed)
        found = decide(y, z, costs)
        held += found.cost.low <= truth.cost.value <= found.cost.high
    assert held >= 53


def test_weights_count_rows() -> None:
    y, z = sample(200, 3)
    weight = np.random.default_rng(0).integers(0, 4, 200).astype(float)
    by_weight = decide(y, z, Costs(1.0, 2.0), weight)
    repeated = decide(
        np.repeat(y, weight.astype(int)), np.repeat(z, weight.astype(int)), Costs(1, 2)
    )
    assert by_weight.cost.value == pytest.approx(repeated.cost.value)
    assert by_weight.precision.value == pytest.approx(repeated.precision.value)


def test_groups_widen_intervals() -> None:
    y, z = sample(60, 4)
    y, z, groups = np.repeat(y, 10), np.repeat(z, 10), np.repeat(np.arange(60), 10)
    alone, together = decide(y, z, Costs()), decide(y, z, Costs(), clusters=groups)
    assert together.cost.value == alone.cost.value
    wide = together.cost.high - together.cost.low
    assert wide > 2.5 * (alone.cost.high - alone.cost.low)


def test_one_class_and_one_row() -> None:
    found = decide(np.array([0], np.uint8), np.array([-1.0]), Costs())
    assert np.isnan(found.recall.value)
    assert np.isnan(found.precision.value)
    assert found.cost.value == 0.0


def test_decision_curve_by_hand() -> None:
    y, p = np.array([1, 0, 1, 0], np.uint8), np.array([0.9, 0.6, 0.4, 0.1])
    (point,) = decision_curve(y, p, thresholds=np.array([0.5]))
    assert (point.model, point.call_all) == (0.0, 0.0)
    (point,) = decision_curve(y, p, np.array([3.0, 1.0, 1.0, 1.0]), np.array([0.25]))
    assert point.model == pytest.approx((4.0 - 1.0 / 3.0) / 6.0)
    assert point.call_all == pytest.approx((4.0 - 2.0 / 3.0) / 6.0)
    assert len(decision_curve(y, p)) == 99


@given(st.integers(1, 60), st.integers(0, 1000))
def test_gains_add_up(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, rows).astype(np.uint8), np.round(rng.random(rows), 1)
    found = gains(y, p)
    assert sum(part.rows for part in found) == rows
    assert sum(part.rows * part.yes for part in found) == pytest.approx(y.sum())
    assert all(a.lowest >= b.lowest for a, b in pairwise(found))
    if y.any():
        assert found[-1].recall == pytest.approx(1.0)
        assert sum(p.rows * p.lift for p in found) / rows == pytest.approx(1.0)
