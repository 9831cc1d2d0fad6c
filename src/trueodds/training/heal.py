"""Cures: a member that fails to learn is trained again with other settings; so is a whole run.

A whole run is cured only on request. All choices depend on the records alone, never on the clock:
one seed gives the same bytes, with and without cures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from trueodds.health.cures import Change, Settings, Treatment, changed, cure
from trueodds.training.evaluations import Progress
from trueodds.training.faults import faults
from trueodds.training.member import MemberTask, TrainedMember, base_entropy
from trueodds.training.member_run import train_member
from trueodds.training.recipe import Recipe

T = TypeVar("T")

MOST_ATTEMPTS = 3
"""Most attempts at one member, with the first."""
FRACTION_OF_MEMBERS = 0.5
"""A whole run is cured of faults that at least this fraction of its members has."""
OF_A_MEMBER = ("init", "learning_rate")
"""Settings that may differ between members; all members have the same activation."""
OF_A_RUN = ("activation", "init", "learning_rate")
"""Settings that a cure of a whole run may change; the encoded inputs need no scaling."""


def settings_of(recipe: Recipe) -> Settings:
    """The settings of a recipe that a cure may change."""
    return Settings(recipe.activation, recipe.init, recipe.learning_rate)


@dataclass(frozen=True, eq=False)
class Attempts(Generic[T]):
    """All that was trained, in order, with the recipe of each."""

    made: tuple[T, ...]
    recipes: tuple[Recipe, ...]
    treatments: tuple[Treatment, ...]
    """One for every attempt after the first."""

    @property
    def kept(self) -> int:
        """Number of the attempt with the least loss, from 0."""
        return max((i + 1 for i, t in enumerate(self.treatments) if t.kept), default=0)


def treated(
    recipe: Recipe,
    train: Callable[[Recipe], T],
    changes_for: Callable[[T, Recipe], tuple[Change, ...]],
    loss: Callable[[T], float],
    most: int,
) -> Attempts[T]:
    """Train, and train again while there is a cure, at most ``most`` times.

    Parameters
    ----------
    recipe
        Of the first attempt.
    train
        Makes an attempt from a recipe.
    changes_for
        Changes that cure an attempt; empty if there are none.
    loss
        Of an attempt; lower is better.
    most
        Most attempts, with the first.
    """
    made, recipes, treatments = [train(recipe)], [recipe], list[Treatment]()
    least = loss(made[0])
    for _ in range(most - 1):
        changes = changes_for(made[-1], recipes[-1])
        if not changes:
            break
        recipes.append(changed(recipes[-1], changes))
        made.append(train(recipes[-1]))
        after = loss(made[-1])
        treatments.append(Treatment(changes, least, after, kept=after < least))
        least = min(least, after)
    return Attempts(tuple(made), tuple(recipes), tuple(treatments))


def train_with_care(
    task: MemberTask,
    recipe: Recipe,
    seed: int,
    until: int | None = None,
    progress: Progress | None = None,
    seconds: float = 0.0,
) -> TrainedMember:
    """`train_member`, and again with a cure while the member fails to learn.

    Only the training rows decide about faults and attempts: labels of the rows left out do not
    influence their own forecasts. Parameters are those of `train_member`.

    Returns
    -------
    TrainedMember
        The attempt with the least training loss; ``record.treatments`` holds all attempts.
    """

    def train(using: Recipe) -> TrainedMember:
        return train_member(task, using, seed, until, progress, seconds)

    def changes_for(trained: TrainedMember, recipe: Recipe) -> tuple[Change, ...]:
        return member_changes(trained, recipe, base_entropy(task))

    tried = treated(recipe, train, changes_for, training_loss, MOST_ATTEMPTS)
    best = tried.made[tried.kept]
    if not tried.treatments:
        return best
    return replace(best, record=replace(best.record, treatments=tried.treatments))


def member_changes(trained: TrainedMember, recipe: Recipe, base_loss: float) -> tuple[Change, ...]:
    """Changes for a member that fails to learn; empty for any other.

    ``base_loss`` is the log-loss of the base rate of the member's training rows, nats.
    """
    found = trained.record.faults_in_training(base_loss)
    if not any(finding.severity == "failure" for finding in found):
        return ()
    return cure(found, settings_of(recipe), OF_A_MEMBER)


def training_loss(trained: TrainedMember) -> float:
    """The last training loss, nats; infinite if it is NaN or there is none."""
    losses = trained.record.train_loss
    return losses[-1] if losses and losses[-1] == losses[-1] else float("inf")


def run_changes(trained: Sequence[TrainedMember], recipe: Recipe) -> tuple[Change, ...]:
    """Changes for a whole run: the cure of the warnings that many members have."""
    each = [member.record.findings() for member in trained]
    kinds = [{f.kind for f in found if f.severity != "note"} for found in each]
    shared = [
        finding
        for found in each
        for finding in found
        if sum(finding.kind in of for of in kinds) >= FRACTION_OF_MEMBERS * len(each)
        and finding.severity != "note"
    ]
    return cure(shared, settings_of(recipe), OF_A_RUN)


def fault_messages(trained: Sequence[TrainedMember]) -> tuple[str, ...]:
    """One message for every kind of fault: one member's finding, and how many more have it.

    Failures come first, then warnings; notes have no message.
    """
    return tuple(fault.message for fault in faults([member.record for member in trained]))
