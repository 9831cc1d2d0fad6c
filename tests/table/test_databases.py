"""Tables of SQLite and DuckDB files, read and written."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from table.made_files import in_duckdb, in_sqlite, in_xlsx
from table.scored_rows import ODDS, TABLE, as_parts
from trueodds.errors import TableError
from trueodds.table import as_frame, read_table, write_scored, write_stream


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_scored_rows_go_to_a_database_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    write_stream(as_frame(TABLE), as_parts(), f"{path}#scored")
    found = read_table(f"{path}#scored").data
    assert found["probability"].to_list() == ODDS.tolist()
    assert found["n"].to_list() == [1, 2, 3]
    assert found["x"].to_list() == [0.5, None, -2.25]
    assert [None if d is None else str(d) for d in found["day"]] == [
        "2024-01-02",
        None,
        "2023-05-06",
    ]
    write_scored(as_frame(TABLE), ODDS, f"{path}#again", ["id,probability"])
    assert read_table(f"{path}#again").names == ("id", "probability")
    before = path.read_bytes()
    with pytest.raises(TableError, match="there is a table of that name already"):
        write_scored(as_frame(TABLE), ODDS, f"{path}#scored")
    with pytest.raises(RuntimeError, match="the scoring failed"):
        write_stream(as_frame(TABLE), as_parts(fails=True), f"{path}#half")
    assert path.read_bytes() == before
    with pytest.raises(TableError, match=r"name the new table, such as .*#scored"):
        write_scored(as_frame(TABLE), ODDS, path)
    new = tmp_path / f"new.{ending}"
    with pytest.raises(RuntimeError, match="the scoring failed"):
        write_stream(as_frame(TABLE), as_parts(fails=True), f"{new}#half")
    assert not new.exists()


def test_the_first_bytes_tell_the_kind_of_a_database(tmp_path: Path) -> None:
    for make in (in_sqlite, in_duckdb):
        path = make(tmp_path / f"{make.__name__}.db", {"t": TABLE.drop("day", "yes")})
        write_scored(as_frame(TABLE), ODDS, f"{path}#scored")
        assert read_table(f"{path}#scored").rows == 3
        with pytest.raises(TableError, match=r'holds 2 tables: choose one, .*"scored", "t"'):
            read_table(path)


def test_cells_of_sqlite(tmp_path: Path) -> None:
    """Columns of mixed cells are text, and bytes that are no UTF-8 are no error."""
    path = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute('create table "a ""b" (x, y, z, big)')
        rows = [(1, "k", b"\xff", 2**62), (2.5, 3, "w", None), (None, None, None, -1)]
        base.executemany('insert into "a ""b" values (?, ?, ?, ?)', rows)
        base.execute('update "a ""b" set y = cast(x\'ff41\' as text) where x = 1')
    frame = read_table(f'{path}#a "b')
    assert frame.data["x"].to_list() == [1.0, 2.5, None]
    assert frame.data["y"].to_list() == ["\ufffdA", "3", None]
    assert frame.data["z"].to_list() == ["\ufffd", "w", None]
    assert frame.data["big"].to_list() == [2**62, None, -1]
    twice = read_table(path, query='select x, x from "a ""b"')
    assert twice.names == ("x", "x.1")


def test_types_of_duckdb(tmp_path: Path) -> None:
    path = in_duckdb(tmp_path / "t.duckdb", {"t": TABLE})
    frame = read_table(
        path,
        query="select interval '36 hours' as i, sum(n) as s, 'b'::enum('a', 'b') as e, "
        "uuid '00000000-0000-0000-0000-000000000001' as u, [1, 2] as l, 0.1::float as f from t",
    )
    row = dict(zip(frame.names, frame.data.row(0), strict=True))
    assert (row["i"], int(row["s"]), row["e"], row["l"]) == ("36:00:00", 6, "b", [1, 2])
    assert row["u"] == "00000000-0000-0000-0000-000000000001"


def test_no_pyarrow_is_needed(tmp_path: Path) -> None:
    path = in_duckdb(tmp_path / "t.duckdb", {"t": TABLE})
    book = in_xlsx(tmp_path / "t.xlsx", {"t": TABLE})
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import numpy as np\nfrom trueodds.table import read_table, write_scored\n"
        f"frame = read_table({str(path)!r})\n"
        f"write_scored(frame, np.full(frame.rows, 0.5), {str(tmp_path / 'o.duckdb#t')!r})\n"
        f"places = {[str(tmp_path / 'o.duckdb#t'), str(book)]!r}\n"
        "print(*(read_table(place).rows for place in places))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3 3\n"
