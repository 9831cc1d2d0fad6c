"""How long the members of a table should train: the shortest length that a longer one hardly beats.

Some tables are learned in a few hundred steps, where more only fits noise; others go on giving for
thousands. A few members tell which it is, and the time saved buys more members that see other
columns (`trueodds.training.view`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from trueodds.training.heal import mean_loss
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe
from trueodds.training.workspace import TrainingData

ENOUGH_ROWS = 100
"""Held-out rows of the rarer label that the comparison needs; few rows or few yes: more folds."""
WORTH = 0.01
"""Longer training must lower the held-out loss by this share of it."""

Train = Callable[[Recipe, Sequence[tuple[int, int]]], list[TrainedMember]]
"""Trains the members named by (fold, member) with a recipe."""


def pilot_members(data: TrainingData) -> list[tuple[int, int]]:
    """Return the first members of so many folds that they hold out `ENOUGH_ROWS`."""
    chosen, rows, yes = [], 0, 0
    for fold in range(data.folds.count):
        held_out = data.y[data.folds.held_out(fold)]
        chosen.append((fold, 0))
        rows += len(held_out)
        yes += int(held_out.sum())
        if min(yes, rows - yes) >= ENOUGH_ROWS:
            break
    return chosen


def choose_length(
    data: TrainingData, recipe: Recipe, train: Train
) -> tuple[Recipe, list[TrainedMember]]:
    """Try the recipe's lengths, shortest first, while they pay.

    Returns
    -------
    recipe
        With the chosen `Recipe.length`.
    members
        Those already trained with it.
    """
    lengths = [replace(recipe, length=length) for length in recipe.lengths]
    if len(lengths) == 1:
        return lengths[0], []
    members = pilot_members(data)
    chosen, trained = lengths[0], train(lengths[0], members)
    for longer in lengths[1:]:
        tried = train(longer, members)
        if not mean_loss(tried) < (1.0 - WORTH) * mean_loss(trained):
            break
        chosen, trained = longer, tried
    return chosen, trained
