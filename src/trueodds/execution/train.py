"""Trains all members of all folds, and on request all of them again with a cure."""

from dataclasses import dataclass, replace
from itertools import count, pairwise
from typing import Any

import numpy as np

from trueodds.errors import UsageError
from trueodds.execution.pool import Order, ProgressCallback, train_members
from trueodds.execution.work_folder import WorkFolder
from trueodds.machine import cores
from trueodds.training.data import SHIPPED, TrainingData
from trueodds.training.heal import Attempts, run_changes, treated
from trueodds.training.kinds import Member
from trueodds.training.member import TrainedMember
from trueodds.training.pilot import PILOTS, choose_epochs, pilot_folds
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

    def members(self, recipe: Recipe, orders: list[Order], **news: Any) -> list[TrainedMember]:
        """Train these members; ``news`` are further fields of every `ProgressEvent`."""
        callback = self.callback
        report = None if callback is None else lambda event: callback(replace(event, **news))
        planned = recipe.epochs_for(self.data.rows_shown)
        epochs = sum(order.until or planned for order in orders)
        jobs = sensible_jobs(self.jobs, self.data, recipe, epochs)
        return train_members(self.data, recipe, self.seed, jobs, orders, report, self.work)


def train(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int | None,
    callback: ProgressCallback | None = None,
    work: WorkFolder | None = None,
    heal: bool = False,
) -> Attempts[Members]:
    """Choose how long to train, then train all members of all folds.

    With ``heal`` all are trained again while members share a fault that has a cure. The result does
    not depend on ``jobs`` (see `sensible_jobs`).
    """
    training = Training(data, seed, jobs, callback, work)
    number = count()

    def run(using: Recipe) -> Members:
        return _run(training, using, next(number))

    return treated(recipe, run, run_changes, mean_loss, MOST_RUNS if heal else 1)


def mean_loss(members: Members) -> float:
    """Return the mean held-out loss of the members that leave rows out."""
    return float(np.mean([m.record.loss for m in members if m.record.fold_loss]))


def _run(training: Training, recipe: Recipe, number: int) -> Members:
    data = training.data
    orders = orders_for(data, recipe, [1] * data.folds.count)
    kinds = {o: Member.of(recipe, data.turn(o.fold, o.member)).name for o in orders}
    pilots = training.members(recipe, _pilots(data, kinds), run=number, pilot=True)
    epochs = {
        kind: choose_epochs(data, recipe, [p for p in pilots if p.record.kind == kind])
        for kind in sorted({*kinds.values()})
    }
    orders = [order._replace(until=epochs[kinds[order]][order.fold]) for order in orders]
    # A pilot that ran for as many epochs as its fold's members is one of them.
    ready = {
        (pilot.record.fold, pilot.record.member): replace(pilot, log_odds=pilot.log_odds[-1:])
        for pilot in pilots
        if pilot.record.epochs == epochs[pilot.record.kind][pilot.record.fold]
    }
    rest = [order for order in orders if (order.fold, order.member) not in ready]
    made = dict(zip(rest, training.members(recipe, rest, run=number), strict=True))
    return tuple(made[o] if o in made else ready[o.fold, o.member] for o in orders)


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
