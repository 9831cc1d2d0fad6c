"""The logistic regression beside the networks: the usual one, honest, and cheap."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from trueodds.ensemble import logistic_regression as module
from trueodds.ensemble.logistic_regression import out_of_fold_log_odds
from trueodds.functions import log_loss_from_logits

KINDS = [
    "one",
    *(pytest.param(k, marks=pytest.mark.slow) for k in ("two", "weighted", "groups", "time")),
]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a fit: small products wait for each other on several threads."""
    with threadpool_limits(limits=1):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_scikit_learn_s_on_the_rows_of_each_fold(stages, kind, monkeypatch) -> None:
    monkeypatch.setattr(module, "PENALTIES", (3.0,))
    monkeypatch.setattr(module, "USUAL", 3.0)
    monkeypatch.setattr(module, "ENOUGH", 1e-12)
    monkeypatch.setattr(module, "STEPS", 300)
    of = stages(kind)
    data = of.prepared.data
    found = out_of_fold_log_odds(data, of.ensemble.log_odds)
    assert found is not None
    for fold in range(data.folds.each):
        shown, held = data.folds.trained_on(fold), data.folds.held_out(fold)
        seen = np.setdiff1d(np.arange(data.width), data.unseen[fold])
        usual = LogisticRegression(C=1.0 / 3.0, tol=1e-8, max_iter=2000)
        usual.fit(data.inputs(fold, shown)[:, seen], data.y[shown], data.sample_weight[shown])
        expected = usual.decision_function(data.inputs(fold, held)[:, seen])
        np.testing.assert_allclose(found[held], expected, atol=5e-3)
    assert np.isnan(found).sum() == (data.folds.of_row[0] < 0).sum()


@pytest.mark.parametrize("kind", KINDS)
def test_few_steps_are_close_enough(stages, kind, monkeypatch) -> None:
    monkeypatch.setattr(module, "PENALTIES", (10.0,))
    of = stages(kind)
    data, known = of.prepared.data, of.prepared.data.folds.of_row[0] >= 0

    def loss() -> float:
        found = out_of_fold_log_odds(data, of.ensemble.log_odds)
        assert found is not None
        label = data.y[known].astype(np.float64)
        return float(np.mean(log_loss_from_logits(found[known], label)))

    quick = loss()
    monkeypatch.setattr(module, "ENOUGH", 1e-12)
    monkeypatch.setattr(module, "STEPS", 300)
    assert abs(quick - loss()) < 3e-3


@pytest.mark.parametrize("kind", ["one", "groups", "time"])
def test_labels_of_the_rows_left_out_change_nothing(stages, kind) -> None:
    of = stages(kind)
    data, near = of.prepared.data, np.zeros(len(of.table.y))
    before = out_of_fold_log_odds(data, near)
    assert before is not None
    for fold in range(data.folds.each):
        held = data.folds.held_out(fold)
        there = held
        if kind == "time":
            there = np.flatnonzero(data.folds.of_row[0] >= fold)
        y = data.y.copy()
        y[there] = 1.0 - y[there]
        after = out_of_fold_log_odds(replace(data, y=y), near)
        assert after is not None
        np.testing.assert_array_equal(after[held], before[held])


@pytest.mark.slow
def test_the_forecasts_near_by_decide_nothing_but_the_steps(stages, monkeypatch) -> None:
    monkeypatch.setattr(module, "ENOUGH", 1e-12)
    monkeypatch.setattr(module, "STEPS", 300)
    of = stages("one")
    one, other = (
        out_of_fold_log_odds(of.prepared.data, near)
        for near in (of.ensemble.log_odds, np.full(len(of.table.y), np.nan))
    )
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_start_from_some_rows_decides_nothing_but_the_steps(stages, monkeypatch) -> None:
    monkeypatch.setattr(module, "ENOUGH", 1e-12)
    monkeypatch.setattr(module, "STEPS", 300)
    of = stages("one")
    found = []
    for most in (10**9, 100, 3):  # of three rows, some folds see one label alone
        monkeypatch.setattr(module, "START_ROWS", most)
        found.append(out_of_fold_log_odds(of.prepared.data, of.ensemble.log_odds))
    np.testing.assert_allclose(found[1], found[0], atol=1e-3)
    np.testing.assert_allclose(found[2], found[0], atol=1e-3)


def test_a_fold_without_rows_in_the_start_gets_its_weights_from_all_rows(
    stages, monkeypatch
) -> None:
    monkeypatch.setattr(module, "ENOUGH", 1e-12)
    monkeypatch.setattr(module, "STEPS", 300)
    of = stages("one")
    rows = np.arange(len(of.table.y))
    of_row = (rows % 2).astype(np.int16)[None]  # as of two groups, one row of each in turn
    folds = replace(of.prepared.folds, of_row=of_row, each=2)
    data = replace(of.prepared.data, folds=folds)
    expected = out_of_fold_log_odds(data, of.ensemble.log_odds)
    monkeypatch.setattr(module, "START_ROWS", len(rows) // 2)
    with np.errstate(all="raise", under="ignore"):
        found = out_of_fold_log_odds(data, of.ensemble.log_odds)
    np.testing.assert_allclose(found, expected, atol=5e-3)


def test_too_many_inputs_have_none(stages, monkeypatch) -> None:
    of = stages("one")
    monkeypatch.setattr(module, "MOST_INPUTS", of.prepared.data.width - 1)
    assert out_of_fold_log_odds(of.prepared.data, of.ensemble.log_odds) is None
