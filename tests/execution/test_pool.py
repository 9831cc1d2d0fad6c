"""The same bits in one process or two; a stop or a death leaves nothing behind."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.errors import TrainingError
from trueodds.execution import workers
from trueodds.execution.order import Order
from trueodds.execution.pool import train_members
from trueodds.execution.progress import ProgressEvent
from trueodds.training.data import TrainingData
from trueodds.training.folds import make_folds
from trueodds.training.recipe import Recipe

TINY = replace(Recipe(), members=1, many_members=1, widths=(8,), epochs=3, least_steps=20)

MEMBERS = [Order(0, 0), Order(1, 0, 2)]
"""A pilot and a member that stops after two epochs."""


def data() -> TrainingData:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3)).astype(np.float32)
    y = (X[:, 0] + rng.normal(size=120) > 0).astype(np.uint8)
    folds = make_folds(y, 2, 0)
    own = tuple(np.zeros((120, 0), np.float32) for _ in range(2))
    columns = tuple(np.array([i]) for i in range(3))
    return TrainingData(X, own, y.astype(np.float32), np.ones(120, np.float32), folds, columns)


def test_jobs_do_not_change_a_bit_and_news_is_complete() -> None:
    runs = []
    for jobs in (1, 2):
        news: list[ProgressEvent] = []
        trained = train_members(data(), TINY, 3, jobs, MEMBERS, news.append)
        runs.append(
            (trained, sorted((s for s in news if s.done), key=lambda s: (s.fold, s.member)))
        )
    (here, told_here), (there, told_there) = runs
    assert told_here == told_there
    assert [step.fold for step in told_here] == [0, 1]
    for a, b in zip(here, there, strict=True):
        assert a.parameters.tobytes() == b.parameters.tobytes()
        assert a.log_odds.tobytes() == b.log_odds.tobytes()
        assert a.record == b.record
        assert a.layout == b.layout


def test_without_a_folder_to_write_to_this_process_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train_members(data(), TINY, 3, 1, MEMBERS)

    def full(**options: str) -> None:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    found = train_members(data(), TINY, 3, 2, MEMBERS)
    for a, b in zip(expected, found, strict=True):
        assert a.parameters.tobytes() == b.parameters.tobytes()


def test_ctrl_c_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stop(step: ProgressEvent) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_members(data(), TINY, 3, 2, MEMBERS, stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise SystemExit('no such thing')", "training worker 1 failed: no such thing"),
        ("raise SystemExit(7)", "training worker 1 failed: exit code 7"),
        (
            "import os; os.kill(os.getpid(), 9)",
            "training worker 1 was ended by signal 9; is the memory full? Use fewer --jobs",
        ),
    ],
)
def test_a_worker_that_dies_is_one_sentence_and_leaves_no_folder(
    code: str, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(workers, "WORKER", [sys.executable, "-c", code])
    with pytest.raises(TrainingError) as error:
        train_members(data(), TINY, 3, 2, MEMBERS)
    # Either worker may be the first to be found dead.
    assert str(error.value).replace("worker 2", "worker 1") == told
    assert not list(tmp_path.iterdir())
