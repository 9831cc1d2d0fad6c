"""How long to train: lengths are tried while they pay, on folds of enough rows."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.training.folds import make_folds
from trueodds.training.pilot import ENOUGH_ROWS, choose_length, pilot_members
from trueodds.training.recipe import Recipe
from trueodds.training.run import train_run
from trueodds.training.workspace import TrainingData


def data(rows: int, hard: bool = False) -> TrainingData:
    """Log-odds that rise with x, or, hard, a wave over (x, y)."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-2.0, 2.0, size=(rows, 2)).astype(np.float32)
    z = 6.0 * np.sin(2.0 * X[:, 0]) * np.sin(2.0 * X[:, 1]) if hard else X[:, 0]
    y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-z))).astype(np.uint8)
    folds = make_folds(y, 5, 0)
    own = tuple(np.zeros((rows, 0), np.float32) for _ in range(5))
    columns = (np.array([0]), np.array([1]))
    return TrainingData(X, own, y.astype(np.float32), np.ones(rows, np.float32), folds, columns)


@pytest.mark.parametrize(("rows", "yes", "folds"), [(50, 25, 5), (2000, 1000, 1), (9000, 200, 3)])
def test_as_many_folds_as_hold_enough_rows_of_the_rarer_label(
    rows: int, yes: int, folds: int
) -> None:
    y = (np.arange(rows) < yes).astype(np.uint8)
    for label in (y, 1 - y):
        table = replace(data(rows), y=label.astype(np.float32), folds=make_folds(label, 5, 0))
        members = pilot_members(table)
        assert members == [(fold, 0) for fold in range(folds)]
        held_out = np.concatenate([table.folds.held_out(fold) for fold, _ in members])
        assert min(y[held_out].sum(), len(held_out) - y[held_out].sum()) >= min(ENOUGH_ROWS, yes)


@pytest.mark.parametrize(("hard", "chosen"), [(False, 1.0), (True, 4.0)])
def test_only_a_table_that_gains_is_trained_for_longer(hard: bool, chosen: float) -> None:
    recipe = replace(
        Recipe(), members=1, widths=(32, 32), epochs=5, least_steps=200, lengths=(1.0, 4.0)
    )
    run = train_run(data(4000, hard), recipe, 0, 1)
    assert run.recipe == replace(recipe, length=chosen)
    planned = recipe.epochs_for(3200) * chosen
    assert max(member.record.epochs for member in run.members) <= planned


def test_pilots_become_members_and_one_length_needs_none() -> None:
    table = data(400)
    recipe = replace(Recipe(), widths=(4,), epochs=1, least_steps=5, lengths=(1.0, 2.0))
    run = train_run(table, recipe, 0, 1)
    chosen, ready = choose_length(table, replace(recipe, lengths=(2.0,)), lambda r, m: [])
    assert (chosen.length, ready) == (2.0, [])
    each = run.recipe.members_for(table.rows_shown)
    assert [(m.record.fold, m.record.member) for m in run.members] == [
        (fold, member) for fold in range(5) for member in range(each)
    ]
