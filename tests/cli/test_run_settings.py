"""A run is resumed only if nothing on which its members depend has changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from trueodds.cli.fit_job import FitJob
from trueodds.cli.run_settings import run_settings
from trueodds.training.recipe import recipe_for

JOB = FitJob(Path("a.csv"), "y", Path("a.odds"), None)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"target": "z"},
        {"drop": ("a",)},
        {"weight": "w"},
        {"group": "g"},
        {"time": "t"},
    ],
)
def test_what_changes_the_members_changes_the_settings(change: dict[str, object]) -> None:
    recipe = recipe_for("quick")
    before, after = (
        run_settings(JOB, recipe, "0"),
        run_settings(replace(JOB, **change), recipe, "0"),
    )
    assert [name for name in before if before[name] != after[name]] == [f"--{next(iter(change))}"]


def test_jobs_memory_and_places_do_not_change_the_settings() -> None:
    recipe = recipe_for("quick")
    other = replace(JOB, out=Path("b.odds"), report=Path("b.html"), jobs=2, memory=10**9)
    other = replace(other, time_limit=60.0, heal=True, on="ray")
    assert run_settings(JOB, recipe, "0") == run_settings(other, recipe, "0")


def test_another_recipe_or_table_is_noticed_and_a_pipe_is_never_the_same() -> None:
    quick = run_settings(JOB, recipe_for("quick"), "0")
    assert quick != run_settings(JOB, recipe_for("best"), "0")
    assert quick != run_settings(JOB, recipe_for("quick"), "1")
    pipes = [run_settings(JOB, recipe_for("quick"), "")["the table"] for _ in range(2)]
    assert pipes[0] != pipes[1]
