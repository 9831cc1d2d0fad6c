"""A finished member comes back bit for bit, or not at all."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.execution.checkpoints import Checkpoints, checked
from trueodds.execution.order import Order
from trueodds.training.data import TrainingData
from trueodds.training.evaluations import EVALUATIONS
from trueodds.training.folds import make_folds
from trueodds.training.member import MemberTask, TrainedMember
from trueodds.training.member_run import train_member
from trueodds.training.recipe import Recipe

PILOT, STOPPED = Order(1, 0), Order(1, 0, 1)
TINY = replace(Recipe(), members=1, widths=(4,), epochs=2, least_steps=20)


def task() -> MemberTask:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.uint8)
    own = tuple(np.zeros((60, 0), np.float32) for _ in range(2))
    folds, columns = make_folds(y, 2, 0), tuple(np.array([i]) for i in range(3))
    data = TrainingData(X, own, y.astype(np.float32), np.ones(60, np.float32), folds, columns)
    return data.task(1, 0)


@pytest.fixture(scope="module")
def trained() -> TrainedMember:
    return train_member(task(), TINY, 0)


def test_a_member_comes_back_bit_for_bit(trained: TrainedMember, tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path).of(TINY, 0)
    assert kept.load(PILOT) is None
    kept.save(trained, PILOT)
    back = kept.load(PILOT)
    assert back is not None
    assert back.parameters.tobytes() == trained.parameters.tobytes()
    assert back.log_odds.shape == trained.log_odds.shape
    assert back.log_odds.tobytes() == trained.log_odds.tobytes()
    assert (back.layout, back.record, back.layers) == (
        trained.layout,
        trained.record,
        trained.layers,
    )
    assert [path.name for path in tmp_path.iterdir()] == [kept.path(PILOT).name]


def test_figures_that_are_no_number_and_empty_arrays_come_back(
    trained: TrainedMember, tmp_path: Path
) -> None:
    """A member of the last fold by time leaves out no row and has no held-out loss."""
    record = replace(trained.record, fold_loss=(float("nan"),), weight=float("inf"), health=None)
    nothing = np.zeros(0, np.float32)
    kept = Checkpoints(tmp_path)
    kept.save(replace(trained, log_odds=nothing, record=record, layers=()), PILOT)
    back = kept.load(PILOT)
    assert back is not None
    assert back.log_odds.shape == (0,)
    assert repr(back.record) == repr(record)
    assert back.layers == ()


def test_a_pilot_is_not_taken_for_a_member_that_stops(
    trained: TrainedMember, tmp_path: Path
) -> None:
    kept = Checkpoints(tmp_path).of(TINY, 0)
    stopped = train_member(task(), TINY, 0, until=1)
    kept.save(trained, PILOT)
    assert kept.load(STOPPED) is None
    kept.save(stopped, STOPPED)
    pilot, member = kept.load(PILOT), kept.load(STOPPED)
    assert pilot is not None
    assert member is not None
    assert (len(pilot.curve), member.curve.size) == (EVALUATIONS, 0)
    assert pilot.curve[-1].tobytes() == pilot.log_odds.tobytes()
    assert kept.load(PILOT._replace(times=2)) is None
    assert kept.load(STOPPED._replace(times=2)) is None


def test_cut_anywhere_or_with_any_byte_changed_it_is_not_taken(
    trained: TrainedMember, tmp_path: Path
) -> None:
    kept = Checkpoints(tmp_path).of(TINY, 0)
    kept.save(trained, PILOT)
    path = kept.path(PILOT)
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        assert checked(path) is None
    rng = np.random.default_rng(0)
    for place in rng.integers(len(whole), size=500).tolist():
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert kept.load(PILOT) is None
    path.write_bytes(whole + b"\0")
    assert kept.load(PILOT) is None


def test_another_recipe_seed_or_run_has_members_of_its_own(
    trained: TrainedMember, tmp_path: Path
) -> None:
    run = Checkpoints(tmp_path, "one")
    kept = run.of(TINY, 0)
    kept.save(trained, PILOT)
    others = [run.of(TINY, 1), run.of(replace(TINY, epochs=3), 0)]
    others.append(Checkpoints(tmp_path, "two").of(TINY, 0))
    for other in others:
        assert other.load(PILOT) is None
        # Not by its name alone.
        os.replace(kept.path(PILOT), other.path(PILOT))
        assert other.load(PILOT) is None
        os.replace(other.path(PILOT), kept.path(PILOT))
    assert kept.load(PILOT) is not None
