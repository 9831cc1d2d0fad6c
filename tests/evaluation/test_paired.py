"""Paired differences of scores, against plain formulas and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import decide
from trueodds.evaluation.paired import paired_differences
from trueodds.evaluation.scores import score
from trueodds.functions.portable import sigmoid


def drawn(seed: int, rows: int = 200):
    rng = np.random.default_rng(seed)
    truth = rng.normal(-0.3, 1.2, rows)
    y = (rng.random(rows) < sigmoid(truth)).astype(np.uint8)
    one, other = (np.round(truth + rng.normal(0.0, 0.7, rows), 1) for _ in range(2))
    return y, one, other, rng.uniform(0.1, 2.0, rows)


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.booleans())
def test_values_are_differences_of_the_scores(seed: int, weighted: bool) -> None:
    y, one, other, weight = drawn(seed)
    w, costs = weight if weighted else None, Costs(1.0, np.linspace(1.0, 4.0, 200))
    (found,) = paired_differences(y, [one, other], w, costs=costs).paired
    a, b = score(y, one, w, draws=1), score(y, other, w, draws=1)
    for name in ("log_loss", "brier", "auc"):
        change = getattr(b, name).value - getattr(a, name).value
        assert getattr(found, name).value == pytest.approx(change, abs=1e-12)
        assert getattr(found, name).low <= getattr(found, name).high
    prices = [decide(y, z, costs, w).cost.value for z in (one, other)]
    assert found.cost is not None
    assert found.cost.value == pytest.approx(prices[1] - prices[0], abs=1e-12)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_the_other_order_has_the_opposite_difference(seed: int) -> None:
    y, one, other, weight = drawn(seed)
    (there,) = paired_differences(y, [one, other], weight, seed=1).paired
    (back,) = paired_differences(y, [other, one], weight, seed=1).paired
    assert there.auc.low == pytest.approx(-back.auc.high, abs=1e-9)
    assert there.log_loss.value == pytest.approx(-back.log_loss.value, abs=1e-12)


def test_a_forecast_does_not_differ_from_itself() -> None:
    y, one, _, _ = drawn(0)
    found = paired_differences(y, [one, one, one])
    assert len(found.paired) == 2
    assert found.paired[0].log_loss.high == found.paired[0].auc.low == 0.0
    assert found.paired[0].cost is None


def test_clusters_are_drawn_together() -> None:
    y, one, other, _ = drawn(1)
    twice = [np.concatenate([values, values]) for values in (y, one, other)]
    numbers = np.concatenate([np.arange(200)] * 2)
    near = paired_differences(twice[0], twice[1:], clusters=numbers)
    alone = paired_differences(y, [one, other])
    assert (near.rows, near.units, alone.units) == (400, 200, 200)
    assert near.paired[0].log_loss.low == pytest.approx(alone.paired[0].log_loss.low)
    assert near.paired[0].brier.high == pytest.approx(alone.paired[0].brier.high)


def test_one_label_has_no_auc_and_few_rows_no_interval() -> None:
    _, one, other, _ = drawn(2)
    (found,) = paired_differences(np.ones(200, np.uint8), [one, other]).paired
    assert np.isnan([found.auc.value, found.auc.low]).all()
    assert found.log_loss.low < found.log_loss.high
    few = paired_differences(np.array([0, 1] * 4, np.uint8), [one[:8], other[:8]])
    assert few.draws == 0
    assert np.isnan(few.paired[0].log_loss.low)
    assert np.isfinite(few.paired[0].log_loss.value)


@pytest.mark.slow
def test_intervals_hold_the_true_difference() -> None:
    # Both forecasts are equally wrong on average, so the true difference is 0.
    held = 0
    for seed in range(300):
        y, one, other, _ = drawn(1_000 + seed, 300)
        (found,) = paired_differences(y, [one, other]).paired
        held += found.log_loss.low <= 0.0 <= found.log_loss.high
    assert 0.90 <= held / 300 <= 0.985
