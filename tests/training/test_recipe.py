"""What a recipe makes of a table's size."""

import pytest

from trueodds.errors import UsageError
from trueodds.training.recipe import EFFORTS, recipe_for


@pytest.mark.parametrize("effort", EFFORTS)
def test_few_rows_get_more_members_and_more_epochs(effort: str) -> None:
    recipe = recipe_for(effort)
    few, many = 200, 100_000
    assert recipe.members_for(few) > recipe.members_for(many) == recipe.members
    assert recipe.epochs_for(few) > recipe.epochs_for(many) == recipe.epochs
    assert recipe.batch(many) == recipe.largest_batch
    assert recipe.batch(few) * 12 <= few
    steps = recipe.epochs_for(few) * (few // recipe.batch(few))
    assert recipe.least_steps <= steps < 2 * recipe.least_steps


@pytest.mark.parametrize("effort", EFFORTS)
def test_few_rows_get_a_stronger_decay_whose_memory_in_epochs_is_bounded(effort: str) -> None:
    recipe = recipe_for(effort)
    assert recipe.decay_for(100_000) == recipe.decay
    decays = [recipe.decay_for(rows) for rows in (20, 120, 400, 1500, 100_000)]
    assert decays == sorted(decays, reverse=True)
    assert decays[0] == recipe.most_decay
    for rows in (120, 400, 1500, 6000):
        steps = rows // recipe.batch(rows)
        memory = 1.0 / (recipe.learning_rate * recipe.decay_for(rows) * steps)
        assert memory <= recipe.forgetting * 1.001


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(UsageError, match="quick, standard, best"):
        recipe_for("utmost")
