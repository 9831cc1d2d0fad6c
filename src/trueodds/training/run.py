"""All members of all folds, and, asked, all of them again with a cure for what they share."""

from dataclasses import dataclass, replace

from trueodds.health.cures import Treatment
from trueodds.training.heal import changed_recipe, mean_loss, run_changes
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
    best = Run(train_members(data, recipe, seed, jobs, listener, work), recipe, ())
    latest, treatments = best, []
    for number in range(1, MOST_RUNS if heal else 1):
        changes = run_changes(latest.members, latest.recipe)
        if not changes:
            break
        cured = changed_recipe(latest.recipe, changes)
        again = _numbered(listener, number)
        latest = Run(train_members(data, cured, seed, jobs, again, work), cured, ())
        before, after = mean_loss(best.members), mean_loss(latest.members)
        treatments.append(Treatment(changes, before, after, kept=after < before))
        best = latest if after < before else best
    return Run(best.members, best.recipe, tuple(treatments))


def _numbered(listener: Listener | None, number: int) -> Listener | None:
    """The listener, told that this is another run of all members."""
    return None if listener is None else lambda step: listener(replace(step, run=number))
