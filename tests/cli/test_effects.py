"""``trueodds effects``: tables of places, JSON, and columns that have none."""

import json

import pytest

from trueodds import load
from trueodds.table import read_table

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_each_column_is_a_table_of_its_places(run, model_file, table):
    result = run("effects", model_file, table)
    assert result.exit_code == 0, result.output
    for words in (
        "age (number): standard deviation",
        "smoker (yes/no)",
        "since (date)",
        "band",
        "clerk",
        "missing",
        "× ",
        "by chance up to",
        "Pairs       of 10 pairs of columns",
        "Rows        240; in each column, cells of about 240 of them were changed",
    ):
        assert words in result.stdout, words


def test_json_is_what_python_gives(run, model_file, new_table):
    result = run("effects", model_file, new_table, "--json", "--columns", "job, age")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [column["column"] for column in found["columns"]] == ["job", "age"]
    model = load(model_file)
    expected = model.effects_of(model.read(read_table(new_table)), ["job", "age"])
    for column, same in zip(found["columns"], expected.columns, strict=True):
        points = [(p["cell"], p["effect"], p["rows"]) for p in column["points"]]
        assert points == [(p.cell, p.effect, p.rows) for p in same.points]
    assert (found["rows"], found["of"]) == (240, 240)
    (pair,), (same,) = found["pairs"], expected.pairs
    assert (pair["first"], pair["second"], pair["size"]) == ("job", "age", same.size)
    assert pair["beyond_chance"] == same.beyond_chance


@pytest.mark.parametrize(
    ("columns", "words"),
    [("agee", 'did you mean "age"'), ("id", 'does not use "id": '), ("age,", 'no column ""')],
)
def test_a_column_without_effects_is_one_sentence(run, model_file, table, columns, words):
    result = run("effects", model_file, table, "--columns", columns)
    assert result.exit_code == 2
    assert words in result.stderr


def test_few_rows_have_no_places(run, model_file, table, tmp_path):
    few = tmp_path / "few.csv"
    few.write_text("\n".join(table.read_text().splitlines()[:6]) + "\n")
    result = run("effects", model_file, few, "--columns", "age")
    assert result.exit_code == 0, result.output
    assert "age (number): no two places have enough rows" in result.stdout
