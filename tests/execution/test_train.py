"""All members: pilots first, then every fold's for its own epochs, the same whatever the jobs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trueodds.execution import workers
from trueodds.execution.order import Order
from trueodds.execution.pool import train_members
from trueodds.execution.progress import ProgressEvent
from trueodds.execution.time_limit import TimeLimit
from trueodds.execution.train import Members, mean_loss, orders_for, train
from trueodds.training import pilot
from trueodds.training.data import SHIPPED, TrainingData
from trueodds.training.evaluations import EVALUATIONS
from trueodds.training.folds import make_folds
from trueodds.training.pilot import LONGER, PILOTS, choose_lengths, pilot_folds
from trueodds.training.recipe import Recipe, SoftMember

SMALL = replace(Recipe(), members=3, many_members=6, widths=(8,), epochs=3, least_steps=100)


def data(rows: int = 240, by_time: bool = False, partitions: int = 1) -> TrainingData:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 4)).astype(np.float32)
    y = (X[:, 0] + rng.normal(size=rows) > 0.0).astype(np.uint8)
    time = np.arange(float(rows)) if by_time else None
    folds = make_folds(y, 4, 0, time=time, partitions=partitions)
    own = tuple(np.zeros((rows, 0), np.float32) for _ in range(folds.count))
    columns = tuple(np.array([i]) for i in range(4))
    return TrainingData(X, own, y.astype(np.float32), np.ones(rows, np.float32), folds, columns)


def bits(members: Members) -> list[bytes]:
    return [m.parameters.tobytes() + m.log_odds.tobytes() for m in members]


@pytest.mark.parametrize("partitions", [1, 2])
def test_partitions_share_the_members_of_a_row_and_their_subsets_of_columns(
    partitions: int,
) -> None:
    table = data(partitions=partitions)
    orders = orders_for(table, SMALL, list(range(1, table.folds.count + 1)))
    assert len(orders) == len(set(orders)) == 4 * 6
    assert all(order.until == order.fold + 1 for order in orders)
    tasks = [table.task(order.fold, order.member) for order in orders]
    for row in (0, 100):
        turns = [task.turn for task in tasks if row in task.held_out]
        assert sorted(turns) == list(range(6))  # so every share of the columns as often


def test_by_time_the_model_has_more_members_and_all_rows() -> None:
    table = data(by_time=True)
    made = train(table, SMALL, 0, 1).made[0]
    fold = table.folds.held
    shipped = [m for m in made if m.record.fold == fold]
    assert len(shipped) == SHIPPED * 6
    assert len(made) == 4 * 6 + len(shipped)
    for member in shipped:
        task = table.task(fold, member.record.member)
        assert np.array_equal(task.shown, np.arange(240))
        assert len(task.held_out) == 0
        assert member.log_odds.shape == (0,)
        assert member.record.fold_loss == ()
    shares = [m.record.share for m in shipped]
    assert {share: shares.count(share) for share in set(shares)} == {1.0: 20, 0.75: 10}
    assert len(set(bits(tuple(shipped)))) == len(shipped)


def test_members_stop_where_the_pilots_say_and_pilots_that_end_there_are_members() -> None:
    table, heard = data(), list[ProgressEvent]()
    made = train(table, SMALL, 0, 1, heard.append).made[0]
    wanted = [Order(fold, member) for fold in pilot_folds(table) for member in range(PILOTS)]
    with_pilots = train_members(table, SMALL, 0, 1, wanted)
    epochs = [length.epochs for length in choose_lengths(table, SMALL, with_pilots)]
    assert [(m.record.fold, m.record.member) for m in made] == [
        (fold, member) for fold in range(4) for member in range(6)
    ]
    for member in made:
        assert member.record.epochs == epochs[member.record.fold]
        assert member.log_odds.shape == (len(table.folds.held_out(member.record.fold)),)
    done = [(step.fold, step.member, step.pilot) for step in heard if step.done]
    assert [(f, m) for f, m, pilot in done if pilot] == [(o.fold, o.member) for o in wanted]
    ready = {
        (p.record.fold, p.record.member): p
        for p in with_pilots
        if p.record.epochs == epochs[p.record.fold]
    }
    trained = {(f, m) for f, m, pilot in done if not pilot}
    assert trained.isdisjoint(ready)
    assert len(trained) + len(ready) == len(made)
    again = train_members(
        table, SMALL, 0, 1, [Order(m.record.fold, m.record.member, m.record.epochs) for m in made]
    )
    assert bits(made) == bits(tuple(again))  # a pilot's bits, too
    assert [m.record for m in made] == [m.record for m in again]


def test_the_jobs_do_not_change_a_bit_and_workers_stay_from_pilots_to_members(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    make = workers.ChildProcess.__init__

    def told(self: Any, command: Any, log: Any, name: str, lines: Any) -> None:
        started.append(name)
        make(self, command, log, name, lines)

    monkeypatch.setattr(workers.ChildProcess, "__init__", told)
    recipe = replace(SMALL, many_members=2)
    one, two = (train(data(by_time=True), recipe, 3, jobs).made[0] for jobs in (1, 2))
    assert started == ["training worker 1", "training worker 2"]
    assert bits(one) == bits(two)
    assert [m.record for m in one] == [m.record for m in two]


def test_a_hard_table_is_trained_for_longer_than_one_that_is_learned_at_once() -> None:
    recipe = replace(
        Recipe(), members=2, many_members=2, widths=(64, 64), epochs=12, least_steps=1500,
        column_fractions=(1.0,),
    )  # fmt: skip
    rng, rows = np.random.default_rng(1), 3000
    X = rng.uniform(-2.0, 2.0, size=(rows, 2)).astype(np.float32)
    wave = 6.0 * np.sin(2.0 * X[:, 0]) * np.sin(2.0 * X[:, 1])
    epochs: dict[str, list[int]] = {}
    for name, z in (("line", X[:, 0]), ("wave", wave)):
        y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-z))).astype(np.uint8)
        folds = make_folds(y, 2, 0)
        own = tuple(np.zeros((rows, 0), np.float32) for _ in range(2))
        columns, ones = (np.array([0]), np.array([1])), np.ones(rows, np.float32)
        table = TrainingData(X, own, y.astype(np.float32), ones, folds, columns)
        epochs[name] = [m.record.epochs for m in train(table, recipe, 0, 1).made[0]]
    assert min(epochs["wave"]) > 2 * max(epochs["line"])


def test_the_mean_loss_is_of_members_that_leave_rows_out() -> None:
    made = train(data(by_time=True), replace(SMALL, many_members=1), 0, 1).made[0]
    losses = [m.record.loss for m in made if m.record.fold < 4]
    assert mean_loss(made) == pytest.approx(np.mean(losses))


MIXED = replace(
    SMALL,
    epochs=10,
    column_fractions=(1.0,),
    soft_splits=(SoftMember(trees=4, depth=2), SoftMember(trees=4, depth=2, sparse=True)),
)


@pytest.mark.parametrize("partitions", [1, 2])
def test_every_kind_has_pilots_and_epochs_of_its_own(partitions: int) -> None:
    table, heard = data(partitions=partitions), list[ProgressEvent]()
    made = train(table, MIXED, 0, 1, heard.append).made[0]
    kinds = {(m.record.fold, m.record.member): m.record.kind for m in made}
    pilots = [(step.fold, step.member) for step in heard if step.done and step.pilot]
    for kind in ("mlp", "soft splits", "sparse soft splits"):
        of_kind = [order for order in pilots if kinds[order] == kind]
        assert len({fold % 4 for fold, _ in of_kind}) == len(pilot_folds(table))
        wanted = [Order(*order) for order in of_kind]
        chosen = choose_lengths(table, MIXED, train_members(table, MIXED, 0, 1, wanted))
        ours = [m.record for m in made if m.record.kind == kind]
        assert all(record.epochs == chosen[record.fold].epochs for record in ours)


def test_the_jobs_do_not_change_a_bit_of_soft_splits() -> None:
    one, two = (train(data(), MIXED, 3, jobs).made[0] for jobs in (1, 2))
    assert bits(one) == bits(two)
    assert [m.layout for m in one] == [m.layout for m in two]
    assert [m.record for m in one] == [m.record for m in two]


SLOW = replace(SMALL, epochs=1, learning_rate=1e-3)
"""With so few steps there is more to learn."""


@pytest.mark.parametrize(("by_time", "rate"), [(False, 1e-3), (True, 3e-4)])
def test_members_that_still_learn_get_a_longer_plan(
    by_time: bool, rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pilot, "LATE", EVALUATIONS)  # by time, noise decides where a plan ends
    table, heard = data(by_time=by_time), list[ProgressEvent]()
    recipe = replace(SLOW, learning_rate=rate)
    made = train(table, recipe, 0, 1, heard.append).made[0]
    wanted = [Order(fold, member) for fold in pilot_folds(table) for member in range(PILOTS)]
    of_plan = [
        train_members(table, recipe, 0, 1, [order._replace(times=times) for order in wanted])
        for times in (1, LONGER)
    ]
    lengths = choose_lengths(table, recipe, *of_plan)
    assert LONGER in [length.times for length in lengths]
    pilots = [(step.fold, step.member) for step in heard if step.done and step.pilot]
    assert pilots == 2 * [order[:2] for order in wanted]
    for record in (m.record for m in made):
        length = lengths[record.fold]
        rows = len(table.folds.trained_on(record.fold))
        assert record.planned == recipe.lengthened(length.times).epochs_for(rows)
        assert record.epochs == length.epochs
    alone = [Order(m.record.fold, m.record.member, *lengths[m.record.fold]) for m in made]
    assert bits(made) == bits(tuple(train_members(table, recipe, 0, 1, alone)))


def test_the_jobs_do_not_change_a_bit_of_members_with_a_longer_plan() -> None:
    one, two = (train(data(), SLOW, 3, jobs).made[0] for jobs in (1, 2))
    assert SLOW.lengthened(LONGER).epochs_for(180) in [m.record.planned for m in one]
    assert bits(one) == bits(two)
    assert [m.record for m in one] == [m.record for m in two]


def test_with_a_limit_of_time_no_plan_is_longer() -> None:
    made = train(data(), SLOW, 0, 1, limit=TimeLimit(3600.0)).made[0]
    assert {m.record.planned for m in made} == {SLOW.epochs_for(180)}
