"""`trueodds.compare`: the same rows for every forecast, and one sentence for what cannot be."""

import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import trueodds
from trueodds import Model, TrueOddsClassifier
from trueodds.columns.roles import RoleColumns
from trueodds.errors import TableError, UsageError
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.paired import paired_differences
from trueodds.json_text import json_text


def rows(seed: int, count: int = 300) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=count)
    y = np.where(x + rng.normal(size=count) > 0, "yes", "no")
    return pl.DataFrame(
        {
            "x": x,
            "c": rng.choice(["a", "b"], count),
            "w": rng.integers(1, 4, count),
            "g": rng.integers(0, 60, count),
            "p": np.round(rng.uniform(0.01, 0.99, count), 3),
            "y": y,
        }
    )


def fitted(seed: int, *columns: str) -> Model:
    table = rows(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return TrueOddsClassifier().fit(table.select(columns), table["y"]).model_


@pytest.fixture
def models(tiny_recipe: object) -> dict[str, Model]:
    return {"both": fitted(0, "x", "c"), "one": fitted(2, "c", "p")}


def test_differences_are_those_of_the_forecasts_on_new_rows(models: dict[str, Model]) -> None:
    new = rows(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = trueodds.compare(models, new, columns="p", seed=3)
    codes = (new["y"] == "yes").to_numpy().astype(np.uint8)
    forecasts = [model.log_odds(new) for model in models.values()]
    p = new["p"].to_numpy()
    same = paired_differences(codes, [*forecasts, np.log(p) - np.log1p(-p)], seed=3)
    assert found.pairs.paired[0] == same.paired[0]
    assert found.pairs.paired[1].brier.value == pytest.approx(same.paired[1].brier.value)
    assert [one.name for one in found.contenders] == ["both", "one", "column p"]
    assert [one.seen for one in found.contenders] == [0.0, 0.0, None]
    assert (found.overlap, found.clustered) == ("", False)
    assert found.sentences[0].startswith("one has a higher log-loss than both: +0.")
    assert "one has a higher" in repr(found)
    assert '"column p"' in json_text(found.to_json())


def test_a_model_equals_itself_and_models_get_names(models: dict[str, Model]) -> None:
    model = models["both"]
    found = trueodds.compare([model, model], rows(1))
    assert [one.name for one in found.contenders] == ["model 1", "model 2"]
    assert found.sentences == (
        "model 2 and model 1 do not differ beyond chance in log-loss: +0.0000 (+0.0000 to "
        "+0.0000).",
    )


def test_few_rows_have_no_interval(models: dict[str, Model]) -> None:
    found = trueodds.compare(models, rows(1, 9))
    assert found.sentences == ("one and both: too few rows for an interval.",)


def test_training_rows_are_said_and_left_out(models: dict[str, Model]) -> None:
    new = rows(1, 150)
    with pytest.warns(UserWarning, match="About 150 of 300 rows"):
        found = trueodds.compare(models, pl.concat([rows(0)[:150], new]))
    assert found.overlap == (
        "About 150 of 300 rows of DataFrame were training rows of both. Only the 150 rows that "
        "equal no training row are compared."
    )
    assert found.pairs == trueodds.compare(models, new).pairs


def test_training_rows_alone_say_nothing_about_new_rows(models: dict[str, Model]) -> None:
    with pytest.warns(UserWarning, match="All 300 rows"):
        found = trueodds.compare(models, rows(0))
    assert found.overlap.endswith(
        "so the comparison does not hold for new rows. Compare on other rows."
    )
    assert found.pairs.rows == 300


def test_costs_weights_and_groups_are_those_of_the_first_model_that_has_them(
    models: dict[str, Model],
) -> None:
    new, model = rows(1), models["one"]
    other = replace(model, costs=Costs(1.0, 5.0), roles=RoleColumns(weight="w", group="g"))
    found = trueodds.compare([models["both"], other], new)
    assert found.clustered
    assert found.pairs.units == new["g"].n_unique()
    assert found.weighting == 'the column "w", as in training'
    given = trueodds.compare(
        [models["both"], model], new, cost_fp=1.0, cost_fn=5.0, sample_weight="w"
    )
    assert given.pairs.paired[0].cost is not None
    assert found.pairs.paired[0].cost is not None
    assert found.pairs.paired[0].cost.value == pytest.approx(given.pairs.paired[0].cost.value)
    assert trueodds.compare(models, new).pairs.paired[0].cost is None


def test_lacking_weights_and_groups_are_said(models: dict[str, Model]) -> None:
    weighted = replace(models["one"], roles=RoleColumns(weight="w2"))
    grouped = replace(models["both"], roles=RoleColumns(group="g2"))
    found = trueodds.compare({"a": weighted, "b": grouped}, rows(1))
    assert any(
        note.startswith("weights: none: these scores are unweighted") for note in found.notes
    )
    assert (
        "b was trained with groups that DataFrame lacks: intervals count single rows here, so they "
        "may be too narrow"
    ) in found.notes
    notes = trueodds.compare({"b": grouped, "a": models["one"]}, rows(1)).notes
    assert len(notes) == 1
    assert "training had groups" in notes[0]


def test_probabilities_of_0_and_1_are_said(models: dict[str, Model]) -> None:
    new = rows(1).with_columns(q=pl.Series([0.0, 1.0, *[0.5] * 298]))
    with pytest.warns(UserWarning, match='column "q": 2 probabilities are exactly 0 or 1'):
        found = trueodds.compare([models["both"]], new, columns=["q"])
    assert np.isfinite(found.pairs.paired[0].log_loss.value)


@pytest.mark.parametrize("cell", [1.5, -0.1, None])
def test_a_cell_that_is_no_probability_names_its_row(
    models: dict[str, Model], cell: float | None
) -> None:
    new = rows(1).with_columns(q=pl.Series([0.2, cell, cell, *[0.5] * 297]))
    with pytest.raises(TableError, match=r'DataFrame, row 1: the probability "q" is .* \(and 1'):
        trueodds.compare([models["both"]], new, columns=["q"])


def test_what_cannot_be_compared_is_one_sentence(models: dict[str, Model]) -> None:
    model = models["both"]
    with pytest.raises(UsageError, match="compare needs a model and one more forecast"):
        trueodds.compare([model], rows(1))
    with pytest.raises(UsageError, match="compare needs a model and one more forecast"):
        trueodds.compare([], rows(1), columns=["p", "x"])
    with pytest.raises(
        UsageError, match=r'^a forecasts "y" and b forecasts "z": compare models of'
    ):
        trueodds.compare({"a": model, "b": replace(model, target_name="z")}, rows(1))
    turned = replace(model, target_yes=model.target_no, target_no=model.target_yes)
    sentence = 'the "yes" of a is "yes" .* and that of b is "no" .*: fit both with one --positive'
    with pytest.raises(UsageError, match=sentence):
        trueodds.compare({"a": model, "b": turned}, rows(1))
    with pytest.raises(TableError, match='no column "chance"'):
        trueodds.compare([model], rows(1), columns=["chance"])
