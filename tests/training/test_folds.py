"""Folds are balanced, keep groups whole and never look forward in time."""

import numpy as np
import pytest

from trueodds.errors import TrainingError
from trueodds.training.folds import make_folds

rng = np.random.default_rng(0)
Y = (rng.random(203) < 0.3).astype(np.uint8)


def test_stratified_folds_are_balanced_and_repeatable() -> None:
    folds = make_folds(Y, 5, 7)
    counts = np.array([np.bincount(Y[folds.held_out(f)], minlength=2) for f in range(5)])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.array_equal(folds.of_row, make_folds(Y, 5, 7).of_row)
    assert not np.array_equal(folds.of_row, make_folds(Y, 5, 8).of_row)


def test_groups_are_never_split_whatever_their_labels() -> None:
    groups = np.array(
        [("a", 1, None)[n % 3] if n < 9 else n % 20 for n in range(203)], dtype=object
    )
    folds = make_folds(Y, 5, 0, groups=groups)
    for group in {repr(g) for g in groups}:
        assert len(set(folds.of_row[[repr(g) == group for g in groups]])) == 1


def test_time_folds_train_on_earlier_rows_only() -> None:
    time = rng.integers(0, 40, 203).astype(float)
    time[:3] = np.nan
    folds = make_folds(Y, 5, 0, time=time)
    key = np.where(np.isnan(time), -np.inf, time)
    for fold in range(folds.count):
        assert key[folds.trained_on(fold)].max() < key[folds.held_out(fold)].min()


def test_few_rows_get_fewer_folds_and_one_row_of_a_class_a_sentence() -> None:
    few = np.array([1, 1, 1, 0, 0, 0, 0], dtype=np.uint8)
    assert make_folds(few, 5, 0).count == 3
    one = np.array([1, 0, 0, 0], dtype=np.uint8)
    for groups in (None, np.arange(4)):
        with pytest.raises(TrainingError, match="one class has only 1 row"):
            make_folds(one, 5, 0, groups=groups)
