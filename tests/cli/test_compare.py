"""``trueodds compare``: the figures of the library, and one sentence for what cannot be."""

import json
import shutil
import warnings

import polars as pl
import pytest

import trueodds


@pytest.fixture
def with_column(new_table):
    rows = pl.read_csv(new_table, infer_schema=False)
    chance = pl.Series("chance", [0.1 + 0.8 * (i % 7) / 7 for i in range(rows.height)])
    rows.with_columns(chance).write_csv(new_table)
    return new_table


def test_a_column_is_compared_with_a_model(run, model_file, with_column):
    result = run("compare", model_file, with_column, "--column", "chance", "--cost-fn", 3)
    assert result.exit_code == 0, result.output
    for words in (
        "Less people.odds, with 95 % intervals:",
        "column chance has a higher log-loss than people.odds: +0.",
        "cost a row",
        "240 compared",
        "bootstrap of 240 rows, 1,000 draws",
        'the column "wt", as in training',
    ):
        assert words in result.stdout, words


def test_json_has_the_figures_of_the_library(run, model_file, with_column):
    result = run("compare", model_file, with_column, "--column", "chance", "--json")
    found = json.loads(result.stdout)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        same = trueodds.compare([model_file], with_column, columns="chance")
    assert found["differences"][0]["auc"]["low"] == same.pairs.paired[0].auc.low
    assert found["less"] == "people.odds"
    assert found["bootstrap"] == {"draws": 1000, "units": 240, "of": "rows"}


def test_training_rows_are_said_in_the_first_line(run, model_file, table, tmp_path):
    other = shutil.copy(model_file, tmp_path / "other.odds")
    result = run("compare", model_file, other, table)
    assert result.exit_code == 0, result.output
    first = result.stdout.splitlines()[0]
    assert first.startswith("All 240 rows of people.csv were training rows of people.odds. All 240")
    assert "do not differ beyond chance" in result.stdout
    told = run("compare", model_file, other, table, "--json").stderr
    assert "Warning: All 240 rows" in told


def test_few_rows_are_said(run, model_file, with_column):
    with_column.write_text("\n".join(with_column.read_text().splitlines()[:9]) + "\n")
    result = run("compare", model_file, with_column, "--column", "chance", "--no-weight")
    assert result.exit_code == 0, result.output
    assert "none: fewer than 10 rows" in result.stdout
    assert "too few rows for an interval" in result.stdout


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "compare needs a model and one more forecast"),
        (("--column", "chanse"), 'has no column "chanse": did you mean "chance"'),
        (("--column", "job"), 'new_people.csv, line 2: the probability "job" is "'),
        (("--column", "age"), 'the probability "age" is "'),
    ],
)
def test_a_wrong_option_is_one_sentence(run, model_file, with_column, options, sentence):
    result = run("compare", model_file, with_column, *options)
    assert result.exit_code in (1, 2)
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_models_are_needed(run, new_table):
    result = run("compare", new_table)
    assert "compare needs models, then the table: compare A.odds B.odds LABELLED" in result.stderr
