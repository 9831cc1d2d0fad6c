"""What a recipe makes of a table's size."""

import pytest

from trueodds.errors import UsageError
from trueodds.training.recipe import EFFORTS, recipe_for


@pytest.mark.parametrize("effort", EFFORTS)
def test_few_rows_get_more_networks_and_more_epochs(effort: str) -> None:
    recipe = recipe_for(effort)
    few, many = 200, 100_000
    assert (recipe.folds_for(many), recipe.members_for(many)) == (recipe.folds, recipe.members)
    networks = [recipe.folds_for(rows) * recipe.members_for(rows) for rows in (few, many)]
    assert networks[0] > networks[1]
    assert recipe.epochs_for(few) > recipe.epochs_for(many) == recipe.epochs
    assert recipe.batch(many) == recipe.largest_batch
    assert recipe.batch(few) * 12 <= few
    steps = recipe.epochs_for(few) * (few // recipe.batch(few))
    assert recipe.least_steps <= steps < 2 * recipe.least_steps


@pytest.mark.parametrize("effort", EFFORTS)
def test_the_fewer_rows_the_stronger_the_decay_within_bounds(effort: str) -> None:
    recipe = recipe_for(effort)
    decays = [recipe.decay_for(rows) for rows in (1, 90, 200, 800, 2000, 3000, 8192)]
    assert decays == sorted(decays, reverse=True)
    assert decays[0] == decays[1] == recipe.weight_decay * recipe.most_decay
    assert decays[2] == pytest.approx(2.0 * decays[3])
    assert decays[-2] == decays[-1] == recipe.weight_decay
    assert recipe.decay_for(10 * recipe.many_rows) == pytest.approx(recipe.weight_decay / 10.0)
    assert recipe.decay_for(1_000_000, decay=1.0) == 1.0


@pytest.mark.parametrize("effort", EFFORTS)
def test_work_is_bounded_however_many_the_rows(effort: str) -> None:
    recipe = recipe_for(effort)
    million, more = 10**6, 10**8
    assert recipe.epochs_for(million) == recipe.epochs_for(more) == recipe.epochs
    assert recipe.epoch_rows < million


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(UsageError, match="quick, standard, best"):
        recipe_for("utmost")
