import json
from dataclasses import asdict

import polars as pl
import pytest

from json_schema import fits, schema
from trueodds import load
from trueodds.columns import read_target
from trueodds.evaluation.scores import score
from trueodds.table import read_table


def test_scores_beside_the_base_rate_and_the_out_of_fold_ones(run, model_file, new_table):
    result = run("evaluate", model_file, new_table)
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
    assert "perfect forecast of this size shows" in result.stdout
    assert "seen" not in result.stdout


def test_json_holds_the_same_scores_as_the_library(run, model_file, new_table):
    result = run("evaluate", model_file, new_table, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    frame, model = read_table(new_table), load(model_file)
    y = read_target(frame.column("answer")).y
    weight = frame.column("wt").cast(pl.Float64).to_numpy() / 3.0
    assert found["scores"] == asdict(score(y, model.log_odds(frame), weight))
    assert found["scores"] == asdict(model.evaluate(new_table).scores)
    assert found["training_scores"]["rows"] == 240
    error = found["scores"]["calibration_error"]
    assert error["floor"] > 0.0
    assert 0.0 < error["p_value"] <= 1.0
    assert (found["weight"], found["seen"], found["remarks"]) == ("wt", 0.0, [])


def test_the_training_file_is_reported_first_and_not_judged(run, model_file, table):
    result = run("evaluate", model_file, table)
    assert result.exit_code == 0, result.output
    first, _, title, *rest = result.stdout.splitlines()
    assert first.startswith("The model was trained on this table, people.csv.")
    assert title == "Out-of-fold scores, which hold for new rows:"
    kept = load(model_file).scores
    assert rest[1].split()[1] == f"{kept.log_loss.value:.4f}"
    assert "Scores of rows that the model has seen, which are too good:" in rest
    assert "not tested, because the model has seen the rows" in result.stdout
    assert "A perfect forecast" not in result.stdout


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_training_rows_in_another_file_are_reported_first(run, model_file, table, ending):
    rows = pl.read_csv(table).reverse()
    again = table.with_name("again" + ending)
    rows.write_csv(again) if ending == ".csv" else rows.write_parquet(again)
    result = run("evaluate", model_file, again)
    assert result.exit_code == 0, result.output
    text = f"All 240 rows of again{ending} were in the training table."
    assert result.stdout.startswith(text)
    found = json.loads(run("evaluate", model_file, again, "--json").stdout)
    assert (found["seen"], found["all_seen"], found["training_table"]) == (1.0, True, False)


def test_old_rows_among_new_ones_are_named_first(run, model_file, table, new_table):
    old, new = table.read_text().splitlines(), new_table.read_text().splitlines()
    table.write_text("\n".join([*old[:121], *new[1:121]]) + "\n")
    result = run("evaluate", model_file, table)
    assert result.exit_code == 0, result.output
    first, _, title, *_ = result.stdout.splitlines()
    assert first.startswith("About 120 of 240 rows of people.csv were in the training table")
    assert title == "Scores of the rows that equal no training row:"
    assert "Scores of all rows, with the seen rows:" in result.stdout
    result = run("evaluate", model_file, table, "--json")
    assert json.loads(result.stdout)["unseen_scores"]["rows"] == 120
    assert "Warning: About 120 of 240 rows" in result.stderr


def test_weights_follow_training_and_may_be_overruled(run, model_file, new_table):
    data = pl.read_csv(new_table, infer_schema=False)
    data = data.with_columns(pl.lit("1").alias("one"), (pl.col("wt") + "0").alias("ten"))
    data.write_csv(new_table)

    def found(*words):
        result = run("evaluate", model_file, new_table, "--json", *words)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    usual, none, one, ten = (
        found(*words) for words in ((), ("--no-weight",), ("--weight", "one"), ("--weight", "ten"))
    )
    assert usual["weighting"] == 'the column "wt", as in training'
    assert none["scores"] == one["scores"] != usual["scores"]
    assert ten["scores"]["log_loss"]["value"] == pytest.approx(usual["scores"]["log_loss"]["value"])
    assert (none["weight"], one["weight"]) == (None, "one")
    text = run("evaluate", model_file, new_table, "--weight", "one").stdout
    assert 'Weights     the column "one"; training was weighted by the column "wt"' in text


def test_lacking_weights_are_said_aloud(run, model_file, new_table):
    pl.read_csv(new_table, infer_schema=False).drop("wt").write_csv(new_table)
    text = 'unweighted, but training was weighted by the column "wt", which new_people.csv lacks'
    result = run("evaluate", model_file, new_table)
    assert result.exit_code == 0, result.output
    assert text in result.stdout
    assert text in run("evaluate", model_file, new_table, "--json").stderr


def test_a_weight_that_is_none_names_its_row(run, model_file, new_table):
    rows = pl.read_csv(new_table, infer_schema=False)
    rows.with_columns(pl.lit("much").alias("wt")).write_csv(new_table)
    result = run("evaluate", model_file, new_table)
    assert result.exit_code == 1
    assert 'new_people.csv, line 2: the weight "wt" is "much"' in result.stderr
    assert run("evaluate", model_file, new_table, "--no-weight").exit_code == 0


def test_rows_without_a_label_are_counted_and_left_out(run, model_file, new_table):
    rows = new_table.read_text().splitlines()
    rows[1:4] = [row.rsplit(",", 1)[0] + ",NA" for row in rows[1:4]]
    new_table.write_text("\n".join(rows) + "\n")
    result = run("evaluate", model_file, new_table)
    assert result.exit_code == 0, result.output
    assert "237 scored" in result.stdout
    assert "3 left out because the label is missing" in result.stdout


def test_one_class_only_has_no_auc_and_json_says_null(run, model_file, new_table):
    rows = new_table.read_text().splitlines()
    new_table.write_text("\n".join([rows[0], *[r for r in rows if r.endswith(",yes")]]) + "\n")
    result = run("evaluate", model_file, new_table, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["scores"]["auc"]["value"] is None
    assert "not defined" in run("evaluate", model_file, new_table).stdout


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda t: t.rename({" answer ": "reply"}), 'has no column "answer"'),
        (
            lambda t: t.with_columns(pl.lit("maybe").alias(" answer ")),
            'new_people.csv, line 2: the target "answer" is "maybe"',
        ),
        (lambda t: t.with_columns(pl.lit("").alias(" answer ")), "missing in every row"),
        (lambda t: t.drop("age"), 'has no column "age"'),
    ],
    ids=["no target", "another label", "no label", "no column"],
)
def test_tables_that_cannot_be_evaluated(run, model_file, new_table, change, text):
    change(pl.read_csv(new_table, infer_schema=False)).write_csv(new_table)
    result = run("evaluate", model_file, new_table)
    assert result.exit_code == 1, result.output
    assert text in result.stderr
    assert result.stdout == ""


