"""Folds are random and balanced, keep groups whole and never look forward in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.errors import TrainingError, UsageError
from trueodds.training.folds import Folds, make_folds, random_folds

rng = np.random.default_rng(0)
Y = (rng.random(203) < 0.3).astype(np.uint8)


def require_partitions(folds: Folds, rows: int) -> None:
    """Every partition leaves every row out once, and trains on all the others."""
    assert folds.of_row.shape == (folds.partitions, rows)
    assert folds.of_row.dtype == np.int16
    assert folds.count == folds.held == folds.partitions * folds.each
    assert list(folds.shipped) == list(range(folds.count))
    for partition in range(folds.partitions):
        numbers = [f for f in range(folds.count) if folds.partition(f) == partition]
        left_out = [folds.held_out(fold) for fold in numbers]
        assert np.array_equal(np.sort(np.concatenate(left_out)), np.arange(rows))
        for fold, rows_left_out in zip(numbers, left_out, strict=True):
            both = np.concatenate([rows_left_out, folds.trained_on(fold)])
            assert np.array_equal(np.sort(both), np.arange(rows))


@given(
    rows=st.integers(4, 80), rate=st.floats(0.02, 0.98), each=st.integers(2, 8),
    partitions=st.integers(1, 2), seed=st.integers(0, 2**32),
)  # fmt: skip
def test_random_folds_are_of_equal_size_and_leave_both_labels(
    rows: int, rate: float, each: int, partitions: int, seed: int
) -> None:
    y = (np.random.default_rng(seed).random(rows) < rate).astype(np.uint8)
    y[:2], y[2:4] = 0, 1
    folds = random_folds(y, each, seed, partitions)
    require_partitions(folds, rows)
    assert folds.each == min(each, y.sum(), rows - y.sum())
    for of_row in folds.of_row:
        assert np.ptp(np.bincount(of_row, minlength=folds.each)) <= 1
    for fold in range(folds.count):
        assert set(y[folds.trained_on(fold)]) == {0, 1}


def test_folds_are_repeatable_and_partitions_are_different_ones() -> None:
    folds = make_folds(Y, 5, 7, partitions=2)
    assert np.array_equal(folds.of_row, make_folds(Y, 5, 7, partitions=2).of_row)
    assert not np.array_equal(folds.of_row, make_folds(Y, 5, 8, partitions=2).of_row)
    assert not np.array_equal(*folds.of_row)
    assert folds.rule == "5 random folds, drawn 2 times"
    # One partition is the first of two.
    assert np.array_equal(make_folds(Y, 5, 7).of_row, folds.of_row[:1])


def test_random_folds_are_not_stratified() -> None:
    """The yes of a fold vary as those of any draw without replacement (hypergeometric)."""
    rows, yes, each = 100, 40, 5
    y = (np.arange(rows) < yes).astype(np.uint8)
    found = np.array(
        [
            [y[make_folds(y, each, seed).held_out(f)].sum() for f in range(each)]
            for seed in range(400)
        ]
    )
    of_fold = rows // each
    variance = of_fold * 0.4 * 0.6 * (rows - of_fold) / (rows - 1)
    assert found.var() == pytest.approx(variance, rel=0.15)  # stratified: 0


def test_two_rows_of_a_label_lie_in_two_folds() -> None:
    """No random draw of so few is left to chance."""
    y = np.zeros(100_000, np.uint8)
    y[:2] = 1
    for seed in range(3):
        folds = make_folds(y, 5, seed, partitions=2)
        assert folds.each == 2
        assert (folds.of_row[:, 0] != folds.of_row[:, 1]).all()


def test_groups_are_never_split_whatever_their_labels() -> None:
    groups = np.array(
        [("a", 1, None)[n % 3] if n < 9 else n % 20 for n in range(203)], dtype=object
    )
    folds = make_folds(Y, 5, 0, groups=groups, partitions=2)
    require_partitions(folds, len(Y))
    for group in {repr(g) for g in groups}:
        of_group = folds.of_row[:, [repr(g) == group for g in groups]]
        assert (of_group == of_group[:, :1]).all()
    assert "by group (22 groups), drawn 2 times" in folds.rule


@given(sizes=st.lists(st.integers(1, 30), min_size=16, max_size=60), seed=st.integers(0, 99))
def test_group_folds_are_as_equal_as_the_largest_group_allows(sizes: list[int], seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    groups = np.random.default_rng(seed).permutation(groups)
    y = np.zeros(len(groups), np.uint8)
    y[np.unique(groups, return_index=True)[1][::2]] = 1  # one yes in every other group
    folds = make_folds(y, 4, seed, groups=groups)
    rows = np.bincount(folds.of_row[0], minlength=folds.each)
    # The fold filled last was the smallest before (Graham 1966).
    assert rows.max() - rows.min() <= max(sizes)


@given(
    sizes=st.lists(st.integers(2, 30), min_size=16, max_size=60), each=st.integers(2, 8),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_each_group_goes_to_the_fold_with_the_fewest_rows(
    sizes: list[int], each: int, seed: int
) -> None:
    """Placing all groups of one size at once gives what placing one after the other gives."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    y = np.zeros(len(groups), np.uint8)
    y[np.unique(groups, return_index=True)[1]] = 1  # both labels in every group
    folds = make_folds(y, each, seed, groups=groups)
    fold_of = folds.of_row[0][np.unique(groups, return_index=True)[1]]
    shuffled = np.random.default_rng([seed, 1]).permutation(len(sizes))
    rows = [0] * folds.each
    for group in sorted(shuffled, key=lambda group: -sizes[group]):
        fold = rows.index(min(rows))
        assert fold_of[group] == fold
        rows[fold] += sizes[group]


