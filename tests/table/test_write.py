import datetime
import gzip
import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueodds.errors import TableError
from trueodds.table import Frame, as_frame, read_table, write_scored

P = np.array([0.1, 1 / 3])


def frame(**columns: list[object]) -> Frame:
    return as_frame(pl.DataFrame(columns, strict=False))


def test_cells_and_headers_stay_as_they_came(tmp_path: Path) -> None:
    raw = b' a ,a,,"x,y"\n 1,007,,"two\nlines"\n"q""z",1.50,NA, \n'
    (tmp_path / "in.csv").write_bytes(raw)
    notes = write_scored(read_table(tmp_path / "in.csv"), P, tmp_path / "out.csv")
    assert notes == ()
    lines = (tmp_path / "out.csv").read_bytes()
    assert lines == (
        b' a ,a,,"x,y",probability\n 1,007,,"two\nlines",0.1\n"q""z",1.50,NA, ,0.3333333333333333\n'
    )


def test_to_stdout_without_a_path(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_scored(frame(a=["x", "y"]), P, None)
    assert capsysbinary.readouterr().out == b"a,probability\nx,0.1\ny,0.3333333333333333\n"


def test_a_column_that_is_called_probability(tmp_path: Path) -> None:
    table = frame(probability=["x", "y"], probability_1=[1, 2])
    notes = write_scored(table, P, tmp_path / "o.csv")
    assert "probability_2" in notes[0]
    header = (tmp_path / "o.csv").read_text().splitlines()[0]
    assert header == "probability,probability_1,probability_2"


@pytest.mark.parametrize("name", ["o.parquet", "o.arrow", "o.feather", "o.jsonl", "o.ndjson.gz"])
def test_typed_formats_keep_types(tmp_path: Path, name: str) -> None:
    table = frame(a=["x", None], b=[1, 2], c=[0.5, None], d=[True, None])
    write_scored(table, P, tmp_path / name)
    back = read_table(tmp_path / name).data
    assert back.rows() == [("x", 1, 0.5, True, 0.1), (None, 2, None, None, 1 / 3)]
    assert back.schema["a"] == pl.String


def test_typed_cells_as_text(tmp_path: Path) -> None:
    table = frame(
        n=[0.1, float("nan")],
        i=[3, None],
        b=[True, False],
        d=[datetime.date(2020, 1, 2), None],
        x=[[1, 2], None],
        s=[{"k": 1}, {"k": 2}],
        y=[b"ab", None],
    )
    write_scored(table, P, tmp_path / "o.csv")
    assert (tmp_path / "o.csv").read_text().splitlines()[1:] == [
        '0.1,3,true,2020-01-02,"[1, 2]","{""k"": 1}","""ab""",0.1',
        ',,false,,,"{""k"": 2}",,0.3333333333333333',
    ]
    write_scored(table, P, tmp_path / "o.jsonl")
    last = json.loads((tmp_path / "o.jsonl").read_text().splitlines()[1])
    assert last["n"] is None
    assert last["s"] == {"k": 2}


def test_tabs_and_gzip_the_same_bytes_each_time(tmp_path: Path) -> None:
    table = frame(a=["x", "y,z"])
    for name in ("a.tsv.gz", "b.tsv.gz"):
        write_scored(table, P, tmp_path / name)
    first, second = (tmp_path / n for n in ("a.tsv.gz", "b.tsv.gz"))
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()).splitlines()[1:] == [
        b"x\t0.1",
        b"y,z\t0.3333333333333333",
    ]


def test_no_columns_and_no_rows(tmp_path: Path) -> None:
    bare = frame(a=["x", "y"]).without(["a"])
    for name in ("o.csv", "o.parquet", "o.jsonl"):
        write_scored(bare, P, tmp_path / name)
        column = read_table(tmp_path / name).column("probability")
        assert column.cast(pl.Float64).to_list() == P.tolist()
    write_scored(frame(a=[]), np.zeros(0), tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text() == "a,probability\n"


def test_a_place_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    table = frame(a=["x", "y"])
    with pytest.raises(TableError, match="cannot be written: No such file"):
        write_scored(table, P, tmp_path / "no" / "o.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(TableError, match="cannot be written"):
        write_scored(table, P, tmp_path / "folder.csv")
    with pytest.raises(TableError, match="unknown ending"):
        write_scored(table, P, tmp_path / "o.xlsx")
    assert os.listdir(tmp_path) == ["folder.csv"]
    with pytest.raises(ValueError, match="probabilities for 2 rows"):
        write_scored(table, P[:1], None)


def test_over_its_own_input(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\nx\ny\n")
    write_scored(read_table(path), P, path)
    assert path.read_text() == "a,probability\nx,0.1\ny,0.3333333333333333\n"


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(words, words), min_size=1, max_size=5),
    st.lists(words, min_size=2, max_size=2),
    st.data(),
)
def test_any_text_and_any_probability_come_back(
    tmp_path: Path, rows: list[tuple[str, str]], headers: list[str], data: st.DataObject
) -> None:
    p = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(rows), max_size=len(rows))))
    cells = pl.DataFrame(rows, schema=["a", "b"], orient="row")
    write_scored(Frame(cells, tuple(headers), "t", 2), p, tmp_path / "o.csv")
    back = read_table(tmp_path / "o.csv")
    assert back.headers[:2] == tuple(headers)
    assert back.data.rows() == [(*r, repr(float(x))) for r, x in zip(rows, p, strict=True)]
    assert np.array_equal(back.data[:, 2].cast(pl.Float64).to_numpy(), p)
