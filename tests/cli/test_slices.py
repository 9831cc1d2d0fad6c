"""``trueodds evaluate --by``: the figures of the library, and one sentence for a wrong column."""

import json
import warnings

import polars as pl
import pytest

from trueodds import load


def test_groups_and_their_differences_are_printed(run, model_file, new_table):
    result = run("evaluate", model_file, new_table, "--by", "job", "--by", "age", "--cost-fn", 3)
    assert result.exit_code == 0, result.output
    assert "By group, of all rows, with 95 % intervals:" in result.stdout
    for words in ("job = clerk", "job = missing", "age = below ", "cost a row", "points"):
        assert words in result.stdout, words
    assert "after correction for " in result.stdout
    assert 'Note: column "age" is cut at the quartiles of these rows: ' in result.stderr


def test_json_has_the_groups_of_the_library(run, model_file, new_table):
    found = json.loads(run("evaluate", model_file, new_table, "--by", "shop", "--json").stdout)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        same = load(model_file).evaluate(new_table, by="shop").slices
    assert found["slices"]["sentences"] == list(same.sentences)
    assert [one["group"] for one in found["slices"]["groups"]] == [o.group for o in same.slices]
    assert json.loads(run("evaluate", model_file, new_table, "--json").stdout)["slices"] is None


def test_without_costs_there_is_no_column_of_costs(run, model_file, new_table):
    assert "cost a row" not in run("evaluate", model_file, new_table, "--by", "job").stdout


def test_the_title_says_which_rows_are_scored(run, model_file, table, new_table):
    seen = run("evaluate", model_file, table, "--by", "job").stdout
    assert "By group, of all rows; the model has seen them, so these scores are too good" in seen
    old, new = table.read_text().splitlines(), new_table.read_text().splitlines()
    table.write_text("\n".join([*old[:121], *new[1:121]]) + "\n")
    mixed = run("evaluate", model_file, table, "--by", "job").stdout
    assert "By group, of the rows that equal no training row, with" in mixed


def test_a_group_of_one_label_has_no_auc(run, model_file, new_table):
    rows = pl.read_csv(new_table, infer_schema=False)
    rows.with_columns(same=pl.col(" answer ")).write_csv(new_table)
    result = run("evaluate", model_file, new_table, "--by", "same")
    assert result.exit_code == 0, result.output
    assert "not defined" in result.stdout


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--by", "jib"), 'new_people.csv has no column "jib": did you mean "job"?'),
        (("--by", "answer"), '"answer" is the target: slices need another column'),
        (("--cost-fn", "3"), "costs without a column to slice by: give by (--by), or use decide"),
        (("--by", "job", "--cost-fn", "-1"), "the cost false_negative is -1"),
    ],
)
def test_a_wrong_option_is_one_sentence(run, model_file, new_table, options, sentence):
    result = run("evaluate", model_file, new_table, *options)
    assert result.exit_code in (1, 2)
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
