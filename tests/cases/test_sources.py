"""One table from wherever it lies: the same cells, the same probabilities, or one sentence."""

import datetime
import io
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from table.made_files import PACK, in_duckdb, in_ods, in_sqlite, in_xlsx, zipped
from trueodds import Model, TrueOddsClassifier, TrueOddsError
from trueodds.table import as_frame, as_source, read_table, stream_table, write_scored

ROWS = 120
rng = np.random.default_rng(5)
TABLE = pl.DataFrame(
    {
        "id": [f"k{i:04d}" for i in range(ROWS)],
        "age": rng.integers(18, 90, ROWS).tolist(),
        "size": [None if i % 9 == 0 else v for i, v in enumerate(rng.normal(size=ROWS).round(3))],
        "job": rng.choice(["clerk", "cook", "smith", "01"], ROWS).tolist(),
        "since": [f"20{y:02d}-0{m}-11" for y, m in rng.integers([10, 1], [24, 10], (ROWS, 2))],
    }
)
TARGET = pl.Series(
    "answer",
    np.where(
        TABLE["age"].to_numpy() + TABLE["size"].fill_null(0.0).to_numpy() * 20 > 50, "yes", "no"
    ),
)
LABELLED = TABLE.with_columns(TARGET)
CSV = TABLE.write_csv().encode()


def hive(folder: Path, kind: str) -> Path:
    """Folders by job; rows come in the order of the jobs."""
    for (job,), part in TABLE.group_by("job", maintain_order=True):
        inner = folder / f"job={job}"
        inner.mkdir(parents=True)
        save(part.drop("job"), inner / f"part-0.{kind}")
    return folder


def save(table: pl.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        table.write_parquet(path)
    elif path.suffix == ".jsonl":
        table.write_ndjson(path)
    else:
        table.write_csv(path)
    return path


def halves(folder: Path, kind: str) -> Path:
    """Two files, the second with its columns in another order."""
    folder.mkdir()
    save(TABLE[:50], folder / f"a.{kind}")
    save(TABLE[50:].select(reversed(TABLE.columns)), folder / f"b.{kind}")
    return folder


def put(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def parquet() -> bytes:
    file = io.BytesIO()
    TABLE.write_parquet(file)
    return file.getvalue()


Make = Callable[[Path], object]
SOURCES: dict[str, Make] = {
    "CSV": lambda d: put(d / "t.csv", CSV),
    "Parquet": lambda d: put(d / "t.parquet", parquet()),
    **{
        f"CSV and {ending}": lambda d, e=ending, p=pack: put(d / f"t.csv{e}", p(CSV))
        for ending, pack in PACK.items()
    },
    **{
        f"{ending} without its ending": lambda d, p=pack: put(d / "t.csv", p(CSV))
        for ending, pack in PACK.items()
    },
    "JSON lines and .zst": lambda d: put(
        d / "t.jsonl.zst", PACK[".zst"](TABLE.write_ndjson().encode())
    ),
    "Parquet and .gz": lambda d: put(d / "t.parquet.gz", PACK[".gz"](parquet())),
    "zip": lambda d: zipped(d / "t.zip", {"inner/t.csv": CSV, "read me.md": b"no table"}),
    "zip of one member without ending": lambda d: zipped(d / "t.csv.zip", {"t": CSV}),
    "zip and its member": lambda d: f"{zipped(d / 't.zip', {'a.csv': b'x', 'b.csv': CSV})}#b.csv",
    "zip of Parquet": lambda d: zipped(d / "t.zip", {"t.parquet": parquet()}),
    "Excel": lambda d: in_xlsx(d / "t.xlsx", {"one": TABLE, "two": None}),
    "Excel and its sheet": lambda d: f"{in_xlsx(d / 't.xlsx', {'a': TABLE[:5], 'b': TABLE})}#b",
    "OpenDocument": lambda d: in_ods(d / "t.ods", {"one": TABLE}),
    "OpenDocument and its sheet": lambda d: (
        f"{in_ods(d / 't.ods', {'a': TABLE[:5], 'b b': TABLE})}#b b"
    ),
    "SQLite": lambda d: in_sqlite(d / "t.sqlite", {"known": TABLE}),
    "SQLite and its table": lambda d: f"{in_sqlite(d / 't.db', {'a': TABLE, 'b': TABLE[:2]})}#a",
    "SQLite and a query": lambda d: as_source(
        in_sqlite(d / "t.sqlite", {"a": TABLE, "b": TABLE[:2]}), query="select * from a"
    ),
    "DuckDB": lambda d: in_duckdb(d / "t.duckdb", {"known": TABLE}),
    "DuckDB and its table": lambda d: f"{in_duckdb(d / 't.db', {'a': TABLE, 'b': TABLE[:2]})}#a",
    "DuckDB and a query": lambda d: as_source(
        in_duckdb(d / "t.duckdb", {"a": TABLE, "b": TABLE[:2]}), query="select * from a"
    ),
    "folder of CSV": lambda d: halves(d / "all", "csv"),
    "folder of Parquet": lambda d: halves(d / "all", "parquet"),
    "folder of JSON lines": lambda d: halves(d / "all", "jsonl"),
    "pattern": lambda d: f"{halves(d / 'all', 'csv')}/*.csv",
    "pattern through folders": lambda d: f"{halves(d / 'all', 'parquet').parent}/**/*.parquet",
    "told format": lambda d: as_source(put(d / "t.what", CSV), told="csv"),
    "a folder with files of one line": lambda d: [
        (d / "all").mkdir(),
        *[save(TABLE[i : i + 1], d / "all" / f"{i:03}.csv") for i in range(ROWS)],
        d / "all",
    ][-1],
}


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
    "stdin": "cases/test_sources.py::test_stdin",
    "a PostgreSQL server": "table/test_databases.py::test_a_table_and_a_query_of_postgresql",
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


@pytest.fixture(scope="module")
def model() -> Model:
    fitted = TrueOddsClassifier(effort="quick", n_jobs=1, random_state=0)
    return fitted.fit(TABLE, TARGET.to_numpy()).model_


@pytest.fixture(scope="module")
def expected(model: Model) -> "np.ndarray":
    return model.predict(TABLE)


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


cell = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6).map(lambda v: round(v, 3)),
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["C"])),
)
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


