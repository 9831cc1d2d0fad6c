"""A time limit: whole rounds of members, one at least, the same members as without a limit."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import trueodds.execution.time_limit as time_limit
from trueodds.errors import UsageError
from trueodds.execution.progress import ProgressEvent
from trueodds.execution.time_limit import TimeLimit, round_of
from trueodds.execution.train import Members, left_out_notes, orders_for, train
from trueodds.execution.work_folder import work_folder
from trueodds.training.data import TrainingData
from trueodds.training.folds import make_folds
from trueodds.training.recipe import Recipe, SoftMember

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
    """Stands for the module ``time``: the time is up once ``at`` members (or pilots) are done."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.pilots = False
        self.monotonic: Callable[[], float] = lambda: 100.0 if self.left <= 0 else 0.0

    def __call__(self, event: ProgressEvent) -> None:
        self.left -= event.done and event.pilot is self.pilots


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Clock]:
    def made(at: int) -> Clock:
        clock = Clock(at)
        monkeypatch.setattr(time_limit, "time", clock)
        return clock

    return made


@pytest.mark.parametrize(
    ("shape", "jobs"),
    [
        ({}, 1),
        pytest.param({}, 2, marks=pytest.mark.slow),
        ({"partitions": 2}, 1),
        ({"by_time": True}, 1),
    ],
)
def test_whole_rounds_are_kept(clock, shape, jobs) -> None:
    table = data(**shape)
    every = train(table, SMALL, 0, jobs).made[0]
    by_name = {(m.record.fold, m.record.member): m for m in every}
    for at in (1, 14)[: 3 - jobs]:
        now = clock(at)
        limit = TimeLimit(50.0)
        some = train(table, SMALL, 0, jobs, now, limit=limit).made[0]
        # The last member of the first round may be slow in one worker: the other trains the rest.
        assert 0 < len(some) < len(every) + jobs - 1
        assert bits(some) == bits(tuple(by_name[m.record.fold, m.record.member] for m in some))
        # Every fold has as many, but for the model's own of a fit by time.
        counts = Counter(m.record.fold for m in some if m.record.fold < table.folds.held)
        assert set(counts) == set(range(table.folds.held))
        assert len(set(counts.values())) == 1
        notes = left_out_notes(limit, some, table, SMALL)
        said = f"left out {len(every) - len(some)} of {len(every)} networks"
        assert [said in note for note in notes][:1] == [len(some) < len(every)]


def test_enough_time_changes_nothing(clock) -> None:
    table = data()
    now = clock(10**6)
    limit = TimeLimit(50.0)
    made = train(table, SMALL, 0, 1, now, limit=limit).made[0]
    assert bits(made) == bits(train(table, SMALL, 0, 1).made[0])
    assert left_out_notes(limit, made, table, SMALL) == ()
    assert left_out_notes(None, made, table, SMALL) == ()


MIXED = replace(SMALL, column_fractions=(1.0,), soft_splits=(SoftMember(trees=4, depth=2),))


@pytest.mark.parametrize(("shape", "jobs"), [({}, 1), ({}, 2), ({"by_time": True}, 1)])
def test_without_time_one_kind_is_trained_for_the_fewest_epochs(shape, jobs) -> None:
    table = data(**shape)
    limit = TimeLimit(1e-9)
    some = train(table, MIXED, 0, jobs, limit=limit).made[0]
    every = orders_for(table, MIXED, [1] * table.folds.count)
    first = [order[:2] for order in every if round_of(order, table.folds) == 0]
    made = [(m.record.fold, m.record.member) for m in some]
    assert set(first) <= set(made)
    if jobs > 1 and made != first:
        return  # a worker that the machine kept waiting had begun a network of the other kind
    assert {m.record.kind for m in some} == {"mlp"}
    assert made == first
    assert {m.record.epochs for m in some} == {1}
    (note,) = left_out_notes(limit, some, table, MIXED)
    assert f"left out {len(every) - len(some)} of {len(every)} networks" in note
    assert "and ended training early; the clock decides that" in note
    assert "it was exceeded: reading, training and scores took" in note


def test_pilots_beyond_the_first_round_stop_at_their_part_of_the_time(clock) -> None:
    """The kind whose pilots do not finish is left out, with all rounds from its first on."""
    now = clock(2)
    now.pilots = True
    limit = TimeLimit(50.0)
    some = train(data(), MIXED, 0, 1, now, limit=limit).made[0]
    assert {(m.record.kind, m.record.member) for m in some} == {("mlp", 0)}
    assert not limit.shortened


def test_a_run_without_a_limit_takes_no_short_pilot(tmp_path) -> None:
    with work_folder(tmp_path / "m.odds", {"--seed": 0}) as work:
        train(data(), SMALL, 0, 1, work=work, limit=TimeLimit(1e-9))
        made = train(data(), SMALL, 0, 1, work=work).made[0]
        work.remove()
    assert bits(made) == bits(train(data(), SMALL, 0, 1).made[0])
    assert list(tmp_path.iterdir()) == []


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
