"""The rows of the batches: all of them in turn, in epochs of bounded length."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.training import member
from trueodds.training.member import Batches, MemberTask


def task(rows: int) -> MemberTask:
    """A task whose only input is the number of the row."""
    return MemberTask(
        fold=0,
        member=0,
        turn=0,
        shared=np.arange(rows, dtype=np.float32)[:, None],
        fold_features=np.zeros((rows, 0), np.float32),
        y=np.zeros(rows, np.float32),
        weight=np.ones(rows, np.float32),
        shown=np.arange(rows),
        held_out=np.zeros(0, np.int64),
        columns=(np.array([0]),),
    )


def epochs_of(about: MemberTask, size: int, most: int, epochs: int) -> list[list[int]]:
    """Rows of some epochs."""
    made = Batches(about, np.array([0]), size, most, np.random.default_rng(0))
    rows = []
    for _ in range(epochs):
        rows.append([int(x) for batch in made.epoch() for x in batch.X[:, 0]])
        assert len(rows[-1]) == made.per_epoch * size or not about.weight.all()
    return rows


def test_an_epoch_has_each_row_once_but_for_those_that_fill_no_batch() -> None:
    for epoch in epochs_of(task(103), 10, 10**6, 3):
        assert len(set(epoch)) == len(epoch) == 100


@pytest.mark.parametrize("most", [30, 35])
def test_bounded_epochs_go_through_all_rows_before_any_comes_again(most: int) -> None:
    epochs = epochs_of(task(90), 10, most, 6)
    assert [len(epoch) for epoch in epochs] == [30] * 6
    for turn in (epochs[:3], epochs[3:]):
        assert sorted(row for epoch in turn for row in epoch) == list(range(90))
    assert epochs[0] != epochs[3]


def test_rows_that_fill_no_epoch_come_first_in_the_next() -> None:
    """Otherwise each epoch of 60 of 119 rows would be drawn anew."""
    epochs = epochs_of(task(119), 10, 60, 119)
    counts = np.bincount([row for epoch in epochs for row in epoch], minlength=119)
    assert counts.tolist() == [60] * 119


def test_an_epoch_is_at_least_one_batch() -> None:
    assert [len(epoch) for epoch in epochs_of(task(20), 10, 5, 2)] == [10, 10]


def test_batches_without_weight_are_left_out() -> None:
    about = replace(task(100), weight=np.zeros(100, np.float32))
    assert epochs_of(about, 10, 50, 2) == [[], []]


def test_batches_of_some_inputs_are_the_same_with_and_without_a_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    wide = replace(
        task(50),
        shared=rng.normal(size=(50, 5)).astype(np.float32),
        fold_features=rng.normal(size=(50, 2)).astype(np.float32),
    )
    positions = np.array([0, 3, 4, 6])
    found = []
    for most in (member.COPIED, 0):
        monkeypatch.setattr(member, "COPIED", most)
        batches = Batches(wide, positions, 10, 10**6, np.random.default_rng(0))
        assert (batches._copy is None) is (most == 0)
        found.append(np.concatenate([batch.X.copy() for batch in batches.epoch()]))
    assert found[0].shape == (50, 4)
    assert np.array_equal(*found)
