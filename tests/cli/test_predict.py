import csv
import gzip
import io
import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from trueodds import load
from trueodds.table import read_table

FORBIDDEN = ("numba", "sklearn", "scipy", "torch", "jinja2", "rich", "pandas")


def test_stdout_is_the_input_byte_for_byte_with_a_column_more(spawn, model_file, table):
    result = spawn("predict", model_file, table, cwd=table.parent)
    assert result.returncode == 0, result.stderr
    given, scored = table.read_bytes().splitlines(), result.stdout.splitlines()
    assert len(given) == len(scored)
    assert scored[0] == given[0] + b",probability"
    expected = load(model_file).predict(read_table(table))
    for line, written, probability in zip(given[1:], scored[1:], expected, strict=True):
        before, _, value = written.rpartition(b",")
        assert before == line
        assert float(value) == probability


def test_columns_in_another_order_more_of_them_and_no_target(run, model_file, table, tmp_path):
    model = load(model_file)
    frame = pl.read_csv(table, infer_schema=False)
    turned = tmp_path / "turned.csv"
    order = ["remark", "shop", "unit", "since", "smoker", "job", "age", "id"]
    frame.reverse().with_columns(pl.lit("x,y").alias("remark")).select(order).write_csv(turned)
    out = tmp_path / "scored.parquet"
    result = run("predict", model_file, turned, "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "240 rows" in result.stderr
    scored = pl.read_parquet(out)
    assert scored.columns == [*order, "probability"]
    straight = model.predict(read_table(table))
    assert np.array_equal(scored["probability"].reverse().to_numpy(), straight)


def test_gzipped_csv_and_summary_as_json(run, model_file, table, tmp_path):
    out = tmp_path / "scored.csv.gz"
    result = run("predict", model_file, table, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(out.read_bytes()).decode())))
    mean = sum(float(row["probability"]) for row in rows) / len(rows)
    assert found["rows"] == len(rows) == 240
    assert found["mean_probability"] == pytest.approx(mean, rel=1e-12)


def test_odd_cells_are_noted_with_their_place(run, model_file, table, tmp_path):
    table.write_text(table.read_text().replace("10000, ", "10000,old "))
    result = run("predict", model_file, table, "--out", tmp_path / "s.csv")
    assert result.exit_code == 0, result.output
    assert 'column "age": 1 cell is no number' in result.stderr
    assert "people.csv, line 2" in result.stderr


@pytest.mark.parametrize(
    ("gone", "text"),
    [("age", 'has no column "age"'), ("age,job", 'lacks 2 columns that are needed: "age", "job"')],
)
def test_a_missing_column_is_named(run, model_file, table, tmp_path, gone, text):
    out = tmp_path / "s.csv"
    out.write_text("precious")
    pl.read_csv(table, infer_schema=False).drop(gone.split(",")).write_csv(table)
    result = run("predict", model_file, table, "--out", out)
    assert result.exit_code == 1
    assert text in result.stderr
    assert result.stdout == ""
    assert out.read_text() == "precious"


def test_the_input_is_never_overwritten(run, model_file, table):
    before = table.read_bytes()
    result = run("predict", model_file, table, "--out", table)
    assert result.exit_code == 2
    assert "is the input itself" in result.stderr
    assert table.read_bytes() == before


def test_what_is_no_model_is_refused(run, table, tmp_path):
    result = run("predict", table, table)
    assert result.exit_code == 1
    assert "is not a trueodds model" in result.stderr


def test_a_reader_that_leaves_early_is_no_traceback(model_file, table):
    command = f"{sys.executable} -m trueodds predict {model_file} {table} | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert result.stdout.endswith(b"probability\n")
    assert result.stderr == b""