REFUSED: dict[str, tuple[Make, str]] = {
    "several members": (
        lambda d: zipped(d / "t.zip", {"a.csv": CSV, "b.csv": CSV}),
        r't.zip holds 2 tables: choose one, such as t.zip#a.csv; they are "a.csv", "b.csv"',
    ),
    "a missing member": (
        lambda d: f"{zipped(d / 't.zip', {'a.csv': CSV, 'b.csv': CSV})}#c.csv",
        't.zip has no member "c.csv"; it holds "a.csv", "b.csv"',
    ),
    "an empty archive": (lambda d: zipped(d / "t.zip", {}), "t.zip holds no file"),
    "no table in it": (
        lambda d: zipped(d / "t.zip", {"a.png": b"x"}),
        "t.zip#a.png is no table of .csv",
    ),
    "several sheets": (
        lambda d: in_xlsx(d / "t.xlsx", {"a": TABLE, "b": TABLE}),
        't.xlsx holds 2 sheets: choose one, such as t.xlsx#a; they are "a", "b"',
    ),
    "a missing sheet": (
        lambda d: f"{in_xlsx(d / 't.xlsx', {'a': TABLE, 'b': TABLE})}#c",
        't.xlsx has no sheet "c"; it holds "a", "b"',
    ),
    "an empty sheet": (
        lambda d: f"{in_xlsx(d / 't.xlsx', {'a': TABLE, 'b': None})}#b",
        'the sheet "b" of t.xlsx is empty',
    ),
    "an empty workbook": (
        lambda d: in_xlsx(d / "t.xlsx", {"a": None, "b": None}),
        "t.xlsx is empty: nothing to read",
    ),
    "a sheet without rows": (
        lambda d: in_ods(d / "t.ods", {"a": TABLE[:0]}),
        "t.ods has a header row but no rows",
    ),
    "a workbook that is none": (
        lambda d: zipped(d / "t.xlsx", {"a.csv": CSV}),
        "t.xlsx is not a workbook that can be read",
    ),
    "a sheet of text": (lambda d: put(d / "t.xlsx", CSV), "t.xlsx is a damaged zip file"),
    "several tables": (
        lambda d: in_sqlite(d / "t.sqlite", {"a": TABLE, "b": TABLE}),
        't.sqlite holds 2 tables: choose one, such as t.sqlite#a; they are "a", "b"',
    ),
    "a missing table": (
        lambda d: f"{in_sqlite(d / 't.sqlite', {'a': TABLE, 'b': TABLE})}#c",
        't.sqlite has no table "c"; it holds "a", "b"',
    ),
    "a missing table of DuckDB": (
        lambda d: f"{in_duckdb(d / 't.duckdb', {'a': TABLE, 'b': TABLE})}#c",
        't.duckdb has no table "c"; it holds "a", "b"',
    ),
    "no tables": (lambda d: in_duckdb(d / "t.duckdb", {}), "t.duckdb holds no table"),
    "an empty table": (
        lambda d: in_sqlite(d / "t.sqlite", {"a": TABLE[:0]}),
        "t.sqlite has columns but no rows",
    ),
    "a wrong query": (
        lambda d: as_source(in_sqlite(d / "t.sqlite", {"a": TABLE}), query="select x from a"),
        "t.sqlite cannot be queried: no such column: x",
    ),
    "a wrong query of DuckDB": (
        lambda d: as_source(in_duckdb(d / "t.duckdb", {"a": TABLE}), query="select x from a"),
        't.duckdb cannot be queried: Binder Error: Referenced column "x" not found',
    ),
    "a query that gives nothing": (
        lambda d: as_source(in_sqlite(d / "t.sqlite", {"a": TABLE}), query="pragma user_version=1"),
        "t.sqlite.*(cannot be queried: attempt to write|the query gives no table)",
    ),
    "a query that writes": (
        lambda d: as_source(in_sqlite(d / "t.sqlite", {"a": TABLE}), query="drop table a"),
        "t.sqlite cannot be queried: attempt to write a readonly database",
    ),
    "one name twice": (
        lambda d: as_source(in_duckdb(d / "t.duckdb", {"a": TABLE}), query="select 1 x, 2 x"),
        "t.duckdb: two columns of the query have one name",
    ),
    "a query of a CSV file": (
        lambda d: as_source(put(d / "t.csv", CSV), query="select 1"),
        "t.csv is no database: a query needs one",
    ),
    "no database": (lambda d: put(d / "t.sqlite", CSV), "t.sqlite is no SQLite or DuckDB file"),
    "a damaged database": (
        lambda d: put(d / "t.sqlite", b"SQLite format 3\0" + b"junk" * 99),
        "t.sqlite cannot be queried",
    ),
    "a part of a CSV file": (
        lambda d: f"{put(d / 't.csv', CSV)}#x",
        't.csv holds one table: drop "#x"',
    ),
    "an empty folder": (lambda d: d, "holds no table of .csv"),
    "a folder of other things": (
        lambda d: put(d / "read me.md", b"x").parent,
        'holds no table of .csv.*; it holds "read me.md"',
    ),
    "no match": (lambda d: f"{d}/*.csv", r"\*.csv: no file has such a name"),
    "different columns": (
        lambda d: [put(d / "a.csv", b"x,y\n1,2\n"), put(d / "b.csv", b"x,z\n1,2\n"), d][-1],
        r'b.csv lacks "y" and has "z" besides, compared with .*a.csv; keep files of one table',
    ),
    "several kinds": (
        lambda d: [put(d / "a.csv", b"x,y\n1,2\n"), put(d / "b.jsonl", b'{"x": 1}\n'), d][-1],
        "holds files of JSON and delimited text: choose those of one kind",
    ),
    "a folder and a part": (lambda d: as_source(d, query="select 1"), "holds several files"),
    "partly in key=value folders": (
        lambda d: [
            (d / "k=1").mkdir(),
            put(d / "k=1" / "a.csv", b"x,y\n1,2\n"),
            put(d / "a.csv", b"x,y\n1,2\n"),
            d,
        ][-1],
        'some files are in folders of "k", and some are not',
    ),
    **{
        f"damaged {ending}": (
            lambda d, e=ending, p=pack: put(d / f"t.csv{e}", p(CSV)[:-9]),
            f"t.csv{ending} is a damaged",
        )
        for ending, pack in PACK.items()
    },
    **{
        f"no {ending}": (
            lambda d, e=ending: put(d / f"t.csv{e}", CSV),
            f"t.csv{ending} is not compressed with",
        )
        for ending in PACK
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_sentence(name: str, tmp_path: Path) -> None:
    make, message = REFUSED[name]
    source = make(tmp_path)
    for read in (read_table, stream_table):
        with pytest.raises(TrueOddsError, match=message) as error:
            read(source)
        assert "\n" not in str(error.value)


def test_other_files_of_a_folder_are_told(tmp_path: Path) -> None:
    folder = halves(tmp_path / "all", "csv")
    put(folder / "read me.md", b"x")
    put(folder / "_SUCCESS", b"")
    put(folder / ".hidden.csv", b"a\n")
    frame = read_table(folder)
    assert frame.notes == ('1 file is not read because of the ending: "read me.md"',)
    assert frame.source == "all"
    assert frame.place(0) == "all/a.csv, line 2"
    assert frame.place(50) == "all/b.csv, line 2"
    assert frame.take(np.array([55, 1])).place(0) == "all/b.csv, line 7"


def test_types_that_differ_between_files(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, 2], "b": [1, None], "c": ["x", "y"]}).write_parquet(
        tmp_path / "1.parquet"
    )
    pl.DataFrame({"a": [0.5], "b": ["z"], "c": [None]}).write_parquet(tmp_path / "2.parquet")
    frame = read_table(tmp_path)
    assert frame.data.rows() == [(1.0, "1", "x"), (2.0, None, "y"), (0.5, "z", None)]
    assert len(frame.notes) == 1
    assert 'column "b" has several types' in frame.notes[0]
    parts = list(stream_table(tmp_path).frames)
    assert [part.data.schema for part in parts] == [frame.data.schema] * 2


