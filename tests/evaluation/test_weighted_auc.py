"""AUC against scikit-learn and against pairs counted one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from trueodds.evaluation.weighted_auc import weighted_auc


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 40), st.integers(1, 4), st.booleans())
def test_only_pairs_of_one_fold_count(seed: int, rows: int, count: int, tied: bool) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows)
    z = np.round(z) if tied else z
    y = (rng.random(rows) < 0.5).astype(np.uint8)
    weight, fold = rng.uniform(0.1, 3.0, rows), rng.integers(0, count, rows)
    pair = np.outer(y, 1 - y) * np.outer(weight, weight) * (fold[:, None] == fold)
    right = np.where(z[:, None] > z, 1.0, np.where(z[:, None] == z, 0.5, 0.0))
    value, influence = weighted_auc(y, z, weight, fold)
    if pair.sum() == 0.0:
        assert np.isnan(value)
        assert not influence.any()
        return
    assert value == pytest.approx((pair * right).sum() / pair.sum())
    assert influence.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("count", [1, 3])
def test_influence_is_the_derivative_by_a_row_s_weight(count: int) -> None:
    rng = np.random.default_rng(0)
    z, y = np.round(rng.normal(size=30), 1), (rng.random(30) < 0.4).astype(np.uint8)
    weight, fold = rng.uniform(0.5, 2.0, 30), rng.integers(0, count, 30)
    _, influence = weighted_auc(y, z, weight, fold)
    for row in range(30):
        more = weight * (1.0 + 1e-6 * (np.arange(30) == row))
        less = weight * (1.0 - 1e-6 * (np.arange(30) == row))
        slope = (weighted_auc(y, z, more, fold)[0] - weighted_auc(y, z, less, fold)[0]) / 2e-6
        assert influence[row] == pytest.approx(slope, abs=1e-8)


def test_without_folds_all_pairs_count() -> None:
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=200), (rng.random(200) < 0.3).astype(np.uint8)
    weight = rng.uniform(0.0, 2.0, 200)
    value, _ = weighted_auc(y, z, weight)
    assert value == pytest.approx(roc_auc_score(y, z, sample_weight=weight))


def test_folds_that_differ_in_their_rate_do_not_pull_it_down() -> None:
    rng = np.random.default_rng(2)
    pooled, within = [], []
    for _ in range(40):
        fold, y = rng.integers(0, 5, 200), (rng.random(200) < 0.3).astype(np.uint8)
        rate = np.array([y[fold != k].mean() for k in range(5)])[fold]
        z = np.log(rate / (1.0 - rate)) + 0.01 * rng.normal(size=200)  # noise: the truth is 0.5
        pooled.append(weighted_auc(y, z, np.ones(200))[0])
        within.append(weighted_auc(y, z, np.ones(200), fold)[0])
    assert np.mean(pooled) < 0.46
    assert np.mean(within) == pytest.approx(0.5, abs=0.03)
