"""A member that fails to learn is cured and trained again; a whole run likewise when asked.

Everything here follows from the record alone, never from the clock: the same seed gives the same
bytes, healed or not, whatever runs beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from trueodds.health.cures import Change, Settings, Treatment, changed, cure
from trueodds.health.findings import KINDS, SEVERITIES
from trueodds.training.evaluations import Progress
from trueodds.training.member import (
    MemberTask,
    TrainedMember,
    base_entropy,
    train_member,
)
from trueodds.training.recipe import Recipe

T = TypeVar("T")

MOST_ATTEMPTS = 3
"""Of one member, the first included."""
SHARE_OF_MEMBERS = 0.5
"""A whole run is treated for faults that at least this share of its members has."""
OF_A_MEMBER = ("start", "learning_rate")
"""What may differ from member to member; the activation is the whole model's."""
OF_A_RUN = ("activation", "start", "learning_rate")
"""Inputs are encoded at scale 1 already: there is nothing to rescale."""


def settings_of(recipe: Recipe) -> Settings:
    """What a cure may change about a recipe."""
    return Settings(recipe.activation, recipe.init, recipe.learning_rate)


@dataclass(frozen=True, eq=False)
class Attempts(Generic[T]):
    """All that was trained, in order, each with the recipe that made it."""

    made: tuple[T, ...]
    recipes: tuple[Recipe, ...]
    treatments: tuple[Treatment, ...]
    """One for every attempt but the first."""

    @property
    def kept(self) -> int:
        """Number of the attempt with the least loss."""
        return max((i + 1 for i, t in enumerate(self.treatments) if t.kept), default=0)


def treated(
    recipe: Recipe,
    train: Callable[[Recipe], T],
    changes_for: Callable[[T, Recipe], tuple[Change, ...]],
    loss: Callable[[T], float],
    most: int,
) -> Attempts[T]:
    """Train, and again with a cure while one is known, at most ``most`` times."""
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
) -> TrainedMember:
    """`train_member`, again with a cure while it fails to learn and a cure is known.

    Faults and attempts are judged by the rows it is trained on alone, so that its forecasts of the
    rows left out stay honest. The attempt with the least training loss is handed back;
    ``record.treatments`` tells of all.
    """

    def train(using: Recipe) -> TrainedMember:
        return train_member(task, using, seed, until, progress)

    def changes_for(trained: TrainedMember, recipe: Recipe) -> tuple[Change, ...]:
        return member_changes(trained, recipe, base_entropy(task))

    tried = treated(recipe, train, changes_for, training_loss, MOST_ATTEMPTS)
    best = tried.made[tried.kept]
    if not tried.treatments:
        return best
    return replace(best, record=replace(best.record, treatments=tried.treatments))


def member_changes(trained: TrainedMember, recipe: Recipe, base_loss: float) -> tuple[Change, ...]:
    """What to change for a member that fails to learn; nothing for any other.

    ``base_loss`` is the log-loss of the base rate of the rows it was trained on, nats.
    """
    found = trained.record.faults_in_training(base_loss)
    if not any(finding.severity == "failure" for finding in found):
        return ()
    return cure(found, settings_of(recipe), OF_A_MEMBER)


def training_loss(trained: TrainedMember) -> float:
    """The last training loss; infinite where it is not a number."""
    losses = trained.record.train_loss
    return losses[-1] if losses and losses[-1] == losses[-1] else float("inf")


def run_changes(trained: Sequence[TrainedMember], recipe: Recipe) -> tuple[Change, ...]:
    """What to change about a whole run: the cure of the warnings that many members share."""
    each = [member.record.findings() for member in trained]
    kinds = [{f.kind for f in found if f.severity != "note"} for found in each]
    shared = [
        finding
        for found in each
        for finding in found
        if sum(finding.kind in of for of in kinds) >= SHARE_OF_MEMBERS * len(each)
        and finding.severity != "note"
    ]
    return cure(shared, settings_of(recipe), OF_A_RUN)


def sentences(trained: Sequence[TrainedMember]) -> tuple[str, ...]:
    """One line for every kind of fault: the worst member's finding, and how many share it."""
    found = [(member.record.title, f) for member in trained for f in member.record.findings()]
    lines = []
    for severity in reversed(SEVERITIES):
        for kind in KINDS:
            of_kind = [(title, f) for title, f in found if (f.kind, f.severity) == (kind, severity)]
            if of_kind and severity != "note":
                title, finding = of_kind[0]
                others = len({t for t, _ in of_kind}) - 1
                also = f" (and {others} other member{'s' if others > 1 else ''})" if others else ""
                lines.append(finding.sentence(title + also))
    return tuple(lines)
