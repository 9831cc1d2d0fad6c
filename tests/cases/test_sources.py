"""One table from wherever it lies: the same cells and the same probabilities."""

import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.places import PACK, ROWS, SOURCES, TABLE, TARGET, hive
from table.made_files import in_duckdb, in_ods, in_sqlite, zipped
from trueodds import Model, TrueOddsClassifier
from trueodds.table import read_table, stream_table

READ: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("a file", "`loans.csv`", "", ("CSV", "Parquet")),
    (
        "a compressed file",
        "`loans.csv.gz`, `.bz2`, `.xz`, `.zst`",
        "",
        (*(f"CSV and {e}" for e in PACK), "JSON lines and .zst", "Parquet and .gz"),
    ),
    (
        "a zip archive",
        "`loans.zip`, `loans.zip#may.csv`",
        "",
        ("zip", "zip and its member", "zip of Parquet"),
    ),
    (
        "a folder, hive partitions too",
        "`loans/`",
        "",
        ("folder of CSV", "folder of Parquet", "folder of JSON lines"),
    ),
    ("a pattern", "`'loans/*.csv'`", "", ("pattern", "pattern through folders")),
    ("stdin", "`-`, with `--format csv` if need be", "", ()),
    (
        "an Excel or OpenDocument workbook",
        "`bank.xlsx#loans`, `bank.ods`",
        "excel",
        ("Excel", "Excel and its sheet", "OpenDocument", "OpenDocument and its sheet"),
    ),
    (
        "a SQLite file",
        "`bank.sqlite#loans`, or `--query`",
        "",
        ("SQLite", "SQLite and its table", "SQLite and a query"),
    ),
    (
        "a DuckDB file",
        "`bank.duckdb#loans`, or `--query`",
        "duckdb",
        ("DuckDB", "DuckDB and its table", "DuckDB and a query"),
    ),
    ("a PostgreSQL server", "`postgresql://ann@host/bank#loans`, or `--query`", "sql", ()),
    ("a web server", "`https://host/loans.csv`", "", ()),
    ("a cloud", "`s3://bucket/loans.parquet`, `s3://bucket/loans/`, `gs://…`", "cloud", ()),
)
"""What README says is read: the kind, how it is written, its extra, and the sources that prove it.

Stdin, servers and clouds have tests of their own."""
ELSEWHERE = {
    "stdin": "cases/test_stdin.py::test_stdin",
    "a PostgreSQL server": "table/test_postgresql.py::test_a_table_and_a_query_of_postgresql",
    "a web server": "table/test_fetch.py::test_from_the_web",
    "a cloud": "table/test_fetch.py::test_from_the_cloud",
}


def test_the_readme_lists_what_is_tested() -> None:
    root = Path(__file__).parents[2]
    lines = ["| a table is | written as | extra |", "| --- | --- | --- |"]
    for kind, written, extra, proved in READ:
        lines.append(f"| {kind} | {written} | {f'`{extra}`' if extra else ''} |")
        assert set(proved) <= set(SOURCES)
        if not proved:
            file, _, test = ELSEWHERE[kind].partition("::")
            assert f"def {test}(" in (root / "tests" / file).read_text(encoding="utf-8")
    text = (root / "README.md").read_text(encoding="utf-8")
    shown = text.split("<!-- sources: tests/cases/test_sources.py -->\n")[1]
    assert shown.split("<!-- end of sources -->")[0].splitlines() == lines
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {extra for _, _, extra, _ in READ if extra} <= set(extras["optional-dependencies"])


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_table_from_everywhere(
    name: str, tmp_path: Path, model: Model, expected: "np.ndarray"
) -> None:
    source = SOURCES[name](tmp_path)
    frame = read_table(source)
    assert frame.rows == ROWS
    assert sorted(frame.names) == sorted(TABLE.columns)
    assert model.predict(frame).tobytes() == expected.tobytes()
    parts = list(stream_table(SOURCES[name](fresh(tmp_path)), small=0, piece=500).frames)
    assert np.concatenate([model.predict(part) for part in parts]).tobytes() == expected.tobytes()


def fresh(folder: Path) -> Path:
    folder = folder / "again"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_hive_partitions(kind: str, tmp_path: Path, model: Model) -> None:
    folder = hive(tmp_path / "all", kind)
    frame = read_table(folder)
    known = dict(zip(TABLE["id"], model.predict(TABLE), strict=True))
    assert frame.data["job"].to_list() == sorted(TABLE["job"].to_list())
    forecast = model.predict(frame)
    assert [known[key] for key in frame.data["id"].to_list()] == forecast.tolist()
    assert frame.place(0) == f"all/job=01/part-0.{kind}, {'line 2' if kind == 'csv' else 'row 1'}"


@pytest.mark.usefixtures("tiny_recipe")
@pytest.mark.parametrize(
    ("one", "other"),
    [("CSV", "CSV and .zst"), ("CSV", "zip"), ("CSV", "folder of CSV"), ("Parquet", "DuckDB")],
)
def test_models_of_the_same_table_are_the_same(one: str, other: str, tmp_path: Path) -> None:
    """Training from another container gives the same probabilities."""
    made = []
    for position, name in enumerate((one, other)):
        folder = tmp_path / str(position)
        folder.mkdir()
        frame = read_table(SOURCES[name](folder))
        fitted = TrueOddsClassifier(random_state=0, n_jobs=1).fit(frame.data, TARGET.to_numpy())
        made.append(fitted.model_.predict(TABLE).tobytes())
    assert made[0] == made[1]


tables = st.lists(st.sampled_from(["int", "float", "text"]), min_size=1, max_size=4).flatmap(
    lambda kinds: st.lists(
        st.tuples(*[KIND_CELLS[kind] for kind in kinds]), min_size=2, max_size=8
    ).map(lambda rows: (kinds, rows))
)
printed = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=5,
)
KIND_CELLS = {
    "int": st.none() | st.integers(-(10**9), 10**9),
    "float": st.none() | st.floats(-1e6, 1e6).map(lambda v: round(v, 3) + 0.0),
    "text": st.none() | printed,
}
TYPES = {"int": pl.Int64, "float": pl.Float64, "text": pl.String}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables)
def test_any_typed_table_has_the_same_cells(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[list[str], list[tuple[object, ...]]]
) -> None:
    """Databases and workbooks hold the cells of the Parquet file."""
    kinds, rows = drawn
    schema = {f"c{i}": TYPES[kind] for i, kind in enumerate(kinds)}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.Series("row", range(len(rows)))
    )
    folder = tmp_path_factory.mktemp("any")
    places = [
        in_sqlite(folder / "t.sqlite", {"t": table}),
        in_duckdb(folder / "t.duckdb", {"t": table}),
        in_ods(folder / "t.ods", {"t": table}),
        zipped(folder / "t.zip", {"t.jsonl": table.write_ndjson().encode()}),
    ]
    for place in places:
        frame = read_table(place)
        assert frame.names == tuple(table.columns)
        for name in table.columns:
            found, known = frame.data[name], table[name]
            if known.null_count() == table.height:
                assert found.null_count() == table.height
            elif known.dtype == pl.String:
                assert found.to_list() == known.to_list()
            else:
                assert found.cast(pl.Float64).to_list() == known.cast(pl.Float64).to_list()