def test_a_json_key_that_a_file_lacks_is_missing(tmp_path: Path) -> None:
    put(tmp_path / "a.jsonl", b'{"x": 1}\n')
    put(tmp_path / "b.jsonl", b'{"x": 2, "y": "k"}\n')
    assert read_table(tmp_path).data.rows() == [(1, None), (2, "k")]


def test_the_folders_missing_value(tmp_path: Path) -> None:
    for name in ("k=__HIVE_DEFAULT_PARTITION__", "k=a%2Fb"):
        (tmp_path / name).mkdir()
        put(tmp_path / name / "t.csv", b"x,y\n1,2\n")
    assert read_table(tmp_path).data.rows() == [("1", "2", None), ("1", "2", "a/b")]


def test_a_small_file_that_expands_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trueodds.table.packed.FREE", 1 << 20)
    monkeypatch.setattr("trueodds.table.packed.TIMES", 20)
    bomb = b"a,b\n" + b"1,2\n" * (1 << 20)
    places = [put(tmp_path / f"t.csv{e}", pack(bomb)) for e, pack in PACK.items()]
    places.append(zipped(tmp_path / "t.zip", {"t.csv": bomb}))
    held = in_xlsx(tmp_path / "t.xlsx", {"a": TABLE})
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bomb)
    for place in [*places, held]:
        for read in (read_table, stream_table):
            with pytest.raises(TrueOddsError, match=f"{place.name}.* expands to more than 1 MiB"):
                read(place)


