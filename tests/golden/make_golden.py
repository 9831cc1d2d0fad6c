"""Makes the golden files. Run once for a format; what it wrote must hold in every later version.

    python tests/golden/make_golden.py NEW_FOLDER

Existing files are never overwritten: a scorer that gives other bits for them is wrong.
"""

import json
import struct
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import trueodds.main_job as main_job
from exact_reference import reference_log_odds
from trueodds.columns import read_target
from trueodds.model import Model
from trueodds.model.fixed import FixedLayer, FixedNetworks, Grid, Member, require_exact
from trueodds.model.model import probability
from trueodds.network.activations import ACTIVATIONS
from trueodds.table import as_frame
from trueodds.training.recipe import Recipe, SoftMember

ROWS = 400


def table(rng: np.random.Generator) -> pl.DataFrame:
    """A small messy table with every kind of column."""
    x = rng.normal(size=ROWS) * 10.0
    town = rng.integers(0, 14, ROWS)
    begun = np.datetime64("2021-03-05T10:30:00") + rng.integers(0, 4000, ROWS) * np.timedelta64(
        7, "h"
    )
    z = 0.2 * x + (town > 9) - 0.5
    return pl.DataFrame(
        {
            "amount": np.where(rng.random(ROWS) < 0.1, np.nan, x).round(3),
            "skewed": np.where(rng.random(ROWS) < 0.6, 0.0, rng.lognormal(3, 2, ROWS)).round(2),
            "count": rng.integers(0, 6, ROWS),
            "town": [None if t == 13 else f"town {t}" for t in town],
            "colour": rng.choice(["red", "green", "blue"], ROWS),
            "member": rng.choice(["yes", "no"], ROWS),
            "begun": [str(b).replace("T", " ") for b in begun],
            "ended": (begun + rng.integers(1, 5000, ROWS) * np.timedelta64(11, "m")).astype(
                "M8[us]"
            ),
            "y": np.where(rng.random(ROWS) < 1.0 / (1.0 + np.exp(-z)), "yes", "no"),
            "limit": np.where(rng.random(ROWS) < 0.05, np.nan, rng.integers(0, 15, ROWS) * 50.0),
        }
    )


def crossed_table(rng: np.random.Generator) -> pl.DataFrame:
    """A small table whose answer lies in codes and in columns together."""
    code = rng.integers(0, 60, ROWS) * 7
    x, z = rng.normal(size=(2, ROWS))
    town = rng.integers(0, 5, ROWS)
    log_odds = 2.0 * np.sign(x * z) + 2.0 * (code % 2) + 1.5 * (town == 2) * np.sign(z) - 1.0
    return pl.DataFrame(
        {
            "code": [None if c == 0 else c for c in code],
            "x": np.where(rng.random(ROWS) < 0.05, np.nan, x).round(2),
            "town": [None if t == 4 else f"town {t}" for t in town],
            "z": z.round(2),
            "y": np.where(rng.random(ROWS) < 1.0 / (1.0 + np.exp(-log_odds)), "yes", "no"),
        }
    )


