"""What every command prints with --json is as its schema says, field by field.

`test_fit` and `test_evaluate` have fits, and evaluations with a page.
"""

from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator

from json_schema import fits, schema, strict
from trueodds.cli.app import app
from trueodds.cli.json_types import TYPES
from trueodds.cli.json_versions import VERSIONS

GOLDEN = Path(__file__).parents[1] / "golden"


def check(result: Any, command: str, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    return fits(result.stdout, command)


def test_every_command_with_json_has_a_schema() -> None:
    group = typer.main.get_command(app)
    with_json = {
        name
        for name, command in group.commands.items()
        if any("--json" in each.opts for each in command.params)
    }
    assert with_json == set(VERSIONS) == set(TYPES)
    for command in VERSIONS:
        Draft202012Validator.check_schema(schema(command))


def test_a_schema_refuses_what_it_does_not_name(run, model_file) -> None:
    found = check(run("check", model_file, "--json"), "check")
    judge = Draft202012Validator(strict(schema("check")))
    assert not judge.is_valid({**found, "more": 1})
    assert not judge.is_valid({"format": found["format"], "model": found["model"]})
    assert not judge.is_valid({**found, "format": "trueodds-check/0"})


def test_predict(run, model_file, new_table, tmp_path) -> None:
    words = ("predict", model_file, new_table, "--json", "--out", tmp_path / "scored.csv")
    assert "called" not in check(run(*words), "predict")
    strange = tmp_path / "strange.csv"
    strange.write_text(new_table.read_text("utf-8").replace(",cook,", ",pilot,"), "utf-8")
    found = check(
        run("predict", model_file, strange, *words[3:], "--decide", "--cost-fn", 3), "predict"
    )
    assert found["out_of_range"]


def test_evaluate(run, model_file, new_table, table, tmp_path) -> None:
    many = tmp_path / "many.csv"
    head, *lines = new_table.read_text("utf-8").splitlines(keepends=True)
    many.write_text(head + "".join(lines * 3), "utf-8")
    words = ("evaluate", model_file, many, "--json", "--by", "smoker", "--by", "job")
    found = check(run(*words, "--cost-fn", 2), "evaluate")
    assert found["slices"]["worst_combination"] is not None
    again = check(run("evaluate", model_file, table, "--json", "--no-weight"), "evaluate")
    assert again["all_seen"]
    assert "report" not in again


def test_compare(run, model_file, new_table) -> None:
    other = GOLDEN / "relu.odds"
    both = ("compare", model_file, model_file, new_table, "--json")
    found = check(run(*both, "--cost-fn", 2), "compare")
    assert found["differences"][0]["cost"] is not None
    assert check(run(*both), "compare")["differences"][0]["cost"] is None
    assert run("compare", model_file, other, new_table, "--json").stdout == ""


def test_decide(run, model_file, new_table) -> None:
    words = ("decide", model_file, new_table, "--json")
    assert check(run(*words), "decide")["decision"]["tuned"] is not None
    assert check(run(*words, "--capacity", 10), "decide")["decision"]["capacity"] == 10
    assert check(run(*words, "--cost-fn", "age"), "decide")["decision"]["threshold"] is None


def test_effects(run, model_file, new_table) -> None:
    words = ("effects", model_file, new_table, "--json", "--columns", "age,job,smoker,since")
    kinds = {each["kind"] for each in check(run(*words), "effects")["columns"]}
    assert kinds == {"number", "category", "yesno", "date"}


def test_drift(run, model_file, new_table, tmp_path) -> None:
    words = ("drift", model_file, new_table, "--json")
    assert not check(run(*words, "--threshold", 5), "drift")["drifted"]
    moved = tmp_path / "moved.csv"
    moved.write_text(new_table.read_text("utf-8").replace("20", "19"), "utf-8")
    assert check(run("drift", model_file, moved, "--json"), "drift", 3)["checks"]


@pytest.mark.parametrize("golden", ["", *sorted(path.name for path in GOLDEN.glob("*.odds"))])
def test_inspect(run, model_file, golden: str) -> None:
    check(run("inspect", GOLDEN / golden if golden else model_file, "--json"), "inspect")


def test_prove(run) -> None:
    pytest.importorskip("gmpy2")
    check(run("prove", "sigmoid", "--stride", "10000019", "--json"), "prove")