def test_a_false_size_of_a_member_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sizes that an archive states are not believed."""
    monkeypatch.setattr("trueodds.table.packed.FREE", 1 << 20)
    monkeypatch.setattr("trueodds.table.packed.TIMES", 20)
    bomb = b"a,b\n" + b"1,2\n" * (1 << 20)
    path = zipped(tmp_path / "t.zip", {"t.csv": bomb})
    stated = len(bomb).to_bytes(4, "little")
    raw = path.read_bytes()
    assert raw.count(stated) == 2
    path.write_bytes(raw.replace(stated, (100).to_bytes(4, "little")))
    with pytest.raises(TrueOddsError, match=r"t.zip#t.csv expands to more than 1 MiB"):
        read_table(path)


def test_no_name_in_an_archive_is_a_path(tmp_path: Path) -> None:
    inner = tmp_path / "deep"
    inner.mkdir()
    path = zipped(inner / "t.zip", {"../../evil.csv": CSV})
    before = sorted(tmp_path.rglob("*"))
    assert read_table(path).rows == ROWS
    assert read_table(f"{path}#../../evil.csv").rows == ROWS
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("package", "extra", "name"),
    [
        ("fastexcel", "excel", "Excel"),
        ("duckdb", "duckdb", "DuckDB"),
    ],
)
def test_a_missing_extra_is_named(
    package: str, extra: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SOURCES[name](tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        TrueOddsError, match=rf"needs the package {package}.*pip install 'trueodds\[{extra}\]'"
    ):
        read_table(source)


STDIN: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "CSV": (CSV, ()),
    "CSV, told": (CSV, ("--format", "csv")),
    "TSV": (TABLE.write_csv(separator="\t").encode(), ()),
    "Parquet": (parquet(), ()),
    "JSON lines": (TABLE.write_ndjson().encode(), ()),
    "JSON": (TABLE.write_json().encode(), ()),
    **{f"CSV and {ending}": (pack(CSV), ()) for ending, pack in PACK.items()},
}


@pytest.fixture(scope="module")
def model_file(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "m.odds"
    model.save(path)
    return path


def command(*words: object, stdin: bytes, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "trueodds", *map(str, words)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        check=False,
    )


@pytest.mark.parametrize("name", STDIN)
def test_stdin(name: str, tmp_path: Path, model_file: Path, expected: "np.ndarray") -> None:
    raw, options = STDIN[name]
    done = command("predict", model_file, "-", *options, stdin=raw, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scored = pl.read_csv(io.BytesIO(done.stdout), infer_schema_length=None)
    assert scored["probability"].to_list() == expected.tolist()


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda d: zipped(d / "t", {"t.csv": CSV}), ""),
        (lambda d: in_xlsx(d / "t", {"one": TABLE}), ""),
        (lambda d: in_ods(d / "t", {"one": TABLE}), ""),
        (lambda d: in_sqlite(d / "t", {"one": TABLE}), ""),
    ],
)
def test_stdin_of_files_with_several_parts(
    make: Make, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Path(str(make(tmp_path))).read_bytes()
    monkeypatch.setattr("trueodds.table.fetch._stdin", lambda: io.BytesIO(raw))
    frame = read_table(f"-{part}")
    assert frame.source.startswith("stdin")
    assert frame.rows == ROWS


def test_an_empty_stdin_is_one_sentence(tmp_path: Path, model_file: Path) -> None:
    done = command("predict", model_file, "-", stdin=b"", cwd=tmp_path)
    assert done.returncode == 1
    assert b"stdin is empty" in done.stderr


def typed_table() -> pl.DataFrame:
    start = datetime.datetime(2021, 3, 4)
    hours = rng.integers(0, 20_000, ROWS).tolist()
    moments = [start + datetime.timedelta(hours=h) for h in hours]
    return pl.DataFrame(
        {
            "day": [None if i % 11 == 0 else m.date() for i, m in enumerate(moments)],
            "moment": moments,
            "clock": [m.time() for m in moments],
            "lasted": [datetime.timedelta(minutes=5 * h) for h in hours],
            "paid": [None if i % 7 == 0 else bool(h % 2) for i, h in enumerate(hours)],
            "narrow": pl.Series([h / 7 for h in hours], dtype=pl.Float32),
            "count": pl.Series([h % 5 for h in hours], dtype=pl.UInt8),
            "level": pl.Series([f"l{h % 3}" for h in hours], dtype=pl.Categorical),
        }
    )


def typed_xlsx(path: Path, table: pl.DataFrame) -> Path:
    """Excel has no more digits of a float32 than its shortest text, as polars casts it."""
    shown = table.with_columns(pl.col("narrow").cast(pl.String).cast(pl.Float64))
    shown.write_excel(path, dtype_formats={pl.Duration: "[h]:mm:ss", pl.Time: "hh:mm:ss"})
    return path


TYPED: dict[str, Callable[[Path, pl.DataFrame], object]] = {
    "Parquet": lambda d, t: save(t, d / "t.parquet"),
    "zip of Parquet": lambda d, t: zipped(
        d / "t.zip", {"t.parquet": save(t, d / "t.parquet").read_bytes()}
    ),
    "folder of Parquet": lambda d, t: [
        (d / "all").mkdir(),
        save(t[:70], d / "all" / "1.parquet"),
        save(t[70:], d / "all" / "2.parquet"),
        d / "all",
    ][-1],
    "Excel": lambda d, t: typed_xlsx(d / "t.xlsx", t),
    "DuckDB": lambda d, t: in_duckdb(d / "t.duckdb", {"t": t}),
    "DuckDB, as it is written": lambda d, t: [
        write_scored(as_frame(t), np.full(t.height, 0.5), f"{d / 't.duckdb'}#t", t.columns),
        d / "t.duckdb",
    ][-1],
    "SQLite, as it is written": lambda d, t: [
        write_scored(as_frame(t), np.full(t.height, 0.5), f"{d / 't.sqlite'}#t"),
        as_source(d / "t.sqlite", query=f"select {', '.join(t.columns)} from t"),
    ][-1],
}


@pytest.mark.parametrize("trained", ["Parquet", "Excel", "DuckDB"])
def test_typed_tables_have_the_same_probabilities(trained: str, tmp_path: Path) -> None:
    """Dates, times, durations and yes/no, whatever holds them in training and in scoring."""
    table = typed_table()
    y = np.where(table["narrow"].to_numpy() > 1400, "yes", "no")
    forecasts = {}
    frames = {}
    for position, (name, make) in enumerate(TYPED.items()):
        folder = tmp_path / str(position)
        folder.mkdir()
        frames[name] = read_table(make(folder, table))
    fitted = TrueOddsClassifier(effort="quick", n_jobs=1, random_state=0)
    model = fitted.fit(frames[trained], y).model_
    for name, frame in frames.items():
        forecasts[name] = model.predict(frame).tolist()
    for name in frames:
        assert forecasts[name] == forecasts[trained], name
