"""Every command takes tables from anywhere, and shows no password."""

import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from table.made_files import PACK, in_duckdb, in_sqlite, in_xlsx, zipped
from trueodds import load
from trueodds.table import read_table


@pytest.fixture
def places(table: Path, tmp_path: Path) -> dict[str, str]:
    """The table in several places."""
    raw = table.read_bytes()
    data = pl.read_csv(table, infer_schema=False)
    folder = tmp_path / "folder"
    folder.mkdir()
    data[:100].write_csv(folder / "1.csv")
    data[100:].write_csv(folder / "2.csv")
    packed = tmp_path / "people.csv.zst"
    packed.write_bytes(PACK[".zst"](raw))
    return {
        "zst": str(packed),
        "zip": f"{zipped(tmp_path / 'two.zip', {'people.csv': raw, 'b.csv': raw})}#people.csv",
        "folder": str(folder),
        "pattern": f"{folder}/*.csv",
        "SQLite": f"{in_sqlite(tmp_path / 'shop.sqlite', {'people': data})}#people",
        "DuckDB": f"{in_duckdb(tmp_path / 'shop.duckdb', {'people': data})}#people",
        "Excel": f"{in_xlsx(tmp_path / 'book.xlsx', {'people': data, 'b': data})}#people",
    }


KINDS = ("zst", "zip", "folder", "pattern", "SQLite", "DuckDB", "Excel")


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_commands_take_it_too(run, model_file, places, kind):
    place = places[kind]
    expected = load(model_file).predict(read_table(place))
    assert expected.size == 240
    result = run("evaluate", model_file, place, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["table"] == place
    result = run("decide", model_file, place, "--json")
    assert result.exit_code == 0, result.output
    result = run("drift", model_file, place, "--json")
    assert result.exit_code in (0, 3), result.output
    assert json.loads(result.stdout)["rows"] == 240
    result = run("predict", model_file, place)
    assert result.exit_code == 0, result.output
    scored = pl.read_csv(io.StringIO(result.stdout), infer_schema_length=None)
    assert scored["probability"].to_list() == expected.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_fit_from_everywhere_and_evaluate_knows_the_table(
    run, places, kind, tiny_recipe, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    place = places[kind]
    result = run("fit", place, "--target", "answer", "--no-report")
    assert result.exit_code == 0, result.output
    made = {"folder": "folder.odds", "pattern": "folder.odds"}.get(kind, "people.odds")
    assert load(made).target_name == "answer"
    found = json.loads(run("evaluate", made, place, "--json").stdout)
    assert found["training_table"] is True
    assert not list(tmp_path.glob(".*.work"))


def test_fit_continues_from_a_folder_and_not_from_another_part(
    run, places, tiny_recipe, tmp_path, monkeypatch
):
    """Members that are kept belong to the part that they were trained on."""
    from trueodds.cli.fit_job import FitJob
    from trueodds.cli.run_settings import run_settings
    from trueodds.table import as_source
    from trueodds.table.anywhere import fingerprint

    known = {kind: fingerprint(as_source(place)) for kind, place in places.items()}
    assert known["folder"] == known["pattern"] != ""
    assert known["zip"] != fingerprint(as_source(places["zip"].replace("people.csv", "b.csv")))
    (tmp_path / "folder" / "1.csv").write_text("x,answer\n1,yes\n")
    assert fingerprint(as_source(places["folder"])) != known["folder"]
    job = FitJob(as_source(places["zip"]), "answer", tmp_path / "m.odds", None)
    assert run_settings(job, tiny_recipe, known["zip"])["the table"] == known["zip"]


def test_fit_from_stdin(run, table, tiny_recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("trueodds.table.fetch._stdin", lambda: io.BytesIO(table.read_bytes()))
    result = run("fit", "-", "--target", "answer", "--no-report")
    assert result.exit_code == 0, result.output
    plain = run("fit", table, "--target", "answer", "--no-report", "--out", "plain.odds")
    assert plain.exit_code == 0
    assert load("stdin.odds").source == "stdin"
    new = read_table(table)
    assert load("stdin.odds").predict(new).tobytes() == load("plain.odds").predict(new).tobytes()
    found = json.loads(run("evaluate", "stdin.odds", table, "--json").stdout)
    assert found["training_table"] is True


def test_a_query(run, model_file, places):
    file = places["SQLite"].partition("#")[0]
    query = "select * from people where cast(age as int) > 40"
    result = run("predict", model_file, file, "--query", query, "--columns", "age,probability")
    assert result.exit_code == 0, result.output
    scored = pl.read_csv(io.StringIO(result.stdout))
    assert scored.columns == ["age", "probability"]
    assert scored["age"].cast(pl.String).str.strip_chars().cast(int).min() == 41
    result = run("predict", model_file, places["SQLite"], "--query", query)
    assert result.exit_code == 2
    assert "choose a table by # or by a query, not by both" in result.stderr


def test_a_format_that_is_told(run, model_file, table, tmp_path):
    other = tmp_path / "people.export"
    other.write_bytes(table.read_bytes())
    result = run("predict", model_file, other)
    assert result.exit_code == 1
    assert "people.export: unknown ending" in result.stderr
    assert "--format tells the format" in result.stderr
    assert run("predict", model_file, other, "--format", "csv").exit_code == 0
    result = run("predict", model_file, other, "--format", "word")
    assert result.exit_code == 2
    assert '"word" is no format of a table: choose csv' in result.stderr


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "feather", "jsonl", "duckdb#t"])
def test_chosen_columns(run, model_file, table, tmp_path, ending):
    out = tmp_path / f"s.{ending}"
    words = ["predict", model_file, table, "--out", out]
    result = run(*words, "--columns", "probability, id", "--columns", "answer")
    assert result.exit_code == 0, result.output
    scored = read_table(str(out)).data
    assert scored.columns == ["probability", "id", "answer"]
    expected = load(model_file).predict(read_table(table))
    assert scored["probability"].cast(float).to_list() == expected.tolist()
    if ending == "csv":
        assert out.read_text().splitlines()[0] == "probability,id, answer "


def test_columns_that_are_not_there(run, model_file, table, tmp_path):
    out = tmp_path / "s.csv"
    result = run("predict", model_file, table, "--out", out, "--columns", "id,probabilty")
    assert result.exit_code == 2
    assert '--columns: people.csv has no column "probabilty": did you mean "probability"?' in (
        result.stderr
    )
    assert not out.exists()


def test_a_column_with_a_comma_and_one_called_probability(run, model_file, table, tmp_path):
    data = pl.read_csv(table, infer_schema=False)
    data = data.with_columns(pl.lit("x").alias("a,b"), pl.lit("y").alias("probability"))
    new = tmp_path / "n.csv"
    data.write_csv(new)
    out = tmp_path / "s.parquet"
    words = ["--columns", "a,b", "--columns", "id,probability"]
    result = run("predict", model_file, new, "--out", out, *words)
    assert result.exit_code == 0, result.output
    assert 'the new column is called "probability_1"' in result.stderr
    assert pl.read_parquet(out).columns == ["a,b", "id", "probability_1"]


def test_places_that_scored_rows_cannot_go_to(run, model_file, table, tmp_path):
    said = {
        "s.duckdb": "name the new table, such as s.duckdb#scored",
        "https://ann:secret@host/s.csv": "https://***@host/s.csv: scored rows go to files and",
        "s.docx": "unknown ending",
    }
    for out, message in said.items():
        result = run("predict", model_file, table, "--out", out)
        assert result.exit_code == 2, result.output
        assert message in result.stderr
        assert "secret" not in result.output


def test_scored_rows_do_not_become_rows_to_score(run, model_file, places, tmp_path):
    inside = tmp_path / "folder" / "scored.csv"
    result = run("predict", model_file, places["folder"], "--out", inside)
    assert result.exit_code == 2
    assert "scored.csv lies in the input folder" in result.stderr
    result = run("predict", model_file, places["pattern"], "--out", inside)
    assert result.exit_code == 2
    assert "scored.csv is of the input's pattern" in result.stderr
    assert not inside.exists()
    beside = inside.with_suffix(".parquet")
    assert run("predict", model_file, places["pattern"], "--out", beside).exit_code == 0
    file = places["SQLite"].partition("#")[0]
    result = run("predict", model_file, places["SQLite"], "--out", f"{file}#scored")
    assert result.exit_code == 0, result.output
    assert read_table(f"{file}#scored").rows == 240


def test_no_password_is_shown_or_kept(run, model_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    place = "postgresql://ann:secret@host/shop#people"
    for words in (
        ["fit", place, "--target", "answer"],
        ["predict", model_file, place],
        ["evaluate", model_file, place],
        ["decide", model_file, place],
        ["drift", model_file, place],
    ):
        result = run(*words)
        assert result.exit_code == 1, result.output
        assert "pip install 'trueodds[sql]'" in result.stderr
        assert "postgresql://***@host/shop" in result.stderr
        assert "secret" not in result.output


def test_a_model_from_a_database_server_holds_no_password(
    run, places, tiny_recipe, tmp_path, monkeypatch
):
    """The name of the source in model and report is the masked URL."""
    frame = read_table(places["SQLite"])
    monkeypatch.setattr(
        "trueodds.cli.fit.read_table",
        lambda source: type(frame)(**{**vars(frame), "source": f"{source.name}#{source.part}"}),
    )
    monkeypatch.chdir(tmp_path)
    place = "postgresql://ann:secret@host/shop?sslmode=disable#people"
    result = run("fit", place, "--target", "answer", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["source"] == "postgresql://***@host/shop?***#people"
    for path in (tmp_path / "people.odds", tmp_path / "people.html"):
        assert b"secret" not in path.read_bytes()
        assert b"ann:" not in path.read_bytes()