def test_a_page_of_the_rows_is_written_and_json_has_its_facts(run, model_file, new_table, tmp_path):
    page = tmp_path / "new.html"
    words = ("evaluate", model_file, new_table, "--report", page, "--cost-fn", 4, "--json")
    result = run(*words, "--show-rows", 1)
    assert result.exit_code == 0, result.output
    found = fits(result.stdout, "evaluate")
    assert set(found) == set(schema("evaluate")["properties"])
    assert found["report"] == str(page)
    assert found["scores"] == asdict(load(model_file).evaluate(new_table).scores)
    assert found["slices"]["groups"]
    assert sum(part["rows"] for part in found["reliability"]) == found["scores"]["rows"]
    assert "labelled rows of " in page.read_text(encoding="utf-8")
    (row,) = found["surprises"]
    assert row["place"] in page.read_text(encoding="utf-8")


def test_rows_are_shown_on_a_page_only(run, model_file, new_table):
    result = run("evaluate", model_file, new_table, "--show-rows", 2)
    assert result.exit_code == 2
    assert "--show-rows needs --report" in result.stderr


def test_a_page_does_not_replace_an_input(run, model_file, new_table):
    result = run("evaluate", model_file, new_table, "--report", new_table)
    assert result.exit_code == 2
    assert "must end in .html" in result.stderr