def test_scoring_imports_nothing_that_training_needs(model_file, table, tmp_path):
    code = (
        "import sys; from trueodds.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "predict",
        model_file,
        table,
        "--out",
        tmp_path / "s.csv",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    loaded = result.stderr.splitlines()[-1].split()
    assert "polars" in loaded
    assert [name for name in FORBIDDEN if name in loaded] == []


def test_decisions_are_a_column_of_calls(run, model_file, new_table, tmp_path):
    out = tmp_path / "scored.csv"
    asked = ("--decide", "--cost-fn", 3, "--json")
    found = json.loads(run("predict", model_file, new_table, "--out", out, *asked).stdout)
    scored = pl.read_csv(out)
    assert scored.columns[-2:] == ["probability", "decision"]
    expected = np.where(scored["probability"].to_numpy() >= 0.25, "call", "no call")
    assert scored["decision"].to_list() == expected.tolist()
    assert found["called"] == (expected == "call").sum() > 0
    by_row = run("predict", model_file, new_table, "--decide", "--cost-fp", "age", "--cost-fn", 50)
    rows = pl.read_csv(io.StringIO(by_row.stdout))
    age = rows[" age "] if " age " in rows.columns else rows["age"]
    threshold = age.cast(pl.String).str.strip_chars().cast(pl.Float64).to_numpy()
    calls = rows["probability"].to_numpy() >= threshold / (threshold + 50)
    assert (rows["decision"] == "call").to_list() == calls.tolist()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--decide",), "the model has no costs to decide by"),
        (("--cost-fn", "5"), "costs are for decisions: add --decide"),
        (("--decide", "--cost-fn", "-5"), "the cost false_negative is -5"),
        (("--decide", "--cost-fn", "prize"), 'has no column "prize"'),
    ],
)
def test_a_wrong_decision_is_one_sentence(run, model_file, new_table, options, sentence):
    result = run("predict", model_file, new_table, *options)
    assert result.exit_code in (1, 2)
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_intervals_are_two_columns(run, model_file, new_table, tmp_path):
    out = tmp_path / "scored.csv"
    result = run("predict", model_file, new_table, "--out", out, "--interval")
    assert result.exit_code == 0, result.output
    scored = pl.read_csv(out)
    assert scored.columns[-3:] == ["probability", "lower", "upper"]
    lower, upper = load(model_file).interval(read_table(new_table))
    assert scored["lower"].to_numpy().tobytes() == lower.tobytes()
    assert scored["upper"].to_numpy().tobytes() == upper.tobytes()
    p = scored["probability"].to_numpy()
    assert np.mean((lower <= p) & (p <= upper)) > 0.9


def test_columns_choose_among_the_new_ones_too(run, model_file, new_table, tmp_path):
    few = tmp_path / "few.csv"
    lines = new_table.read_text(encoding="utf-8").splitlines()[:13]
    few.write_text("\n".join([lines[0] + ",lower", *(line + ",7" for line in lines[1:])]) + "\n")
    asked = ("--interval", "--explain", 1, "--decide", "--cost-fn", 3)
    out = tmp_path / "all.csv"
    result = run("predict", model_file, few, "--out", out, *asked)
    assert result.exit_code == 0, result.output
    assert 'the new column "lower" is called "lower_1"' in result.stderr
    whole = pl.read_csv(out)
    new = ["probability", "lower_1", "upper", "decision", "reason_1"]
    assert whole.columns[-6:] == ["lower", *new]
    for ending in ("csv", "parquet", "sqlite#few"):
        part = tmp_path / f"part.{ending}"
        words = ("--columns", "reason_1,lower", "--columns", "decision, probability")
        result = run("predict", model_file, few, "--out", part, *asked, *words)
        assert result.exit_code == 0, result.output
        found = read_table(str(part)).data
        expected = whole.select("reason_1", "lower_1", "decision", "probability")
        assert found.columns == expected.columns
        # CSV is read as text.
        assert [[*map(str, row)] for row in found.rows()] == [
            [*map(str, row)] for row in expected.rows()
        ]
    result = run("predict", model_file, few, "--columns", "upper")
    assert result.exit_code == 2
    assert result.stderr == 'Usage error: --columns: "upper" comes with --interval; add it\n'


def test_a_model_of_few_rows_has_no_intervals(run, table, tmp_path):
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[:36]) + "\n", encoding="utf-8")
    out = tmp_path / "m.odds"
    words = ("--target", "answer", "--effort", "quick", "--no-report", "--out", out)
    assert run("fit", table, *words).exit_code == 0
    result = run("predict", out, table, "--interval")
    assert result.exit_code == 1
    assert result.stderr.strip().startswith("Error: the model has no intervals: it is older")


def test_reasons_are_columns_and_those_of_the_library(run, model_file, new_table, tmp_path):
    out = tmp_path / "scored.csv"
    few = tmp_path / "few.csv"
    few.write_text("\n".join(new_table.read_text(encoding="utf-8").splitlines()[:13]) + "\n")
    asked = ("--explain", 2, "--decide", "--cost-fn", 3)
    result = run("predict", model_file, few, "--out", out, *asked)
    assert result.exit_code == 0, result.output
    scored = pl.read_csv(out)
    assert scored.columns[-4:] == ["probability", "decision", "reason_1", "reason_2"]
    found = load(model_file).explain(read_table(few))
    for row in range(12):
        reasons = (*found.reasons(row, 2), None, None)[:2]
        assert scored.row(row)[-2:] == reasons
    assert scored["reason_1"].str.contains(": odds × ").all()


def test_without_a_background_there_are_no_reasons(run, table, tmp_path):
    out = tmp_path / "m.odds"
    words = ("--target", "answer", "--effort", "quick", "--no-report", "--out", out)
    assert run("fit", table, *words, "--no-background").exit_code == 0
    assert load(out).background is None
    result = run("predict", out, table, "--explain", 3)
    assert result.exit_code == 1
    assert "was fitted with --no-background; fit it again, without that option" in result.stderr
