"""Trains all members of all folds, and on request all of them again with a cure."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count, pairwise
from math import ceil, isfinite
from typing import Any

import numpy as np

from trueodds.errors import UsageError
from trueodds.execution.order import SHORT, Order
from trueodds.execution.pool import train_members
from trueodds.execution.progress import ProgressCallback, ProgressEvent
from trueodds.execution.ray_run import RayRun
from trueodds.execution.time_limit import FOR_PILOTS, TimeLimit, by_rounds, round_of, whole_rounds
from trueodds.execution.work_folder import WorkFolder
from trueodds.execution.workers import Workers
from trueodds.health.cures import Change
from trueodds.machine import cores
from trueodds.training.data import SHIPPED, TrainingData
from trueodds.training.heal import Attempts, run_changes, treated
from trueodds.training.kinds import Member
from trueodds.training.member import TrainedMember
from trueodds.training.pilot import (
    LONGER,
    PILOTS,
    Length,
    choose_lengths,
    pilot_folds,
    still_learning,
)
from trueodds.training.recipe import Recipe

MOST_RUNS = 3
"""Most trainings of all members, the first included."""
WORTH_A_PROCESS = 3e11
"""Floating-point operations, a few seconds of work. For less, to start processes costs more."""

Members = tuple[TrainedMember, ...]
"""All members of all folds, in order of their folds."""


@dataclass(frozen=True, eq=False)
class Training:
    """Where and how a run is trained."""

    data: TrainingData
    seed: int
    jobs: int | None
    callback: ProgressCallback | None = None
    work: WorkFolder | None = None
    limit: TimeLimit | None = None
    ray: RayRun | None = None
    workers: Workers | None = None

    def members(
        self,
        recipe: Recipe,
        orders: list[Order],
        check: ProgressCallback | None = None,
        **news: Any,
    ) -> list[TrainedMember]:
        """Train these members; fewer if ``check`` raises OutOfTimeError.

        ``news`` are further fields of every `ProgressEvent`.
        """

        def report(event: ProgressEvent) -> None:
            if self.callback is not None:
                self.callback(replace(event, **news))
            if check is not None:
                check(event)

        jobs = self.jobs_for(recipe, orders)
        where = (self.work, self.ray, self.workers)
        return train_members(self.data, recipe, self.seed, jobs, orders, report, *where)

    def jobs_for(self, recipe: Recipe, orders: list[Order]) -> int:
        """Return the number of processes for these members, see `sensible_jobs`."""
        if self.ray is not None:
            return sensible_jobs(self.jobs or -1, self.data, recipe, 0)
        planned = recipe.epochs_for(self.data.rows_shown)
        epochs = sum(o.until if o.until > 0 else o.times * planned for o in orders)
        return sensible_jobs(self.jobs, self.data, recipe, epochs)


def train(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int | None,
    callback: ProgressCallback | None = None,
    work: WorkFolder | None = None,
    heal: bool = False,
    limit: TimeLimit | None = None,
    on: str | None = None,
) -> Attempts[Members]:
    """Choose how long to train, then train all members of all folds.

    With ``heal`` all are trained again while members share a fault that has a cure. The result does
    not depend on ``jobs`` (see `sensible_jobs`), nor on ``on``, a Ray cluster that trains the
    members (`trueodds.execution.ray_address.ray_address`). With a limit, what it leaves no time for
    is left out.
    """
    number = count()

    def run(using: Recipe) -> Members:
        return _run(training, using, next(number))

    def changes_for(members: Members, using: Recipe) -> tuple[Change, ...]:
        late = limit is not None and limit.used_up()
        return () if late else run_changes(members, using)

    on_ray = RayRun(on, data, seed, jobs, work) if on else nullcontext()
    with on_ray as ray, Workers(data, seed, work) as workers:
        training = Training(data, seed, jobs, callback, work, limit, ray, workers)
        return treated(recipe, run, changes_for, mean_loss, MOST_RUNS if heal else 1)


def mean_loss(members: Members) -> float:
    """Return the mean held-out loss of the members that leave rows out."""
    return float(np.mean([m.record.loss for m in members if m.record.fold_loss]))


def _run(training: Training, recipe: Recipe, number: int) -> Members:
    data = training.data
    orders = orders_for(data, recipe, [1] * data.folds.count)
    kinds = {o: Member.of(recipe, data.turn(o.fold, o.member)).name for o in orders}
    pilots = _trained_pilots(training, recipe, kinds, number)
    lengths = {
        kind: choose_lengths(data, recipe, [p for p in pilots if p.record.kind == kind])
        for kind in sorted({pilot.record.kind for pilot in pilots})
    }
    longer = _longer_pilots(training, recipe, kinds, lengths, number)
    for kind in {pilot.record.kind for pilot in longer}:
        both = ([p for p in plan if p.record.kind == kind] for plan in (pilots, longer))
        lengths[kind] = choose_lengths(data, recipe, *both)
    planned = {(o.fold, o.member) for o in orders if kinds[o] in lengths}
    orders = whole_rounds(orders, planned, data)
    orders = [_of_length(order, lengths[kinds[order]][order.fold]) for order in orders]
    # A pilot that ran for as many epochs as its fold's members is one of them.
    ready = {
        (pilot.record.fold, pilot.record.member): replace(pilot, curve=pilot.curve[:, :0])
        for times, of_plan in ((1, pilots), (LONGER, longer))
        for pilot in of_plan
        if (pilot.record.epochs, times) == lengths[pilot.record.kind][pilot.record.fold]
    }
    rest = [order for order in orders if (order.fold, order.member) not in ready]
    check = None
    if training.limit is not None:
        rest = by_rounds(rest, training.data)
        check = training.limit.watch([o for o in rest if round_of(o, data.folds) == 0])
    trained = training.members(recipe, rest, check, run=number)
    made = {**ready, **{(m.record.fold, m.record.member): m for m in trained}}
    kept = whole_rounds(orders, set(made), training.data)
    return tuple(made[order.fold, order.member] for order in kept)


def _trained_pilots(
    training: Training, recipe: Recipe, kinds: dict[Order, str], number: int
) -> list[TrainedMember]:
    """The pilots of all kinds, or with a limit of those that it leaves time for.

    With a limit the pilots that the first round needs come first, and each pilot has the time that
    is left divided by the turns that these and the first round take. So the round ends in time,
    unless an epoch of each takes longer.
    """
    wanted, limit = _pilots(training.data, kinds), training.limit
    if limit is None:
        return training.members(recipe, wanted, run=number, pilot=True)
    kind = {(order.fold, order.member): kinds[order] for order in kinds}
    first = [order for order in kinds if round_of(order, training.data.folds) == 0]
    places = {(o.fold, kind[o.fold, o.member]): o for o in reversed(wanted)}
    of_first = {kinds[order] for order in first}
    needed = sorted(o for (_, of), o in places.items() if of in of_first)
    jobs = training.jobs_for(recipe, needed)
    seconds = limit.left() / (ceil(len(needed) / jobs) + ceil(len(first) / jobs))
    ordered = [*needed, *(order for order in wanted if order not in needed)]
    short = [order._replace(until=SHORT, seconds=seconds) for order in ordered]
    check = limit.watch(needed, FOR_PILOTS)
    made = training.members(recipe, short, check, run=number, pilot=True)
    limit.shortened |= any(_ended_by_time(pilot, recipe) for pilot in made)
    there = {(pilot.record.fold, pilot.record.kind) for pilot in made}
    lacking = {of for fold, of in places if (fold, of) not in there}
    return [pilot for pilot in made if pilot.record.kind not in lacking]


def _longer_pilots(
    training: Training,
    recipe: Recipe,
    kinds: dict[Order, str],
    lengths: dict[str, list[Length]],
    number: int,
) -> list[TrainedMember]:
    """Pilots with a longer plan, of the kinds that still learn; none with a limit of time."""
    late = {
        kind for kind, chosen in lengths.items() if still_learning(training.data, recipe, chosen)
    }
    if training.limit is not None or not late:
        return []
    of_late = {order: kind for order, kind in kinds.items() if kind in late}
    wanted = [order._replace(times=LONGER) for order in _pilots(training.data, of_late)]
    return training.members(recipe, wanted, run=number, pilot=True)


def _of_length(order: Order, length: Length) -> Order:
    return order._replace(until=length.epochs, times=length.times)


def _ended_by_time(pilot: TrainedMember, recipe: Recipe) -> bool:
    """Whether a pilot ended before its last epoch, and not by the patience."""
    record = pilot.record
    best = record.at[int(np.argmin(record.fold_loss))]
    patient = record.epochs - best <= recipe.patience * record.planned
    return record.epochs < record.planned and patient and isfinite(record.loss)


def _pilots(data: TrainingData, kinds: dict[Order, str]) -> list[Order]:
    """The first members of every kind in the folds that choose, or in those of another partition.

    ``kinds`` names the kind of every member.
    """
    choosing = pilot_folds(data)
    chosen: list[Order] = []
    for kind in dict.fromkeys(kinds.values()):
        of_kind = [order for order in kinds if kinds[order] == kind]
        filled = {order.fold for order in of_kind}
        for fold in choosing:
            others = range(fold, data.folds.held, data.folds.each)
            found = next((other for other in others if other in filled), None)
            first = [order for order in of_kind if order.fold == found][:PILOTS]
            chosen += [Order(order.fold, order.member) for order in first]
    return chosen


def orders_for(data: TrainingData, recipe: Recipe, epochs: list[int]) -> list[Order]:
    """Return the members of all folds, with their epochs.

    A fold whose members are the whole model has `SHIPPED` times as many.
    """
    folds = data.folds
    each = max(1, recipe.members_for(data.rows_shown) // folds.partitions)
    return [
        Order(fold, member, epochs[fold])
        for fold in range(folds.count)
        for member in range(each if fold < folds.held else SHIPPED * each)
    ]


def left_out_notes(
    limit: TimeLimit | None, members: Members, data: TrainingData, recipe: Recipe
) -> tuple[str, ...]:
    """A sentence about what the limit left no time for, and whether it was exceeded, if so."""
    if limit is None:
        return ()
    planned = len(orders_for(data, recipe, [1] * data.folds.count))
    return limit.notes(planned - len(members), planned)


def sensible_jobs(jobs: int | None, data: TrainingData, recipe: Recipe, epochs: int) -> int:
    """Return the number of processes for so many epochs of all members together.

    Parameters
    ----------
    jobs
        That number, −1 for all cores, or None: all cores if the work is worth it, else 1.

    Raises
    ------
    UsageError
        If ``jobs`` is 0 or below −1.
    """
    if jobs is not None:
        if jobs == 0 or jobs < -1:
            raise UsageError(f"jobs must be a positive number, or -1 for all cores, got {jobs}")
        return cores() if jobs == -1 else jobs
    sizes = (data.width, *recipe.widths, 1)
    weights = sum(a * b for a, b in pairwise(sizes))
    return cores() if 6.0 * weights * data.rows_shown * epochs > WORTH_A_PROCESS else 1
