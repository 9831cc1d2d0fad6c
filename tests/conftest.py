"""Shared by all tests: a recipe small enough for a test, the same code path as the real one."""

from dataclasses import replace

import pytest

from trueodds.training.recipe import Recipe

TINY = replace(
    Recipe(),
    folds=2,
    members=1,
    many_members=1,
    lengths=(1.0,),
    widths=(8,),
    epochs=2,
    least_steps=20,
)


@pytest.fixture
def tiny_recipe(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Every effort trains the tiny recipe."""
    for user in ("trueodds.main_job", "trueodds.cli.fit"):
        monkeypatch.setattr(f"{user}.recipe_for", lambda effort: TINY)
    return TINY
