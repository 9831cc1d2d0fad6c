"""One member: deterministic, stopped where it is told, its forecasts those of its network."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.network.engine import Engine
from trueodds.network.forward import log_odds
from trueodds.training import evaluations
from trueodds.training.evaluations import EVALUATIONS, evaluation_epochs, mean_log_loss
from trueodds.training.member import (
    MemberTask,
    TrainedMember,
    base_entropy,
    base_log_odds,
)
from trueodds.training.member_run import train_member
from trueodds.training.recipe import Recipe

ROWS = 300
SMALL = replace(Recipe(), members=1, widths=(16,), epochs=6, least_steps=100)


def task(fold: int = 0, member: int = 0) -> MemberTask:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(ROWS, 3)).astype(np.float32)
    y = (X[:, 0] + 0.5 * rng.normal(size=ROWS) > 0).astype(np.float32)
    return MemberTask(
        fold=fold,
        member=member,
        turn=member,
        shared=X[:, :2].copy(),
        fold_features=X[:, 2:].copy(),
        y=y,
        weight=np.ones(ROWS, np.float32),
        shown=np.arange(60, ROWS),
        held_out=np.arange(60),
        columns=tuple(np.array([i]) for i in range(3)),
    )


def train(
    recipe: Recipe = SMALL, fold: int = 0, member: int = 0, seed: int = 0, until: int | None = None
) -> TrainedMember:
    return train_member(task(fold, member), recipe, seed, until)


def held_out(trained: TrainedMember) -> NDArray[np.float32]:
    about = task()
    X = np.concatenate([about.shared, about.fold_features], axis=1)[about.held_out]
    return Engine(trained.layout, trained.parameters, len(X)).log_odds(X)


@pytest.mark.parametrize("until", [1, 2, 4, None])
def test_the_weights_after_the_chosen_epochs_are_handed_back(until: int | None) -> None:
    recipe, about = replace(SMALL, patience=1.0, prune_loss=0.0), task()
    trained = train(recipe, until=until)
    record = trained.record
    planned = SMALL.epochs_for(len(about.shown))
    assert (record.epochs, record.planned) == (until or planned, planned)
    assert record.at[-1] == record.best_epoch == record.epochs
    assert len(record.at) == len(record.train_loss) == len(record.fold_loss)
    y, weight = about.y[about.held_out], about.weight[about.held_out]
    assert mean_log_loss(trained.log_odds, y, weight) == record.loss == record.fold_loss[-1]
    np.testing.assert_allclose(held_out(trained), trained.log_odds, atol=1e-5)
    # Dropping redundant units costs this share of the base rate's loss: about (Δz)²/8 a row.
    smaller = train(replace(SMALL, patience=1.0), until=until)
    assert smaller.log_odds.tobytes() == trained.log_odds.tobytes()
    change = np.square(held_out(smaller) - smaller.log_odds).mean() / 8.0
    assert change < 3.0 * SMALL.prune_loss * base_entropy(about)


def test_a_member_that_stops_equals_the_pilot_stopped_there_bit_for_bit() -> None:
    pilot = train(replace(SMALL, patience=1.0))
    planned = pilot.record.planned
    assert pilot.record.epochs == planned
    assert pilot.curve.shape == (EVALUATIONS, 60)
    for forecast, until in zip(pilot.curve, evaluation_epochs(planned), strict=True):
        member = train(until=until)
        assert (member.log_odds.shape, member.curve.size) == ((60,), 0)
        assert member.log_odds.tobytes() == forecast.tobytes()
    assert member.parameters.tobytes() == pilot.parameters.tobytes()  # the last one, to the end
    assert member.record == pilot.record
    assert train(until=10 * planned).record == pilot.record


def test_a_pilot_that_ends_early_stays_as_it_is() -> None:
    """On noise the loss only rises: later evaluations repeat the last forecast."""
    about = task()
    about.y[:] = np.random.default_rng(8).random(ROWS) < 0.5
    recipe = replace(SMALL, learning_rate=0.03, dropout=0.0, least_steps=1500, patience=0.1)
    pilot = train_member(about, recipe, 0)
    done = pilot.record.epochs
    assert done < pilot.record.planned
    assert done == pilot.record.at[-1]
    assert pilot.curve.shape == (EVALUATIONS, 60)
    for epoch, forecast in zip(evaluation_epochs(pilot.record.planned), pilot.curve, strict=True):
        if epoch >= done:
            assert np.array_equal(forecast, pilot.curve[-1])
    assert not np.array_equal(pilot.curve[0], pilot.curve[-1])


@pytest.mark.parametrize("until", [None, 3])
def test_evaluations_forecast_some_of_many_rows_left_out_and_the_member_all(
    monkeypatch: pytest.MonkeyPatch, until: int | None
) -> None:
    whole = train(replace(SMALL, prune_loss=0.0), until=until)
    monkeypatch.setattr(evaluations, "CURVE_ROWS", 25)
    some = train(replace(SMALL, patience=1.0, prune_loss=0.0), until=until)
    assert some.log_odds.shape == (60,)
    np.testing.assert_allclose(held_out(some), some.log_odds, atol=1e-5)
    if until is None:
        assert some.curve.shape == (EVALUATIONS, 25)
        chosen = evaluations.curve_rows(np.arange(60))
        np.testing.assert_allclose(some.curve[-1], some.log_odds[chosen], atol=1e-5)
    else:
        assert some.parameters.tobytes() == whole.parameters.tobytes()
        np.testing.assert_allclose(some.log_odds, whole.log_odds, atol=1e-5)


def test_labels_of_the_rows_left_out_change_nothing_but_the_losses() -> None:
    plain, flipped = task(), task()
    flipped.y[flipped.held_out] = 1.0 - flipped.y[flipped.held_out]
    one, other = (train_member(about, SMALL, 0, 3) for about in (plain, flipped))
    assert one.log_odds.tobytes() == other.log_odds.tobytes()
    assert one.parameters.tobytes() == other.parameters.tobytes()
    assert one.record.train_loss == other.record.train_loss
    assert one.record.fold_loss != other.record.fold_loss


def test_forecasts_of_the_rows_left_out_are_those_of_the_network() -> None:
    """The wide network, in float64, without the units that pruning drops."""
    for views in ((1.0,), (0.6,)):
        trained = train(
            replace(SMALL, column_fractions=views, widths=(16, 16), prune_loss=0.0), until=3
        )
        about, flat = task(), trained.parameters.astype(np.float64)
        X = np.concatenate([about.shared, about.fold_features], axis=1)[about.held_out].astype(
            np.float64
        )
        layout = trained.layout
        plain = log_odds(X, layout.weights(flat), layout.biases(flat), layout.activation)
        np.testing.assert_allclose(trained.log_odds, plain, atol=1e-4)


def test_a_member_may_leave_nothing_out() -> None:
    about = replace(task(), shown=np.arange(ROWS), held_out=np.zeros(0, np.int64))
    heard: list[tuple[int, int, float]] = []
    trained = train_member(about, SMALL, 0, 3, lambda *news: heard.append(news))
    assert trained.log_odds.shape == (0,)
    assert trained.record.fold_loss == ()
    assert np.isnan(trained.record.loss)
    assert [epoch for epoch, _, _ in heard] == list(trained.record.at)
    assert trained.record.last_event()["loss"] == 0.0
    assert np.isfinite(held_out(trained)).all()
    assert trained.layers
    assert trained.record.findings() == ()


def test_the_base_rate_counts_half_a_row_of_each_label() -> None:
    y, weight = np.array([1, 0, 0, 0], np.float32), np.array([2, 1, 1, 5], np.float32)
    assert base_log_odds(y, weight, np.array([0, 1, 2])) == pytest.approx(np.log(2.5 / 2.5))
    assert base_log_odds(y, weight, np.array([3])) == pytest.approx(np.log(0.5 / 5.5))
    about = task()
    p = 1.0 / (1.0 + np.exp(-base_log_odds(about.y, about.weight, about.shown)))
    entropy = -p * np.log(p) - (1.0 - p) * np.log(1.0 - p)
    assert base_entropy(about) == pytest.approx(entropy)


def test_seed_fold_and_member_decide_the_bits() -> None:
    first = train().parameters.tobytes()
    assert train().parameters.tobytes() == first
    assert train(seed=1).parameters.tobytes() != first
    assert train(member=1).parameters.tobytes() != first
    assert train(fold=1).parameters.tobytes() != first


def test_a_run_that_diverges_still_hands_back_finite_weights() -> None:
    trained = train(replace(SMALL, learning_rate=1e6, weight_decay=0.0))
    assert np.isfinite(trained.parameters).all()
    assert np.isfinite(held_out(trained)).all()


def test_rows_of_weight_0_teach_nothing() -> None:
    about = task()
    about.weight[about.shown] = 0.0
    about.weight[about.shown[:4]] = 1.0
    trained = train_member(about, SMALL, 0)
    assert np.isfinite(held_out(trained)).all()


@pytest.mark.parametrize("until", [None, 4])
def test_progress_is_heard_to_the_end(until: int | None) -> None:
    heard: list[tuple[int, int, float]] = []
    trained = train_member(task(), SMALL, 0, until, lambda *news: heard.append(news))
    assert [loss for _, _, loss in heard] == list(trained.record.fold_loss)
    assert [epoch for epoch, _, _ in heard] == list(trained.record.at)
    assert {of for _, of, _ in heard} == {until or trained.record.planned}
    assert heard[-1][0] == trained.record.epochs