def test_group_folds_are_random_and_few_groups_are_cut_once() -> None:
    groups = np.arange(203) // 3
    first, second = (make_folds(Y, 5, seed, groups=groups, partitions=2) for seed in (0, 1))
    assert not np.array_equal(first.of_row, second.of_row)
    assert not np.array_equal(*first.of_row)
    assert make_folds(Y, 5, 0, groups=np.arange(203) % 10, partitions=2).partitions == 1
    assert make_folds(Y, 5, 0, groups=np.arange(203) % 11, partitions=2).partitions == 2


def test_very_many_groups_make_folds() -> None:
    groups = np.random.default_rng(0).integers(0, 60_000, 200_000)
    y = (np.random.default_rng(1).random(200_000) < 0.1).astype(np.uint8)
    folds = make_folds(y, 8, 0, groups=groups, partitions=2)
    assert np.ptp(np.bincount(folds.of_row[0])) <= 1


def test_groups_that_cannot_be_cut_are_refused() -> None:
    with pytest.raises(TrainingError, match="a single value: at least 2 groups"):
        make_folds(Y, 5, 0, groups=np.zeros(203))
    with pytest.raises(TrainingError, match="leave a member without rows of both labels"):
        make_folds(Y, 5, 0, groups=Y)  # each label a group
    with pytest.raises(UsageError, match="not both"):
        make_folds(Y, 5, 0, groups=Y, time=np.arange(203.0))


def test_time_folds_train_on_earlier_rows_only() -> None:
    time = rng.integers(0, 40, 203).astype(float)
    time[:3] = np.nan
    folds = make_folds(Y, 5, 0, time=time, partitions=2)
    assert (folds.partitions, folds.forward, folds.rule) == (1, True, "5 folds forward in time")
    key = np.where(np.isnan(time), -np.inf, time)
    for fold in range(folds.held):
        assert key[folds.trained_on(fold)].max() < key[folds.held_out(fold)].min()


def test_the_earliest_part_of_time_is_only_trained_on() -> None:
    time = np.random.default_rng(3).permutation(1000).astype(float)
    y = (np.arange(1000) % 3 == 0).astype(np.uint8)
    folds = make_folds(y, 5, 0, time=time)
    assert np.array_equal(folds.of_row[0] < 0, time < 400)
    assert [len(folds.held_out(fold)) for fold in range(folds.held)] == [120] * 5
    assert [len(folds.trained_on(fold)) for fold in range(folds.held)] == [400, 520, 640, 760, 880]


def test_the_last_fold_of_time_leaves_out_no_row_and_is_the_model() -> None:
    folds = make_folds(Y, 5, 0, time=np.arange(203.0))
    assert (folds.count, folds.held, list(folds.shipped)) == (6, 5, [5])
    assert len(folds.held_out(5)) == 0
    assert np.array_equal(folds.trained_on(5), np.arange(203))


EARLIER = (np.arange(203) < 110).astype(np.uint8)
"""Yes in the earlier half and in no row after it."""


@pytest.mark.parametrize(
    ("y", "time", "message"),
    [
        (Y, np.zeros(203), "a single value: at least 2 times"),
        (Y, np.r_[np.zeros(202), 1.0], "one time holds nearly all rows"),
        (EARLIER, np.arange(203.0), "leave a member without rows of both"),
    ],
)
def test_times_that_cannot_be_cut_are_refused(
    y: np.ndarray, time: np.ndarray, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        make_folds(y, 5, 0, time=time)


def test_few_rows_get_fewer_folds_and_one_row_of_a_label_is_an_error() -> None:
    few = np.array([1, 1, 1, 0, 0, 0, 0], dtype=np.uint8)
    assert make_folds(few, 5, 0).count == 3
    one = np.array([1, 0, 0, 0], dtype=np.uint8)
    for groups in (None, np.arange(4)):
        with pytest.raises(TrainingError, match="one class has only 1 row"):
            make_folds(one, 5, 0, groups=groups)
