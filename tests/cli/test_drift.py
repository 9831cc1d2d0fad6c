"""``trueodds drift`` and what ``predict`` says of rows that differ from training."""

import json

import numpy as np
import polars as pl


def moved(table, tmp_path):
    """The table with older people, a new job, and blanks where none were."""
    frame = pl.read_csv(table, infer_schema=False)
    age = frame["age"].str.strip_chars().cast(pl.Int64) + 300
    smoker = pl.Series("smoker", [None if i % 2 else s for i, s in enumerate(frame["smoker"])])
    job = pl.Series("job", ["pilot"] * 50 + frame["job"].to_list()[50:])
    path = tmp_path / "moved.csv"
    frame.with_columns(age.alias("age"), smoker, job).write_csv(path)
    return path


def test_the_training_table_has_not_drifted(run, model_file, table):
    result = run("drift", model_file, table)
    assert result.exit_code == 0, result.output
    assert "Drift       none" in result.stdout
    assert "(forecast)" in result.stdout


def test_moved_rows_leave_with_3(run, model_file, table, tmp_path):
    result = run("drift", model_file, moved(table, tmp_path), "--json")
    assert result.exit_code == 3, result.output
    found = json.loads(result.stdout)
    columns = {c["column"]: c for c in found["columns"]}
    assert found["drifted"]
    assert columns["age"]["drifted"]
    assert columns["smoker"]["missing_now"] == 0.5
    assert columns["job"]["unseen"] == 50
    assert not columns["since"]["drifted"]
    assert found["score"]["psi"] > 0.2
    text = run("drift", model_file, moved(table, tmp_path))
    assert text.exit_code == 3
    assert '"age"' in text.stdout.splitlines()[-1]
    assert run("drift", model_file, moved(table, tmp_path), "--threshold", 50).exit_code == 0
    assert run("drift", model_file, table, "--threshold", 0).exit_code == 2


def test_predict_tells_what_is_out_of_range(run, model_file, table, tmp_path):
    result = run("predict", model_file, moved(table, tmp_path), "--out", tmp_path / "s.csv")
    assert result.exit_code == 0, result.output
    lines = [
        line for line in result.stderr.splitlines() if line.startswith("Differs from training")
    ]
    assert any('"job": 50 of 240 rows have a level' in line for line in lines)
    assert any('"age": 240 of 240 rows are outside the range of training' in line for line in lines)
    assert any('"smoker": 120 of 240 rows are missing' in line for line in lines)


def test_predict_tells_it_as_json_and_is_silent_on_training_rows(run, model_file, table, tmp_path):
    out = tmp_path / "s.csv"
    result = run("predict", model_file, moved(table, tmp_path), "--out", out, "--json")
    found = json.loads(result.stdout)["out_of_range"]
    assert {(f["column"], f["what"], f["count"]) for f in found} >= {
        ("job", "unseen", 50),
        ("age", "range", 240),
        ("smoker", "missing", 120),
    }
    assert all(np.isfinite(f["count"]) and f["rows"] == 240 for f in found)
    result = run("predict", model_file, table, "--out", out, "--json")
    assert json.loads(result.stdout)["out_of_range"] == []
    assert "Differs from training" not in result.stderr
