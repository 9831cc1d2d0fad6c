"""``docs/json.md`` lists the keys that ``--json`` prints, with their types."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from trueodds.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| .* \|$", re.M)
PLAIN = {
    "text": str,
    "integer": int,
    "number": (int, float),
    "true or false": bool,
}


@cache
def sections() -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Keys and types of the commands, and of the objects."""
    commands, objects = PAGE.read_text(encoding="utf-8").split("\n## The objects\n")
    return keys_of(commands), keys_of(objects)


def keys_of(text: str) -> dict[str, dict[str, str]]:
    parts = re.split(r"^### (.+)$", text, flags=re.M)[1:]
    return {
        name.lower(): dict(ROW.findall(body))
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def wrong(value: Any, told: str, path: str) -> list[str]:
    """What of a value is not as the page tells."""
    told = told.removesuffix(", optional")
    if told == "anything" or (value is None and told.endswith(" or null")):
        return []
    told = told.removesuffix(" or null")
    if told.startswith("list of "):
        if not isinstance(value, list):
            return [f"{path} is no list"]
        one = told.removeprefix("list of ")
        return [line for item in value for line in wrong(item, one, f"{path}[]")]
    if told in PLAIN:
        fits = isinstance(value, PLAIN[told]) and (told == "true or false") == isinstance(
            value, bool
        )
        return [] if fits else [f"{path} is {value!r}, the page says {told}"]
    return wrong_object(value, sections()[1][told.strip("*")], path)


def wrong_object(value: Any, keys: dict[str, str], path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path} is no object"]
    lines = [f"{path}.{key} is not on the page" for key in value if key not in keys]
    for key, told in keys.items():
        if key in value:
            lines += wrong(value[key], told, f"{path}.{key}")
        elif not told.endswith(", optional"):
            lines.append(f"{path}.{key} is not printed")
    return lines


def test_every_command_with_json_and_every_object_is_on_the_page() -> None:
    commands, objects = sections()
    named = {
        command.callback.__name__ if command.name is None else command.name
        for command in app.registered_commands
        if command.callback is not None and "as_json" in command.callback.__annotations__
    }
    assert named == {*commands, "prove"}
    told = {kind for keys in (*commands.values(), *objects.values()) for kind in keys.values()}
    used = {word for kind in told for word in re.findall(r"\*(.+?)\*", kind)}
    assert used == set(objects)


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("evaluate", ["--by", "job", "--by", "smoker", "--cost-fp", "1", "--cost-fn", "4"]),
        ("decide", ["--cost-fp", "1", "--cost-fn", "4"]),
        ("decide", ["--cost-fp", "1", "--cost-fn", "4", "--capacity", "20"]),
        ("drift", []),
        ("effects", ["--columns", "age,job"]),
        ("predict", ["--out", "scored.csv"]),
    ],
)
def test_a_command_prints_what_the_page_lists(
    run, model_file, new_table, tmp_path, monkeypatch, command, more
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = run(command, model_file, new_table, *more, "--json")
    assert printed.exit_code in (0, 3), printed.output
    assert wrong_object(json.loads(printed.stdout), sections()[0][command], command) == []


@pytest.mark.parametrize("command", ["inspect", "check"])
def test_a_command_about_a_model_prints_what_the_page_lists(run, model_file, command) -> None:
    printed = run(command, model_file, "--json")
    assert wrong_object(json.loads(printed.stdout), sections()[0][command], command) == []


def test_compare_prints_what_the_page_lists(run, model_file, new_table) -> None:
    printed = run("compare", model_file, model_file, new_table, "--json")
    assert printed.exit_code == 0, printed.output
    assert wrong_object(json.loads(printed.stdout), sections()[0]["compare"], "compare") == []


@pytest.mark.slow
def test_fit_prints_what_the_page_lists(run, table, tmp_path) -> None:
    costs = ["--cost-fp", "1", "--cost-fn", "4"]
    printed = run(
        "fit", table, "--target", "answer", "--effort", "quick", "--no-report",
        "--out", tmp_path / "people.odds", *costs, "--json",
    )  # fmt: skip
    assert printed.exit_code == 0, printed.output
    assert wrong_object(json.loads(printed.stdout), sections()[0]["fit"], "fit") == []
