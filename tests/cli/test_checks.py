"""``trueodds check`` and ``--fail-on``: codes, exit codes, sentences."""

import json

import polars as pl
import pytest

from trueodds import load
from trueodds.cli.checks import chosen_codes
from trueodds.errors import UsageError
from trueodds.model.checks import codes_of


def leaking(table, tmp_path):
    """The table with a column that is filled in where the answer is yes."""
    frame = pl.read_csv(table, infer_schema=False)
    (target,) = [name for name in frame.columns if name.strip() == "answer"]
    closed = [f"{i + 1}" if label == "yes" else "" for i, label in enumerate(frame[target])]
    path = tmp_path / "leaking.csv"
    frame.with_columns(pl.Series("closed", closed)).write_csv(path)
    return path


@pytest.fixture
def leaking_model(run, table, tmp_path, tiny_recipe):
    """A model of a table with a leak, and what its fit printed; the fit was to fail on leaks."""
    out = tmp_path / "leaking.odds"
    words = ["fit", leaking(table, tmp_path), "--target", "answer", "--out", out, "--no-report"]
    return out, run(*words, "--fail-on", "TO101", "--fail-on", "to102")


def test_a_check_that_fires_leaves_with_4_after_all_is_written(leaking_model):
    out, fitted = leaking_model
    assert fitted.exit_code == 4, fitted.output
    assert 'Leak        TO101 "closed" alone gives the answer away' in fitted.stdout
    assert "Log-loss" in fitted.stdout
    assert fitted.stderr.splitlines()[-1] == "Check fired: TO101, which --fail-on names."
    assert load(out).checks()[0].code == "TO101"


def test_check_prints_code_severity_sentence_and_remedy(run, leaking_model):
    out, _ = leaking_model
    result = run("check", out)
    assert result.exit_code == 0, result.output
    assert 'TO101       warning: "closed" alone gives the answer away' in result.stdout
    assert "To do: if it is not known when you forecast" in result.stdout
    assert 'TO105       note: "id" is not used: identifier' in result.stdout
    assert run("check", out, "--fail-on", "TO1").exit_code == 4
    assert run("check", out, "--fail-on", "TO106").exit_code == 0


def test_json_lists_checks(run, leaking_model):
    out, _ = leaking_model
    result = run("check", out, "--json", "--fail-on", "TO101")
    assert result.exit_code == 4
    found = json.loads(result.stdout)["checks"]
    assert found == [check.to_json() for check in load(out).checks()]
    assert set(found[0]) == {"code", "severity", "subject", "sentence", "remedy"}
    assert json.loads(run("inspect", out, "--json").stdout)["checks"] == found


def test_a_model_without_findings_says_so(run, model_file, monkeypatch):
    monkeypatch.setattr("trueodds.model.Model.checks", lambda model: ())
    result = run("check", model_file)
    assert (result.exit_code, result.stdout) == (
        0,
        f"None of {len(codes_of('fit'))} checks fired.\n",
    )


@pytest.mark.parametrize("code", ["TO999", "101", "TO", "", "leak"])
def test_an_unknown_code_is_refused_with_the_list(run, model_file, code):
    result = run("check", model_file, "--fail-on", code)
    assert result.exit_code == 2
    assert "check finds no such check" in result.stderr
    assert all(known in result.stderr for known in codes_of("check"))


def test_a_fit_refuses_an_unknown_code_before_it_reads(run, tmp_path):
    result = run("fit", tmp_path / "missing.csv", "--target", "y", "--fail-on", "TO999")
    assert result.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_a_command_refuses_codes_that_it_cannot_find():
    assert chosen_codes(["TO5"], "drift") == {"TO501", "TO502"}
    assert chosen_codes(["to301", "TO503"], "evaluate") == {"TO301", "TO503"}
    assert chosen_codes([], "fit") == frozenset()
    with pytest.raises(UsageError, match="drift finds no such check; name one of TO501, TO502"):
        chosen_codes(["TO101"], "drift")


def test_evaluate_and_drift_leave_with_4(run, model_file, table, tmp_path):
    result = run("evaluate", model_file, table, "--fail-on", "TO503", "--json")
    assert result.exit_code == 4, result.output
    assert [check["code"] for check in json.loads(result.stdout)["checks"]] == ["TO503"]
    assert run("evaluate", model_file, table, "--fail-on", "TO301").exit_code == 0
    frame = pl.read_csv(table, infer_schema=False)
    age = frame["age"].str.strip_chars().cast(pl.Int64) + 300
    moved = tmp_path / "moved.csv"
    frame.with_columns(age.alias("age")).write_csv(moved)
    result = run("drift", model_file, moved, "--json", "--fail-on", "TO501")
    assert result.exit_code == 4
    assert {"TO501", "TO502"} == {check["code"] for check in json.loads(result.stdout)["checks"]}
    assert run("drift", model_file, moved).exit_code == 3
    assert run("drift", model_file, table, "--fail-on", "TO5").exit_code == 0
