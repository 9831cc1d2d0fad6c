import json

import polars as pl
import pytest

from trueodds import load
from trueodds.calibration.scores import score
from trueodds.table import read_table, read_target


def test_scores_beside_the_base_rate_and_the_out_of_fold_ones(run, model_file, table):
    result = run("evaluate", model_file, table)
    assert result.exit_code == 0, result.output
    for words in (
        "95 % interval",
        "base rate",
        "out-of-fold",
        "Log-loss",
        "240 scored",
        "perfect: 0.",
    ):
        assert words in result.stdout, words


def test_json_holds_the_same_scores_as_the_library(run, model_file, table):
    result = run("evaluate", model_file, table, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    frame, model = read_table(table), load(model_file)
    y = read_target(frame.column("answer")).y
    assert found["scores"] == score(y, model.log_odds(frame)).to_json()
    assert found["training_scores"]["rows"] == 240
    error = found["scores"]["calibration_error"]
    assert error["floor"] > 0.0
    assert 0.0 < error["p_value"] <= 1.0


def test_rows_without_a_label_are_counted_and_left_out(run, model_file, table):
    rows = table.read_text().splitlines()
    rows[1:4] = [row.rsplit(",", 1)[0] + ",NA" for row in rows[1:4]]
    table.write_text("\n".join(rows) + "\n")
    result = run("evaluate", model_file, table)
    assert result.exit_code == 0, result.output
    assert "237 scored" in result.stdout
    assert "3 left out for a missing label" in result.stdout


def test_one_class_only_has_no_auc_and_json_says_null(run, model_file, table):
    rows = table.read_text().splitlines()
    table.write_text("\n".join([rows[0], *[r for r in rows if r.endswith(",yes")]]) + "\n")
    result = run("evaluate", model_file, table, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["scores"]["auc"]["value"] is None
    assert "not defined" in run("evaluate", model_file, table).stdout


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.rename({" answer ": "reply"}), 'has no column "answer"'),
        (
            lambda t: t.with_columns(pl.lit("maybe").alias(" answer ")),
            'people.csv, line 2: the target "answer" is "maybe"',
        ),
        (lambda t: t.with_columns(pl.lit("").alias(" answer ")), "missing in every row"),
        (lambda t: t.drop("age"), 'has no column "age"'),
    ],
    ids=["no target", "another label", "no label", "no column"],
)
def test_tables_that_cannot_be_evaluated(run, model_file, table, change, told):
    change(pl.read_csv(table, infer_schema=False)).write_csv(table)
    result = run("evaluate", model_file, table)
    assert result.exit_code == 1, result.output
    assert told in result.stderr
    assert result.stdout == ""
