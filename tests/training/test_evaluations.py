"""Evaluations come when they are due, and end a training whose loss no longer falls."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import trueodds.training.evaluations as module
from trueodds.network.engine import Engine
from trueodds.network.layout import Layout
from trueodds.training.evaluations import (
    EVALUATIONS,
    Evaluations,
    curve_rows,
    evaluation_epochs,
    mean_log_loss,
)

PLANNED = 40
LAYOUT = Layout(1, (), "relu")
"""A line: the log-odds are weight · x + bias."""


@given(st.integers(1, 5000))
def test_evaluations_are_as_many_for_any_plan_and_end_with_it(planned: int) -> None:
    epochs = evaluation_epochs(planned)
    assert len(epochs) == EVALUATIONS
    assert epochs == sorted(epochs)
    assert epochs[0] >= 1
    assert epochs[-1] == planned
    assert (
        epochs[0] == 1 or epochs[0] <= 0.03 * planned + 0.5
    )  # what is learned early is seen early


def evaluations(
    patience: float | None, weight: float = 1.0, seconds: float = 0.0
) -> tuple[Evaluations, NDArray[np.float32], list[tuple[int, int, float]]]:
    """Return evaluations of a line on two rows, its parameters, and what `progress` is told."""
    told: list[tuple[int, int, float]] = []
    parameters = np.zeros(LAYOUT.size, np.float32)
    X, y = np.array([[1.0], [-1.0]], np.float32), np.array([1.0, 0.0], np.float32)
    made = Evaluations(
        Engine(LAYOUT, parameters, 2),
        X,
        y,
        np.full(2, weight, np.float32),
        PLANNED,
        PLANNED,
        patience,
        lambda *news: told.append(news),
        seconds,
    )
    return made, parameters, told


def test_each_evaluation_is_of_the_network_at_that_epoch() -> None:
    made, parameters, told = evaluations(None)
    for epoch in range(1, PLANNED + 1):
        parameters[0] = epoch
        made.before_step(2 * epoch, 1.0, made.X)
        made.before_step(2 * epoch + 1, 2.0, made.X)
        assert not made.after_epoch(epoch)
    assert made.epochs == sorted({*evaluation_epochs(PLANNED)})
    assert [at[0] for at in told] == made.epochs
    assert {at[1] for at in told} == {PLANNED}
    assert made.train_loss == [1.5] * len(made.epochs)
    assert [z.tolist() for z in made.log_odds] == [[e, -e] for e in made.epochs]
    assert made.fold_loss == pytest.approx(np.log1p(np.exp(-np.array(made.epochs, float))))
    assert made.all_log_odds()[:, 0].tolist() == evaluation_epochs(PLANNED)


@pytest.mark.parametrize("patience", [1000.0, None])
def test_seconds_end_a_training_at_its_next_evaluation(
    patience: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    made, _, _ = evaluations(patience, seconds=5.0)
    ends = []
    for epoch in range(1, PLANNED + 1):
        now[0] += 1.0
        if made.after_epoch(epoch):
            ends.append(epoch)
            break
    assert ends == [min(e for e in evaluation_epochs(PLANNED) if e >= 5)]


@pytest.mark.parametrize("patience", [5.0, 0.0, 1000.0, None])
def test_patience_counts_epochs_since_the_least_loss(patience: float | None) -> None:
    """The first evaluation, after one epoch, has the least loss; later ones get worse."""
    made, parameters, _ = evaluations(patience)
    ends = []
    for epoch in range(1, PLANNED + 1):
        parameters[0] = -epoch
        if made.after_epoch(epoch):
            ends.append(epoch)
            break
    late = [e for e in evaluation_epochs(PLANNED) if patience is not None and e - 1 > patience]
    assert ends == late[:1]
    # After an early end the last evaluation stands for those that were not made.
    log_odds = made.all_log_odds()
    assert len(log_odds) == EVALUATIONS
    assert log_odds[-1].tolist() == made.log_odds[-1].tolist()


def test_a_loss_that_is_no_number_ends_a_pilot_alone() -> None:
    for patience, ends in ((1000.0, True), (None, False)):
        made, parameters, _ = evaluations(patience)
        parameters[0] = nan
        assert made.after_epoch(1) == ends


def test_the_mean_loss_is_plain_where_no_weight_is_left() -> None:
    z, y = np.array([0.0, 2.0], np.float32), np.array([1.0, 1.0], np.float32)
    losses = np.log1p(np.exp(-z.astype(float)))
    assert mean_log_loss(z, y, np.array([3.0, 1.0], np.float32)) == pytest.approx(
        (3.0 * losses[0] + losses[1]) / 4.0
    )
    assert mean_log_loss(z, y, np.zeros(2, np.float32)) == pytest.approx(losses.mean())
    assert np.isnan(mean_log_loss(z[:0], y[:0], y[:0]))


def test_rows_of_a_curve_follow_no_pattern_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(100, 400)
    assert curve_rows(rows) is rows
    monkeypatch.setattr(module, "CURVE_ROWS", 100)
    some = curve_rows(rows)
    assert len(set(some.tolist())) == len(some) == 100
    assert np.array_equal(some, np.sort(some))
    assert set(some) <= set(rows)
    assert 30 < (some % 2 == 0).sum() < 70
    assert np.array_equal(some, curve_rows(rows))
