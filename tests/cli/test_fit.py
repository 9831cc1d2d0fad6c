import hashlib
import json
from pathlib import Path

import pytest

from json_schema import fits
from trueodds import load

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def fit(run, table, *words, target="answer"):
    return run("fit", table, "--target", target, "--effort", "quick", *words)


def test_fit_writes_model_and_report_under_the_tables_name(run, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").rename(tmp_path / "people.v1.csv")
    result = fit(run, "people.v1.csv")
    assert result.exit_code == 0, result.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"people.v1.csv", "people.v1.odds", "people.v1.html"}
    out = result.stdout
    for words in (
        'yes is "yes", no is "no" (a word for yes; --positive changes it)',
        "240 scored",
        "2 ignored: id (",
        "unit (constant",
        "Log-loss",
        "Brier score",
        "AUC",
        "Calibration error",
        "perfect: 0.",
        "miscalibration (p = ",
        "95 % interval",
        "base rate",
        "logistic regression",
        "a logistic regression on the same inputs",
        "people.v1.odds",
        "people.v1.html",
    ):
        assert words in out, words
    model = load(tmp_path / "people.v1.odds")
    assert model.source == "people.v1.csv"
    bytes_read = (tmp_path / "people.v1.csv").read_bytes()
    assert model.source_sha256 == hashlib.sha256(bytes_read).hexdigest()
    assert model.target_name == "answer"


def test_json_is_all_of_stdout(run, table, tmp_path):
    out = tmp_path / "m.odds"
    options = ("--drop", "job", "--group", "shop", "--weight", "wt", "--positive", "no")
    result = fit(run, table, "--json", "--out", out, "--show-rows", 2, *options)
    assert result.exit_code == 0, result.output
    found = fits(result.stdout, "fit")
    assert found["model"] == str(out)
    assert Path(found["report"]) == tmp_path / "m.html"
    assert found["target"]["yes"] == "no"
    assert found["target"]["rows"] == 240
    assert set(found["columns"]["used"]) == {"age", "smoker", "since"}
    assert found["columns"]["ignored"]["job"] == "dropped by you"
    assert "group" in found["folds"]
    first, second = found["surprises"]
    assert first["log_loss"] >= second["log_loss"] > found["scores"]["log_loss"]["value"]
    lines = table.read_text("utf-8").splitlines()
    for row in (first, second):  # the table has lines without a label or a weight, too
        line = lines[int(row["place"].removeprefix(f"{table.name}, line ")) - 1]
        cells = {cell.strip() for cell in line.split(",")}
        assert {row["answer"], row["cells"]["age"] or ""} <= cells
    assert first["place"] in (tmp_path / "m.html").read_text("utf-8")
    assert 0 < found["scores"]["log_loss"]["low"] < found["scores"]["log_loss"]["value"]
    other = found["logistic_regression"]
    gap = other["log_loss"] - found["scores"]["log_loss"]["value"]
    assert other["difference"]["value"] == pytest.approx(gap)
    assert other["difference"]["low"] < gap < other["difference"]["high"]


def test_the_same_seed_gives_the_same_file_whatever_the_jobs(run, table, tmp_path):
    for name, jobs in (("a", 1), ("b", 2)):
        options = ("--no-report", "--out", tmp_path / f"{name}.odds", "--jobs", jobs)
        assert fit(run, table, *options).exit_code == 0
    assert (tmp_path / "a.odds").read_bytes() == (tmp_path / "b.odds").read_bytes()
    assert not (tmp_path / "a.html").exists()


def test_rows_without_a_target_and_folds_by_time(run, table, tmp_path):
    text = table.read_text()
    header, *rows = text.splitlines()
    rows = [row.rsplit(",", 1)[0] + ",?" if i < 5 else row for i, row in enumerate(rows)]
    table.write_text("\n".join([header, *rows]) + "\n")
    result = fit(run, table, "--time", "since", "--out", tmp_path / "m.odds")
    assert result.exit_code == 0, result.output
    assert "5 left out because the target is missing" in result.stdout
    assert "forward in time" in result.stdout


def change(text: str, column: int, cells: dict[int, str]) -> str:
    lines = [line.split(",") for line in text.splitlines()]
    for row, cell in cells.items():
        lines[row][column] = cell
    return "\n".join(map(",".join, lines)) + "\n"


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--target", "anser"], 2, 'no column "anser": did you mean "answer"?'),
        (["--target", "unit"], 1, 'one label only ("kg" in 240 rows)'),
        (["--target", "wt"], 1, '3 different labels ("1" in'),
        (["--target", "answer", "--positive", "maybe"], 1, 'no label "maybe": its labels are'),
        (["--target", "answer", "--drop", "agee"], 2, 'did you mean "age"?'),
        (["--target", "answer", "--weight", "job"], 1, 'people.csv, line 2: the weight "job" is'),
        (
            ["--target", "answer", "--weight", "heft"],
            2,
            '--weight: people.csv has no column "heft"',
        ),
        (["--target", "answer", "--time", "job"], 1, 'time column "job" cannot order the rows'),
        (["--target", "answer", "--group", "unit"], 1, "at least 2 groups"),
        (["--target", "answer", "--drop", "answer"], 2, "named by both --drop and --target"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_touched(
    run, table, tmp_path, options, code, told
):
    out, report = tmp_path / "m.odds", tmp_path / "m.html"
    out.write_bytes(b"precious")
    report.write_bytes(b"also")
    result = run("fit", table, *options, "--out", out, "--effort", "quick")
    assert result.exit_code == code, result.output
    assert told in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert (out.read_bytes(), report.read_bytes()) == (b"precious", b"also")
    assert {path.name for path in tmp_path.iterdir()} == {"people.csv", "m.odds", "m.html"}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({3: "-1"}, 'line 4: the weight "wt" is "-1"'),
        ({2: "", 5: "x"}, 'line 3: the weight "wt" is missing (and 1 more rows)'),
        ({1: "inf"}, 'line 2: the weight "wt" is "inf"'),
    ],
)
def test_a_weight_that_is_none_is_named_by_its_line(run, table, tmp_path, cells, told):
    table.write_text(change(table.read_text(), 7, cells))
    result = fit(run, table, "--weight", "wt", "--out", tmp_path / "m.odds")
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_missing_file_or_folder_is_said_before_any_work(run, table, tmp_path):
    result = fit(run, tmp_path / "none.csv", "--out", tmp_path / "m.odds")
    assert result.exit_code == 1
    assert "there is no such file" in result.stderr
    result = fit(run, tmp_path / "none.csv", "--out", tmp_path / "deep" / "m.odds")
    assert result.exit_code == 1
    assert f"there is no folder {tmp_path / 'deep'}" in result.stderr
    (tmp_path / "taken.odds").mkdir()
    result = fit(run, table, "--out", tmp_path / "taken.odds")
    assert result.exit_code == 1
    assert "is a folder" in result.stderr


