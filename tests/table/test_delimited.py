import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trueodds.errors import TableError
from trueodds.table import delimited
from trueodds.table.delimited import guess_delimiter, read_delimited


def rows(text: str) -> list[tuple[str, ...]]:
    return read_delimited(text, "t.csv").columns.rows()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_guessed(delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(r) for r in [("a", "b", "c"), ("1", "x y", "3"), ("4", "", "6")]
    )
    assert guess_delimiter(text) == delimiter
    assert rows(text) == [("1", "x y", "3"), ("4", "", "6")]


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    assert guess_delimiter("a;b;c\n1,5;2,5;3,5\n1,7;2,8;3,9\n") == ";"


def test_delimiters_in_header_names_and_quotes_do_not_mislead() -> None:
    assert guess_delimiter('x_;,x_(,"y;z"\n1,2,3\n4,5,6\n') == ","
    assert guess_delimiter('"a";"b, or c, or d"\n"1, 2, 3";"x"\n') == ";"


def test_one_column_needs_no_delimiter() -> None:
    assert rows("a\n1\n2\n") == [("1",), ("2",)]


def test_cells_stay_as_they_came() -> None:
    text = 'a,b\n 1 ,"x, ""y"""\n007,"two\nlines"\n1.50,\n'
    records = read_delimited(text, "t.csv")
    assert records.columns.rows() == [(" 1 ", 'x, "y"'), ("007", "two\nlines"), ("1.50", "")]
    assert records.lines.tolist() == [2, 3, 5]


def test_blank_lines_are_skipped_and_lines_still_counted() -> None:
    records = read_delimited("a,b\r\n\r\n1,2\r\n3,4\r\n\r\n", "t.csv")
    assert records.columns.rows() == [("1", "2"), ("3", "4")]
    assert records.lines.tolist() == [3, 4]


def test_the_line_by_which_excel_names_its_delimiter() -> None:
    records = read_delimited("sep=;\r\na;b\r\n1,5;2,5\r\n", "t.csv")
    assert records.headers == ["a", "b"]
    assert records.columns.rows() == [("1,5", "2,5")]
    assert records.lines.tolist() == [3]


def test_old_mac_line_ends() -> None:
    assert rows("a,b\r1,2\r3,4") == [("1", "2"), ("3", "4")]


def test_r_style_header_lacks_the_row_names() -> None:
    records = read_delimited('"a","b"\n"r1",1,2\n"r2",3,4\n', "t.csv")
    assert records.headers == ["", "a", "b"]
    assert records.columns.rows() == [("r1", "1", "2"), ("r2", "3", "4")]
    assert "row names" in records.notes[0]


def test_trailing_delimiters_make_an_empty_last_column() -> None:
    records = read_delimited("a,b\n1,2,\n3,4,\n", "t.csv")
    assert records.headers == ["a", "b", ""]
    assert records.columns.rows() == [("1", "2", ""), ("3", "4", "")]


def test_quotes_after_a_blank() -> None:
    assert rows('a, "b"\n1, "x, y"\n2, "z"\n') == [("1", "x, y"), ("2", "z")]


def test_stray_quotes_inside_cells() -> None:
    assert rows('size,n\n5" pipe,1\n7" pipe,2\n') == [('5" pipe', "1"), ('7" pipe', "2")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b\n1,2\n3\n", r"t\.csv, line 3: 1 cell where the header has 2"),
        ("a,b\n1,2\n\n3,4,5\n", r"t\.csv, line 4: 3 cells where the header has 2"),
        ('a,b\n"x\ny",2\n3,4,5\n', r"t\.csv, line 4: 3 cells"),
        ('a,b\n1,"2\n3,4\n', r"t\.csv, line 2: a quote is opened and never closed"),
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("a,b\n", "header line but no rows"),
        ("a,b", "header line but no rows"),
    ],
)
def test_text_that_is_no_table_is_refused(text: str, found: str) -> None:
    with pytest.raises(TableError, match=found):
        read_delimited(text, "t.csv")


cells = st.text(st.sampled_from('ab1 ,;"\né€'), max_size=6)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=2, max_size=6)
)


@given(tables, st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([["a"], [""]], "\n", True)
def test_what_the_csv_module_writes_is_read_back(
    table: list[list[str]], end: str, quoted: bool
) -> None:
    table[0] = [f"h{cell}" for cell in table[0]]
    buffer = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(buffer, lineterminator=end, quoting=quoting).writerows(table)
    fast = delimited.read_regular(buffer.getvalue(), ",")
    slow = delimited._read_any(buffer.getvalue(), "t.csv", ",")
    for records in (fast, slow):
        assert records is not None
        assert [records.headers, *map(list, records.columns.rows())] == table
    assert fast is not None
    assert fast.lines.tolist() == slow.lines.tolist()


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=24))
def test_fast_and_slow_reader_agree_on_any_text(text: str) -> None:
    try:
        fast = delimited.read_regular(text, ",") if text.strip() else None
        slow = delimited._read_any(text, "t.csv", ",")
    except TableError:
        return
    if fast is not None:
        assert fast.headers == slow.headers
        assert fast.columns.rows() == slow.columns.rows()
