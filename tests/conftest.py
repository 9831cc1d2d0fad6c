"""Shared by all tests: a recipe small enough for a test, the same code path as the real one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import settings

from trueodds.array_store import Store
from trueodds.columns import read_target
from trueodds.columns.describe import Table, describe
from trueodds.ensemble.ensemble import Ensemble, combine
from trueodds.execution.train import Members, train
from trueodds.table import as_frame
from trueodds.training.heal import Attempts
from trueodds.training.prepare import Prepared, prepare
from trueodds.training.recipe import Recipe

# A busy machine is slow now and then; no test asserts a time. Each run draws other examples: a few
# of them in each run find as much over many runs.
settings.register_profile("any speed", deadline=None, max_examples=40)
settings.load_profile("any speed")

TINY = replace(
    Recipe(),
    folds=2,
    members=1,
    many_members=1,
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


@dataclass(frozen=True)
class Stages:
    """What each stage of the main job hands on, for a table of 400 rows."""

    recipe: Recipe
    table: Table
    prepared: Prepared
    attempts: Attempts[Members]
    ensemble: Ensemble


@cache
def _stages(kind: str, labels: str) -> Stages:
    rng, rows = np.random.default_rng(5), 400
    x, noise, town = rng.normal(size=rows), rng.normal(size=rows), rng.integers(0, 9, rows)
    begun = np.datetime64("2023-01-01") + rng.integers(0, 400, rows)
    z = 0.0 if labels == "noise" else 2.0 * x - (town > 5)
    answer = rng.random(rows) < 1.0 / (1.0 + np.exp(-z))
    columns = {
        "x": np.where(rng.random(rows) < 0.1, np.nan, x),
        "noise": noise,
        "town": [f"town {t}" for t in town],
        "begun": begun,
        "ended": begun + rng.integers(1, 30, rows),
        "y": np.where(answer, "yes", "no"),
    }
    frame = as_frame(pl.DataFrame(columns))
    target = read_target(frame.column("y"), name="y")
    store = Store()
    table = describe(
        frame.without(["y"]),
        target,
        weight=rng.uniform(0.5, 1.5, rows) if kind == "weighted" else None,
        groups=rng.permutation(np.arange(rows) // 4) if kind == "groups" else None,
        time=rng.permutation(np.arange(float(rows))) if kind == "time" else None,
        drop=(),
        keep=store.keep,
    )
    # Batches as large as the largest leave one partition.
    recipe = replace(
        Recipe(), folds=4, members=3, many_members=6, widths=(16, 16), epochs=3, least_steps=150,
        largest_batch=16 if kind == "one" else 256, prune_loss=0.0,
    )  # fmt: skip
    prepared = prepare(table, recipe, 0, store)
    attempts = train(prepared.data, recipe, 0, 1)
    ensemble = combine(attempts.made, prepared.data, table.y, table.sample_weight)
    return Stages(recipe, table, prepared, attempts, ensemble)


@pytest.fixture(scope="session")
def stages() -> Callable[..., Stages]:
    """``stages(kind, labels)``; kinds are one (partition), two, groups, weighted and time."""
    return lambda kind, labels="signal": _stages(kind, labels)
