"""Rows with one cell more than the header, and quotes behind backslashes."""

from pathlib import Path

import pytest

from trueodds.errors import TableError
from trueodds.table import read_table, stream_table
from trueodds.table.delimited import read_delimited
from trueodds.table.frame import Frame


def both(tmp_path: Path, text: str) -> tuple[Frame, list[tuple[str, ...]]]:
    """The table read whole, and its rows read in parts, which must be the same."""
    path = tmp_path / "t.csv"
    path.write_text(text)
    frame = read_table(path)
    rows = [
        row for part in stream_table(path, small=0, piece=64).frames for row in part.data.rows()
    ]
    assert rows == frame.data.rows()
    return frame, rows


@pytest.mark.parametrize(
    ("header", "rows", "why"),
    [
        ("age,price,bought,city", ["40,1,0,Paris, FR", "67,2,0,Rome, IT", "40,3,1,x, y"], '"40"'),
        ("age,price,colour,bought", ["40,18,6,red,0", "67,11,13,blue,0", "67,5,5,red,1"], '"67"'),
        ("price,city", ["1.5,Paris, FR", "2.5,Rome, IT"], '"1.5"'),
    ],
)
def test_a_cell_more_is_refused_with_its_line(
    tmp_path: Path, header: str, rows: list[str], why: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    for read in (read_table, lambda p: stream_table(p, small=0)):
        with pytest.raises(
            TableError, match=r"t\.csv, line 2: . cells where the header has"
        ) as told:
            read(path)
        assert why in str(told.value)
        assert "quote cells that hold a comma" in str(told.value)


@pytest.mark.parametrize(
    "names", [["1", "2", "3"], ["a", "b", "c"], ["7", "3", "9"], ["r 1", "r 2", "é"]]
)
def test_row_names_are_let_through(tmp_path: Path, names: list[str]) -> None:
    frame, rows = both(tmp_path, "a,b\n" + "".join(f"{n},{i},x\n" for i, n in enumerate(names)))
    assert frame.names == ("Unnamed: 0", "a", "b")
    assert [row[0] for row in rows] == names
    assert "the first column holds row names" in frame.notes[0]


def test_a_backslash_makes_a_quote_a_character(tmp_path: Path) -> None:
    text = 'a,b\n"say \\"hi\\", twice",1\n"5\\" pipe",2\nplain,3\n'
    frame, rows = both(tmp_path, text)
    assert rows == [('say "hi", twice', "1"), ('5" pipe', "2"), ("plain", "3")]
    assert frame.notes == ()


def test_a_backslash_before_the_end_of_a_cell_stays() -> None:
    records = read_delimited('a,b\n"C:\\dir\\",1\n"p",2\n', "t")
    assert records.columns.rows() == [("C:\\dir\\", "1"), ("p", "2")]
    records = read_delimited('a,b\n"\\"x\\"",1\n"C:\\\\",2\n', "t")
    assert records.columns.rows()[0] == ('"x"', "1")
