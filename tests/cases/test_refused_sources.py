"""What cannot be read as a table is one sentence, and no archive does harm."""

import sys
import zipfile
from pathlib import Path

import pytest

from cases.places import CSV, PACK, ROWS, SOURCES, TABLE, Make, put
from table.made_files import in_duckdb, in_ods, in_sqlite, in_xlsx, zipped
from trueodds import TrueOddsError
from trueodds.table import as_source, read_table, stream_table

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
