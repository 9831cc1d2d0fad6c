import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from trueodds.report.curves import MOST_POINTS, precision_recall, roc, thin
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.sample import sample_of


def case(rows: int, seed: int, distinct: int | None, weighted: bool):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(size=rows)
    if distinct is not None:
        log_odds = np.round(log_odds * distinct) / distinct
    y = (rng.random(rows) < 1 / (1 + np.exp(-2 * log_odds))).astype(np.uint8)
    weight = rng.uniform(0.1, 5.0, rows) if weighted else None
    return y, log_odds, weight, sample_of(OutOfFold(y, log_odds, weight, ()))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("rows", "distinct"), [(12, None), (300, None), (3000, 3), (400, 20)])
def test_short_curves_are_scikit_learns(rows: int, distinct: int | None, weighted: bool) -> None:
    y, log_odds, weight, sample = case(rows, rows, distinct, weighted)
    found = roc(sample)
    fpr, tpr, _ = roc_curve(y, log_odds, sample_weight=weight, drop_intermediate=False)
    np.testing.assert_allclose(found.x, fpr, atol=1e-12)
    np.testing.assert_allclose(found.y, tpr, atol=1e-12)
    assert found.area == pytest.approx(roc_auc_score(y, log_odds, sample_weight=weight))
    found = precision_recall(sample)
    precision, recall, _ = precision_recall_curve(y, log_odds, sample_weight=weight)
    np.testing.assert_allclose(found.x[1:], recall[:-1][::-1], atol=1e-12)
    np.testing.assert_allclose(found.y[1:], precision[:-1][::-1], atol=1e-12)
    assert found.area == pytest.approx(average_precision_score(y, log_odds, sample_weight=weight))


@pytest.mark.parametrize("weighted", [False, True])
def test_long_curves_are_thinned_but_exact_where_kept(weighted: bool) -> None:
    y, log_odds, weight, sample = case(50_000, 4, None, weighted)
    fpr, tpr, _ = roc_curve(y, log_odds, sample_weight=weight, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(y, log_odds, sample_weight=weight)
    found = roc(sample)
    assert found.x.size <= MOST_POINTS
    assert (found.x[0], found.y[0]) == (0, 0)
    assert (found.x[-1], found.y[-1]) == pytest.approx((1, 1))
    assert found.area == pytest.approx(roc_auc_score(y, log_odds, sample_weight=weight))
    whole = {(round(a, 9), round(b, 9)) for a, b in zip(fpr, tpr, strict=True)}
    assert {(round(a, 9), round(b, 9)) for a, b in zip(found.x, found.y, strict=True)} <= whole
    # No step of the drawn line leaves out more than a screen's pixel or two would show.
    assert np.max(np.diff(found.x) + np.diff(found.y)) < 0.02
    found = precision_recall(sample)
    assert found.x.size <= MOST_POINTS
    whole = {(round(a, 9), round(b, 9)) for a, b in zip(recall, precision, strict=True)}
    drawn = {(round(a, 9), round(b, 9)) for a, b in zip(found.x[1:], found.y[1:], strict=True)}
    assert drawn <= whole
    assert np.max(np.diff(found.x)) < 0.02


def test_one_label_has_no_curve() -> None:
    only_no = sample_of(OutOfFold(np.zeros(5, np.uint8), np.arange(5.0), None, ()))
    assert roc(only_no) is None
    assert precision_recall(only_no) is None


def test_certain_forecasts_are_ties() -> None:
    log_odds = np.array([np.inf, np.inf, 0.0, -np.inf, -np.inf])
    found = roc(sample_of(OutOfFold(np.array([1, 1, 0, 1, 0], np.uint8), log_odds, None, ())))
    assert found.x.tolist() == [0, 0, 0.5, 1]
    assert found.y.tolist() == pytest.approx([0, 2 / 3, 2 / 3, 1])


@given(st.integers(1, 3000), st.integers(10, 600), st.integers(0, 2**31))
def test_thinning_keeps_ends_and_limit(points: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.integers(0, 50, points) / 50), rng.random(points)
    kept = thin(x, y, most)
    assert kept.size <= max(most, 1)
    assert (kept[0], kept[-1]) == (0, points - 1)
    assert np.all(np.diff(kept) > 0)
