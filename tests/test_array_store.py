"""Arrays above the limit are files; otherwise they are like all others."""

from pathlib import Path

import numpy as np
import pytest

from trueodds.array_store import ARRAYS_FRACTION, Store, lies_in
from trueodds.errors import TrainingError


def test_small_ones_stay_in_memory_until_the_limit(tmp_path: Path) -> None:
    store = Store(tmp_path, limit=int(1000 / ARRAYS_FRACTION))
    first, second = store.zeros("a", (100, 2), np.float32), store.zeros("b", (30,), np.int64)
    assert not lies_in(first, tmp_path / "a.npy")
    assert lies_in(second, tmp_path / "b.npy")
    second[3] = 7
    assert np.load(tmp_path / "b.npy").tolist() == [0, 0, 0, 7] + [0] * 26
    view = second[2:5].reshape(1, 3)
    assert lies_in(view, tmp_path / "b.npy")
    assert type(second) is np.ndarray


def test_without_a_limit_nothing_is_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = store.keep("a", np.arange(10**6))
    assert kept[-1] == 10**6 - 1
    assert not store.maps_table(10**12)
    assert list(tmp_path.iterdir()) == []


def test_kept_is_equal_and_empty_is_no_file(tmp_path: Path) -> None:
    store = Store(tmp_path, limit=1)
    array = np.random.default_rng(0).normal(size=(70_001, 5)).astype(np.float32)
    assert np.array_equal(store.keep("a", array), array)
    assert store.zeros("b", (5, 0), np.float32).shape == (5, 0)
    assert [p.name for p in tmp_path.iterdir()] == ["a.npy"]


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"a\.npy cannot be written: No such file"):
        Store(tmp_path / "none", limit=1).zeros("a", (5,), np.float32)


@pytest.mark.parametrize("way", ["symlink_to", "hardlink_to"])
def test_an_array_is_not_written_through_a_link(tmp_path: Path, way: str) -> None:
    (tmp_path / "diary").write_bytes(b"private")
    getattr(tmp_path / "a.npy", way)(tmp_path / "diary")
    assert Store(tmp_path, limit=1).zeros("a", (5,), np.float32).sum() == 0
    assert (tmp_path / "diary").read_bytes() == b"private"
