"""All members of all folds, and, asked, all of them again with a cure for what they share."""

from dataclasses import dataclass, replace
from itertools import count

from trueodds.health.cures import Treatment
from trueodds.training.heal import mean_loss, run_changes, treated
from trueodds.training.member import TrainedMember
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
    jobs: int,
    listener: Listener | None = None,
    work: WorkFolder | None = None,
    heal: bool = False,
) -> Run:
    """Train as `train_members`; with ``heal``, train again while members share a curable fault.

    The run with the least mean held-out loss is kept; the result does not depend on ``jobs``.
    """
    number = count()

    def train(using: Recipe) -> list[TrainedMember]:
        return train_members(data, using, seed, jobs, _numbered(listener, next(number)), work)

    return Run(*treated(recipe, train, run_changes, mean_loss, MOST_RUNS if heal else 1))


def _numbered(listener: Listener | None, number: int) -> Listener | None:
    """The listener, told which run of all members this is."""
    return None if listener is None else lambda step: listener(replace(step, run=number))