def crossed_rows(data: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of that table, and cells that are in none of its levels or bins."""
    kept = data.drop("y").head(24).to_dicts()
    odd: list[dict[str, Any]] = [
        {"code": 8, "town": "elsewhere"},
        {"code": 7.5, "x": None},
        {"code": -1e300, "x": float("inf"), "z": float("-inf")},
        {"code": None, "x": None, "town": None, "z": None},
        {"code": 1e300, "town": "", "z": 5e-324},
    ]
    return kept + [{**kept[i], **change} for i, change in enumerate(odd)]


def rows(data: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of the table, and such as no table should hold."""
    usual = data.drop("y").with_columns(pl.col("ended").dt.to_string("%Y-%m-%d %H:%M:%S"))
    kept = usual.head(24).to_dicts()
    odd: list[dict[str, Any]] = [
        {"amount": float("inf"), "skewed": -1e308, "count": 99, "town": "elsewhere", "colour": "?"},
        {"amount": float("-inf"), "skewed": 1e308, "count": -1, "town": None, "colour": None},
        {"amount": 5e-324, "skewed": float("nan"), "count": None, "town": "", "colour": "red"},
        {"member": None, "begun": None, "ended": "1969-12-31 23:59:59"},
        {"member": "maybe", "begun": "0001-01-01 00:00:00", "ended": None},
        {"begun": "9999-12-31 23:59:59", "ended": "2024-02-29 12:00:00"},
    ]
    return kept + [{**kept[i], **change} for i, change in enumerate(odd)]


def fitted(data: pl.DataFrame, recipe: Recipe) -> Model:
    """A model of the table by the main job."""
    main_job.recipe_for = lambda effort: recipe  # type: ignore[assignment]
    frame = as_frame(data)
    target = read_target(frame.column("y"), name="y")
    return main_job.learn(frame.without(["y"]), target, jobs=1).model


def edges(model: Model, rng: np.random.Generator) -> Model:
    """The same model with networks on grids so coarse that ties and clamps are common."""
    grids = (Grid(2, 7), Grid(1, 30), Grid(1, 25))
    members = []
    for number, old in enumerate(model.networks.members):
        sizes = (old.sizes[0], 6, 5, 1)
        layers = []
        for index, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            scale = (12, 12, 500)[index]
            shift = (3, 3, 2 - 4 * (number % 2))[index]
            layers.append(
                FixedLayer(
                    rng.integers(-scale, scale + 1, (fan_in, fan_out)).astype(np.int16),
                    rng.integers(-scale, scale + 1, fan_out).astype(np.int64),
                    np.full(fan_out, shift, dtype=np.int16),
                )
            )
        members.append(Member(old.fold, tuple(layers)))
    networks = FixedNetworks("relu", grids, tuple(members))
    require_exact(networks)
    rates = tuple(
        tuple(replace(t, log_odds=(t.log_odds * 8.0).astype(np.float32)) for t in tables)
        for tables in model.target_encodings
    )
    return replace(model, networks=networks, target_encodings=rates)


def soft_edges(model: Model, rng: np.random.Generator) -> Model:
    """The same model with soft splits alone: a tree of gates of exactly ½, outputs clamped."""
    grids, shares = (Grid(2, 7),), Grid(2, 4)
    members = []
    for number, old in enumerate(model.networks.members):
        depth, trees = 1 + number % 3, 4
        leaf_scale, leaf_shift = ((500, -2), (500, 3))[number % 2]
        steep = np.arange(trees * depth) % trees > 0
        gates = FixedLayer(
            (rng.integers(-6, 7, (old.sizes[0], len(steep))) * steep).astype(np.int16),
            (4 * rng.integers(-3, 4, len(steep)) * steep).astype(np.int64),
            np.full(len(steep), 4, dtype=np.int16),
        )
        leaves = FixedLayer(
            rng.integers(-leaf_scale, leaf_scale + 1, (trees << depth, 1)).astype(np.int16),
            rng.integers(-99, 100, 1).astype(np.int64),
            np.full(1, leaf_shift, dtype=np.int16),
        )
        members.append(Member(old.fold, (gates, leaves), depth))
    networks = FixedNetworks("relu", grids, tuple(members), shares)
    require_exact(networks)
    return replace(model, networks=networks)


def expected(model: Model, cells: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Bits by the reference in exact whole numbers, which the scorer must share."""
    found = np.array(reference_log_odds(model, model.read(cells)))
    assert found.tobytes() == model.log_odds(cells).tobytes()
    chance = probability(found)
    return [
        {"log_odds": struct.pack(">d", z).hex(), "probability": struct.pack(">d", p).hex()}
        for z, p in zip(found, chance, strict=True)
    ]


def main(folder: Path) -> None:
    """Write one model for each activation and one of edge cases, with their rows and bits."""
    rng = np.random.default_rng(20261124)
    data = table(rng)
    recipe = replace(
        Recipe(),
        folds=3,
        members=1,
        many_members=1,
        widths=(12, 8),
        dropout=0.2,
        learning_rate=2e-3,
        weight_decay=0.1,
        epochs=8,
        least_steps=200,
    )
    models = {a: fitted(data, replace(recipe, activation=a)) for a in ACTIVATIONS}
    models["pieces"] = models["relu"]
    models["edges"] = edges(models["relu"], rng)
    crossed = crossed_table(rng)
    models["crosses"] = fitted(crossed, recipe)
    assert {len(t.columns) for t in models["crosses"].target_encodings[0]} == {1, 2}
    soft = (SoftMember(trees=5, depth=2), SoftMember(trees=4, depth=3, sparse=True))
    with_soft = replace(recipe, column_fractions=(1.0,), soft_splits=soft, many_members=3)
    models["soft_splits"] = fitted(data, with_soft)
    models["soft_edges"] = soft_edges(models["soft_splits"], rng)
    for name, model in models.items():
        cells = crossed_rows(crossed) if name == "crosses" else rows(data)
        path = folder / f"{name}.odds"
        if path.exists():
            raise SystemExit(f"{path} is there already: golden files are made once")
        model.save(path)
        golden = [{"cells": c, **e} for c, e in zip(cells, expected(model, cells), strict=True)]
        text = ",\n".join(json.dumps(row) for row in golden)
        (folder / f"{name}.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
