"""A time limit: whole rounds of members, one at least, the same members as without a limit."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import trueodds.execution.time_limit as time_limit
from trueodds.errors import UsageError
from trueodds.execution.pool import ProgressEvent
from trueodds.execution.time_limit import TimeLimit
from trueodds.execution.train import Members, left_out_notes, train
from trueodds.training.data import TrainingData
from trueodds.training.folds import make_folds
from trueodds.training.recipe import Recipe

SMALL = replace(Recipe(), members=3, many_members=6, widths=(8,), epochs=3, least_steps=100)


def data(by_time: bool = False, partitions: int = 1) -> TrainingData:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(240, 4)).astype(np.float32)
    y = (X[:, 0] + rng.normal(size=240) > 0.0).astype(np.uint8)
    time = np.arange(240.0) if by_time else None
    folds = make_folds(y, 4, 0, time=time, partitions=partitions)
    own = tuple(np.zeros((240, 0), np.float32) for _ in range(folds.count))
    columns = tuple(np.array([i]) for i in range(4))
    return TrainingData(X, own, y.astype(np.float32), np.ones(240, np.float32), folds, columns)


def bits(members: Members) -> list[bytes]:
    return [m.parameters.tobytes() + m.log_odds.tobytes() for m in members]


class Clock:
    """Stands for the module ``time``: the time is up once ``at`` members are done."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.monotonic: Callable[[], float] = lambda: 100.0 if self.left <= 0 else 0.0

    def __call__(self, event: ProgressEvent) -> None:
        self.left -= event.done and not event.pilot


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Clock]:
    def made(at: int) -> Clock:
        clock = Clock(at)
        monkeypatch.setattr(time_limit, "time", clock)
        return clock

    return made


@pytest.mark.parametrize(
    ("shape", "jobs"), [({}, 1), ({}, 2), ({"partitions": 2}, 1), ({"by_time": True}, 1)]
)
def test_whole_rounds_are_kept(clock, shape, jobs) -> None:
    table = data(**shape)
    every = train(table, SMALL, 0, jobs).made[0]
    by_name = {(m.record.fold, m.record.member): m for m in every}
    for at in (1, 14)[: 3 - jobs]:
        now = clock(at)
        limit = TimeLimit(50.0)
        some = train(table, SMALL, 0, jobs, now, limit=limit).made[0]
        assert 0 < len(some) < len(every)
        assert bits(some) == bits(tuple(by_name[m.record.fold, m.record.member] for m in some))
        # Every fold has as many, but for the model's own of a fit by time.
        counts = Counter(m.record.fold for m in some if m.record.fold < table.folds.held)
        assert set(counts) == set(range(table.folds.held))
        assert len(set(counts.values())) == 1
        (note,) = left_out_notes(limit, some, table, SMALL)
        assert f"left out {len(every) - len(some)} of {len(every)} networks" in note


def test_enough_time_changes_nothing(clock) -> None:
    table = data()
    now = clock(10**6)
    limit = TimeLimit(50.0)
    made = train(table, SMALL, 0, 1, now, limit=limit).made[0]
    assert bits(made) == bits(train(table, SMALL, 0, 1).made[0])
    assert left_out_notes(limit, made, table, SMALL) == ()
    assert left_out_notes(None, made, table, SMALL) == ()


def test_no_cure_begins_when_the_time_is_up(clock, monkeypatch) -> None:
    asked = itertools.count()
    monkeypatch.setattr(
        "trueodds.execution.train.run_changes", lambda members, recipe: (next(asked), ())[1]
    )
    train(data(), SMALL, 0, 1, clock(1), heal=True, limit=TimeLimit(50.0))
    assert next(asked) == 0
    train(data(), SMALL, 0, 1, clock(10**6), heal=True, limit=TimeLimit(50.0))
    assert next(asked) == 2


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_is_a_positive_number(seconds) -> None:
    with pytest.raises(UsageError, match="the time limit must be a positive number of seconds"):
        TimeLimit(seconds)
