"""All members of all folds, and, asked, all of them again with a cure for what they share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from trueodds.health.cures import Treatment
from trueodds.training.heal import mean_loss, run_changes, treated
from trueodds.training.jobs import sensible_jobs
from trueodds.training.member import TrainedMember
from trueodds.training.pilot import choose_length
from trueodds.training.pool import Listener, train_members
from trueodds.training.recipe import Recipe
from trueodds.training.work import WorkFolder
from trueodds.training.workspace import TrainingData

MOST_RUNS = 3
"""Of all members, the first included."""


@dataclass(frozen=True, eq=False)
class Run:
    """The members kept, the recipe that made them, and what was tried on the way."""

    members: list[TrainedMember]
    recipe: Recipe
    treatments: tuple[Treatment, ...]


def train_run(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int | None,
    listener: Listener | None = None,
    work: WorkFolder | None = None,
    heal: bool = False,
) -> Run:
    """Choose how long to train, then train all members of all folds, in order of their folds.

    With ``heal``, train again while members share a curable fault; the run with the least mean
    held-out loss is kept. The result does not depend on ``jobs`` (see `sensible_jobs`).
    """

    def pilot(using: Recipe, members: Sequence[tuple[int, int]]) -> list[TrainedMember]:
        processes = sensible_jobs(jobs, data, using, len(members))
        hears = _telling(listener, pilot=True)
        return train_members(data, using, seed, processes, members, hears, work)

    recipe, ready = choose_length(data, recipe, pilot)
    number = count()
    each = recipe.members_for(data.rows_shown)
    members = [(fold, m) for fold in range(data.folds.count) for m in range(each)]

    def train(using: Recipe) -> list[TrainedMember]:
        hears = _telling(listener, run=next(number))
        mine = ready if using == recipe else []
        processes = sensible_jobs(jobs, data, using, len(members) - len(mine))
        return train_members(data, using, seed, processes, members, hears, work, mine)

    return Run(*treated(recipe, train, run_changes, mean_loss, MOST_RUNS if heal else 1))


def _telling(listener: Listener | None, **more: Any) -> Listener | None:
    """The listener, told these fields of a `Step` too."""
    return None if listener is None else lambda step: listener(replace(step, **more))
