"""One member: deterministic, its best weights kept, its importances meant."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.network.engine import Engine
from trueodds.training.member import MemberTask, TrainedMember, mean_log_loss, train_member
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
        shared=X[:, :2].copy(),
        own=X[:, 2:].copy(),
        y=y,
        weight=np.ones(ROWS, np.float32),
        shown=np.arange(60, ROWS),
        held_out=np.arange(60),
        columns=tuple(np.array([i]) for i in range(3)),
    )


def train(recipe: Recipe = SMALL, fold: int = 0, member: int = 0, seed: int = 0) -> TrainedMember:
    return train_member(task(fold, member), recipe, seed)


def held_out(trained: TrainedMember) -> NDArray[np.float32]:
    about = task()
    X = np.concatenate([about.shared, about.own], axis=1)[about.held_out]
    return Engine(trained.layout, trained.parameters, len(X)).log_odds(X)


def test_the_best_weights_are_handed_back() -> None:
    trained, about = train(), task()
    record = trained.record
    best = min(record.fold_loss)
    assert record.fold_loss[-(-record.best_epoch // record.stride) - 1] == best
    y, weight = about.y[about.held_out], about.weight[about.held_out]
    # Dropping redundant units may cost a little, see Recipe.compaction.
    assert mean_log_loss(held_out(trained), y, weight) == pytest.approx(best, rel=1e-3)


def test_seed_fold_and_member_decide_the_bits() -> None:
    first = train().parameters.tobytes()
    assert train().parameters.tobytes() == first
    assert train(seed=1).parameters.tobytes() != first
    assert train(member=1).parameters.tobytes() != first
    assert train(fold=1).parameters.tobytes() != first


def test_importance_tells_signal_from_noise() -> None:
    signal, *noise = train().importance
    assert signal > 0.02
    assert max(abs(rise) for rise in noise) < 0.1 * signal


def test_a_run_that_diverges_still_hands_back_finite_weights() -> None:
    trained = train(replace(SMALL, learning_rate=1e6, decay=0.0))
    assert np.isfinite(trained.parameters).all()
    assert np.isfinite(held_out(trained)).all()


def test_rows_of_weight_0_teach_nothing() -> None:
    about = task()
    about.weight[about.shown] = 0.0
    about.weight[about.shown[:4]] = 1.0
    trained = train_member(about, SMALL, 0)
    assert np.isfinite(held_out(trained)).all()


def test_progress_is_heard_to_the_end() -> None:
    heard: list[tuple[int, int, float]] = []
    trained = train_member(task(), SMALL, 0, lambda *news: heard.append(news))
    assert [loss for _, _, loss in heard] == list(trained.record.fold_loss)
    assert heard[-1][0] == trained.record.epochs