def test_a_table_without_usable_columns_is_one_sentence(run, tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("k,y\n" + "same,a\nsame,b\n" * 20)
    result = fit(run, path, "--out", tmp_path / "m.odds", target="y")
    assert result.exit_code == 1
    assert "no column can be used" in result.stderr
    assert result.stderr.count("\n") <= 2


def test_a_failing_report_leaves_the_model_and_says_so(run, table, tmp_path, monkeypatch):
    from trueodds.cli import fit as fit_module
    from trueodds.errors import TrueOddsError

    def full(*_: object) -> None:
        raise TrueOddsError("the disk is full")

    monkeypatch.setattr(fit_module, "write_report", full)
    result = fit(run, table, "--out", tmp_path / "m.odds")
    assert result.exit_code == 1
    assert "The model was written to" in result.stderr
    assert load(tmp_path / "m.odds").target_name == "answer"


def with_outcome(table):
    """The table with a column that tells the answer."""
    header, *rows = table.read_text().splitlines()
    rows = [f"{row},{'late' if row.endswith('yes') else 'paid'}" for row in rows]
    table.write_text("\n".join([header + ",outcome", *rows]) + "\n")


def test_leaks_stand_above_the_scores(run, table, tmp_path):
    with_outcome(table)
    result = fit(run, table, "--out", tmp_path / "m.odds", "--report", tmp_path / "m.html")
    assert result.exit_code == 0, result.output
    told = '"outcome" alone gives the answer away'
    assert 0 <= result.stdout.index(told) < result.stdout.index("Log-loss")
    assert "leave it out with --drop outcome" in result.stdout
    page = (tmp_path / "m.html").read_text()
    assert 0 < page.index("alone gives the answer away") < page.index("Log-loss</h3>")
    shown = run("inspect", tmp_path / "m.odds").stdout
    assert 0 <= shown.index(told) < shown.index("Log-loss")
    (warning,) = json.loads(run("inspect", tmp_path / "m.odds", "--json").stdout)["warnings"]
    assert (warning["columns"], warning["tier"]) == (["outcome"], "leak")


def test_json_has_the_warnings_before_the_scores(run, table, tmp_path):
    with_outcome(table)
    result = fit(run, table, "--json", "--no-report", "--out", tmp_path / "m.odds")
    found = json.loads(result.stdout)
    (warning,) = found["warnings"]
    assert (warning["columns"], warning["kind"], warning["auc"]) == (["outcome"], "alone", 1.0)
    assert "separate yes from no" in warning["evidence"]
    assert list(found).index("warnings") < list(found).index("scores")


def test_a_table_without_leaks_has_no_warnings(run, table, tmp_path):
    result = fit(run, table, "--json", "--no-report", "--out", tmp_path / "m.odds")
    assert json.loads(result.stdout)["warnings"] == []


def test_costs_are_kept_and_their_threshold_is_told(run, table, tmp_path):
    out = tmp_path / "m.odds"
    result = fit(run, table, "--out", out, "--cost-fp", 2, "--cost-fn", 6)
    assert result.exit_code == 0, result.output
    rule = "call rows with a probability from 0.25: a wrong call costs 2, a missed yes 6"
    assert rule in result.stdout
    assert "a row out of fold; calling none costs" in result.stdout
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert f"C{rule[1:]}." in page
    assert "This costs " in page
    assert load(out).costs.numbers() == (2.0, 6.0, 0.0)
    assert rule in run("inspect", out).stdout
    decided = run("predict", out, table, "--decide")
    assert decided.stdout.splitlines()[0].endswith("probability,decision")
    assert rule.split(":")[1].strip() in run("decide", out, table).stdout


def test_the_cost_out_of_fold_is_in_the_json(run, table, tmp_path):
    asked = ("--no-report", "--json", "--group", "shop")
    result = fit(run, table, "--out", tmp_path / "m.odds", "--cost-fn", 3, *asked)
    found = fits(result.stdout, "fit")["decision"]
    assert found["threshold"] == 0.25
    assert found["rows"] == 240
    assert found["cost"]["low"] < found["cost"]["value"] < found["cost"]["high"]
    plain = fit(run, table, "--out", tmp_path / "n.odds", *asked)
    assert json.loads(plain.stdout)["decision"] is None


def test_a_wrong_cost_is_said_before_training(run, table, tmp_path):
    result = fit(run, table, "--out", tmp_path / "m.odds", "--cost-fn", -3)
    assert result.exit_code == 2
    assert "the cost false_negative is -3: give a finite number" in result.stderr
