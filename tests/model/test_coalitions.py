"""Mixed rows are scored with the bits of the exact scorer, whatever the inputs are made of."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import trueodds.main_job as main_job
from trueodds import Model
from trueodds.columns import read_target
from trueodds.model import coalitions
from trueodds.model.background import background_rows, mixed
from trueodds.model.coalitions import Coalitions
from trueodds.table import as_frame
from trueodds.training.recipe import SoftMember


@pytest.fixture(params=["relu", "tanh", "soft splits", "crosses", "two dates", "words"])
def case(request, golden_called, tiny_recipe, monkeypatch) -> tuple[Model, list[dict]]:
    """A model with a background, and rows to mix with it."""
    if request.param in ("crosses", "two dates", "words"):
        golden = golden_called("gelu" if request.param == "two dates" else request.param)
        model, rows = golden.model, golden.cells
    else:
        if request.param == "soft splits":
            soft = (SoftMember(trees=5, depth=2), SoftMember(trees=4, depth=3, sparse=True))
            few = replace(tiny_recipe, members=3, many_members=3, least_steps=100)
            recipe = replace(few, column_fractions=(1.0,), widths=(8, 6), soft_splits=soft)
        else:
            recipe = replace(tiny_recipe, activation=request.param, widths=(8, 6))
        monkeypatch.setattr(main_job, "recipe_for", lambda effort: recipe)
        rng, count = np.random.default_rng(3), 300
        x, town = rng.normal(size=count), rng.integers(0, 14, count)
        data = pl.DataFrame(
            {
                "x": np.where(rng.random(count) < 0.1, np.nan, x),
                "n": rng.integers(0, 6, count),
                "town": [None if t == 13 else f"town {t}" for t in town],
                "b": rng.choice(["u", "v"], count),
                "y": np.where(rng.random(count) < 1 / (1 + np.exp(-x - (town > 6))), "yes", "no"),
            }
        )
        frame = as_frame(data)
        target = read_target(frame.column("y"), name="y")
        model = main_job.learn(frame.without(["y"]), target, jobs=1).model
        assert bool(model.networks.soft) == (request.param == "soft splits")
        rows = data.drop("y").to_dicts()[:30]
    values = model.read(rows)
    background = background_rows(values, np.arange(float(len(rows))))
    return replace(model, background=background), rows


@pytest.mark.parametrize("most", [1, 1 << 22])
def test_mixed_rows_have_the_bits_of_the_scorer(case, most: int, monkeypatch) -> None:
    monkeypatch.setattr(coalitions, "MOST_CHANGES", most)
    model, rows = case
    background, values = model.background.values(), model.read(rows)
    scorer = Coalitions(model.networks, model.encoder, model.target_encodings, background)
    rng = np.random.default_rng(0)
    for row in (0, 5, len(rows) - 1):
        at = rng.integers(0, background.rows, 200)
        own = rng.random((200, len(values.numbers) + len(values.codes))) < rng.random()
        found = scorer.mixer(values, row)(at, own)
        expected = scorer.outputs(mixed(values, row, background, at, own)).sum(axis=0)
        assert found.tobytes() == expected.tobytes()
        whole = scorer.mixer(values, row)(at, np.ones_like(own))
        assert np.all(whole == scorer.outputs(values.take(np.array([row]))).sum())


def test_explanations_are_those_of_the_plain_scorer(case) -> None:
    model, rows = case
    found = model.explain(rows[:3])
    model.__dict__["_coalitions"]._plain = True
    plain = model.explain(rows[:3])
    assert found.values.tobytes() == plain.values.tobytes()
