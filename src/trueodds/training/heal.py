"""A member that fails to learn is cured and trained again; a whole run likewise when asked.

Everything here follows from the record alone, never from the clock: the same seed gives the same
bytes, healed or not, whatever runs beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from trueodds.health.cures import Change, Settings, Treatment, changed, cure
from trueodds.health.findings import KINDS, SEVERITIES
from trueodds.training.member import MemberTask, Progress, TrainedMember, train_member
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
    return Settings(recipe.activation, recipe.start, recipe.learning_rate)


def treated(
    recipe: Recipe,
    train: Callable[[Recipe], T],
    changes_for: Callable[[T, Recipe], tuple[Change, ...]],
    loss: Callable[[T], float],
    most: int,
) -> tuple[T, Recipe, tuple[Treatment, ...]]:
    """Train, and again with a cure while one is known, at most ``most`` times.

    Returns
    -------
    what was trained with the least loss, its recipe, and all that was tried in order
    """
    best = latest = train(recipe)
    kept = using = recipe
    treatments = []
    for _ in range(most - 1):
        changes = changes_for(latest, using)
        if not changes:
            break
        using = changed(using, changes)
        latest = train(using)
        before, after = loss(best), loss(latest)
        treatments.append(Treatment(changes, before, after, kept=after < before))
        if after < before:
            best, kept = latest, using
    return best, kept, tuple(treatments)


def train_with_care(
    task: MemberTask, recipe: Recipe, seed: int, progress: Progress | None = None
) -> TrainedMember:
    """`train_member`, again with a cure while it fails to learn and a cure is known.

    The attempt with the least held-out loss is handed back; ``record.treatments`` tells of all.
    """

    def train(using: Recipe) -> TrainedMember:
        return train_member(task, using, seed, progress)

    best, _, treatments = treated(recipe, train, member_changes, least_loss, MOST_ATTEMPTS)
    if not treatments:
        return best
    return replace(best, record=replace(best.record, treatments=treatments))


def member_changes(trained: TrainedMember, recipe: Recipe) -> tuple[Change, ...]:
    """What to change for a member that fails to learn; nothing for any other."""
    found = trained.record.findings()
    if not any(finding.severity == "failure" for finding in found):
        return ()
    return cure(found, settings_of(recipe), OF_A_MEMBER)


def least_loss(trained: TrainedMember) -> float:
    """The held-out loss of the weights kept, rounded as the record keeps it."""
    finite = [loss for loss in trained.record.fold_loss if loss == loss]
    return float(min(finite, default=float("inf")))


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


def mean_loss(trained: Sequence[TrainedMember]) -> float:
    """Mean over members of the held-out loss."""
    return sum(least_loss(member) for member in trained) / len(trained)


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
