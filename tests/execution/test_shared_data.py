"""Workers map the training arrays from disk; none holds a copy of its own."""

from pathlib import Path

import numpy as np

from trueodds.execution.shared_data import load_data, save_data
from trueodds.training.data import TrainingData
from trueodds.training.folds import make_folds
from trueodds.training.recipe import Recipe


def mapped(array: np.ndarray) -> bool:
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def test_training_arrays_are_shared_and_not_copied(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(100) < 0.5).astype(np.uint8)
    data = TrainingData(
        shared=rng.normal(size=(100, 3)).astype(np.float32),
        fold_features=tuple(rng.normal(size=(100, 1)).astype(np.float32) for _ in range(2)),
        y=y.astype(np.float32),
        sample_weight=np.ones(100, np.float32),
        folds=make_folds(y, 2, 0),
        columns=tuple(np.array([i]) for i in range(4)),
        unseen=(np.array([2]), np.array([0, 3])),
    )
    save_data(tmp_path, data, Recipe(), 5)
    found, recipe, seed = load_data(tmp_path)
    assert (recipe, seed) == (Recipe(), 5)
    task = found.task(1, 0)
    for array, meant in (
        (task.shared, data.shared),
        (task.fold_features, data.fold_features[1]),
        (task.y, data.y),
        (task.weight, data.sample_weight),
    ):
        assert mapped(array)
        assert not array.flags.writeable
        np.testing.assert_array_equal(array, meant)
    assert task.unseen.tolist() == [0, 3]
    np.testing.assert_array_equal(task.held_out, data.folds.held_out(1))
