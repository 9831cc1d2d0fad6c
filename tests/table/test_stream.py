"""A table in parts is the table read whole: cells, names, notes, line numbers and refusals."""

import gzip
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from trueodds.errors import TableError
from trueodds.table import Frame, read_table, stream, stream_table, write_scored, write_stream
from trueodds.table.formats import table_file
from trueodds.table.textfile import TextFile

QUIRKS = {
    "plain": "a,b\n1,2\n3,4\n5,6\n",
    "no end": "a,b\n1,2\n3,4",
    "windows": "a,b\r\n1,2\r\n\r\n3,4\r\n",
    "old mac": "a,b\r1,2\r3,4\r",
    "blank lines": "\n\na,b\n\n1,2\n\n\n3,4\n\n",
    "newlines in quotes": 'a,"b\nc"\n1,"x\n\n\ny"\n"2\r\n",z\n3,"p\nq"\n',
    "doubled quotes": 'a,b\n"say ""no"", twice",2\n3,"""4"""\n',
    "quote within": 'a,b\n5" pipe,2\n7" pipe,4\n8,9\n',
    "quote within, line after line": 'a,b\nx,"1\n",2\n'.replace('"1\n"', '5" y') + '3,6" z\n' * 9,
    "blank before quote": 'a, b\n1, "x, y"\n2, "z"\n3, "u\nv"\n',
    "header short": "a,b\n1,2,3\n4,5,6\n7,8,9\n",
    "rows end in a delimiter": "a,b\n1,2,\n3,4, \n5,6,\n",
    "ragged": "a,b\n1,2\n3\n4,5\n",
    "ragged late": "a,b\n" + "1,2\n" * 40 + "3,4,5\n" + "6,7\n" * 3,
    "never closed": 'a,b\n1,2\n3,"4\n5,6\n7,8\n',
    "excel": "sep=;\na;b\n1,5;2\n3;4\n",
    "semicolons": "a;b;c\n1,5;2;3\n4;5;6\n",
    "one column": 'a\n1\n""\n\n2\n" "\n3\n',
    "one blank column": '" "\n1\n2\n',
    "only a header": "a,b\n",
    "only blanks": "\n \n\n",
    "repeated headers": "a,,a, a \n1,2,3,4\n5,6,7,8\n",
    "lone return": "a,b\n1,x\ry\n2,z\n",
    "long cell": "a,b\n1," + "x" * 900 + "\n2,y\n",
    "letters": "ä,☃\n1,é\n2,𝄞\n3,\u2028\n",
}


def outcome(path: Path, piece: int = 0) -> object:
    """What reading gives: all that a frame holds, or the refusal."""
    try:
        if not piece:
            return facts([read_table(path)])
        return facts(list(stream_table(path, small=0, piece=piece).frames))
    except TableError as error:
        return str(error)


def facts(frames: list[Frame]) -> object:
    first = frames[0]
    for frame in frames:
        assert frame.rows
        assert (frame.names, frame.headers, frame.notes, frame.first_line, frame.source) == (
            first.names,
            first.headers,
            first.notes,
            first.first_line,
            first.source,
        )
    return (
        [row for frame in frames for row in frame.data.rows()],
        [frame.place(i) for frame in frames for i in range(frame.rows)],
        (first.names, first.headers, first.notes, first.data.schema),
    )


@pytest.mark.parametrize("quirk", QUIRKS)
@pytest.mark.parametrize("dress", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "gzip"])
def test_every_quirk_holds_across_every_border(tmp_path: Path, quirk: str, dress: str) -> None:
    text, path = QUIRKS[quirk], tmp_path / "t.csv"
    encoding = "utf-8" if dress == "gzip" else dress
    raw = text.encode(encoding, "replace")
    path.write_bytes(gzip.compress(raw) if dress == "gzip" else raw)
    whole = outcome(path)
    for piece in (1, 2, 3, 5, 8, 13, 64, 10_000):
        assert outcome(path, piece) == whole, piece


cells = st.text(st.sampled_from('a1é,;"\n\r \t'), max_size=4)
rows = st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=6)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows, st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 9), st.booleans())
@example([["a", ""], ["1", ' "x']], "\n", 2, False)
def test_any_text_at_all(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    end: str,
    piece: int,
    latin: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    text = end.join(",".join(row) for row in rows)
    path.write_bytes(text.encode("latin-1" if latin else "utf-8"))
    assert outcome(path, piece) == outcome(path)


def test_bytes_that_are_no_text_are_refused_alike(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for raw in (
        b"a,b\n1,2\n" * 9 + b"3,\x00\n",
        b"PK\x03\x04rest",
        b"a\n\x81\xe9\n",
        gzip.compress(b"a,b\n1,2\n" * 99)[:-20],
        b"a,b\n1,\xe9\n2,\xc3",
    ):
        path.write_bytes(raw)
        assert outcome(path, 4) == outcome(path)
    path.write_bytes(b"\xff\xfea")
    assert "is not UTF-16 as its first bytes say" in str(outcome(path, 4))


def test_encoding_is_known_from_the_whole_file(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("trueodds.table.textfile._BYTES", 3)
    path = tmp_path / "t.csv"
    path.write_bytes(b"a\n" + "é\n".encode() * 50 + b"\xe9\n")
    found = stream_table(path, small=0, piece=4)
    assert found.first.notes == ("not UTF-8 (line 52): read as Latin-1 (Windows-1252)",)
    assert outcome(path, 4) == outcome(path)


@pytest.mark.parametrize("height", [1, 99, 100, 101, 1000])
def test_parquet_in_slices(tmp_path: Path, monkeypatch, height: int) -> None:
    monkeypatch.setattr(stream, "ROWS", 100)
    path = tmp_path / "t.parquet"
    rng = np.random.default_rng(0)
    table = pl.DataFrame({"a": rng.normal(size=height), " a": [f"s{i}" for i in range(height)]})
    table.write_parquet(path, row_group_size=64)
    assert len(list(stream_table(path, small=0).frames)) == -(-height // 100)
    assert outcome(path, 1) == outcome(path)


def test_parquet_that_is_none_is_refused_alike(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    for raw in (b"a,b\n1,2\n", b"PAR1junkPAR1", b"PAR1junk"):
        path.write_bytes(raw)
        assert outcome(path, 1) == outcome(path)
    pl.DataFrame({"a": []}).write_parquet(path)
    assert outcome(path, 1) == outcome(path)
    assert "there is no such file" in str(outcome(tmp_path / "no.parquet", 1))


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".csv.gz", ".jsonl", ".parquet", ".arrow"])
def test_written_in_parts_is_written_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a, b,c\n" + "".join(f'{i},"x\n{i}",\n' for i in range(500)))
    whole = read_table(path)
    forecast = np.random.default_rng(0).random(500)
    write_scored(whole, forecast, tmp_path / f"whole{ending}")
    table, start = stream_table(path, small=0, piece=300), 0

    def parts():
        nonlocal start
        for frame in table.frames:
            yield frame, forecast[start : start + frame.rows]
            start += frame.rows

    write_stream(table.first, parts(), tmp_path / f"parts{ending}")
    one, many = tmp_path / f"whole{ending}", tmp_path / f"parts{ending}"
    if ending in (".parquet", ".arrow"):
        assert pl.DataFrame.equals(read_table(one).data, read_table(many).data)
        assert read_table(one).data.schema == read_table(many).data.schema
    else:
        assert one.read_bytes() == many.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["t.csv", f"whole{ending}", f"parts{ending}"]
    )


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".arrow", ".jsonl.gz"])
def test_what_fails_halfway_leaves_the_old_file(tmp_path: Path, ending: str) -> None:
    path, out = tmp_path / "t.csv", tmp_path / f"out{ending}"
    path.write_text("a,b\n" + "1,2\n" * 500)
    out.write_bytes(b"precious")
    table = stream_table(path, small=0, piece=300)

    def parts():
        for number, frame in enumerate(table.frames):
            if number == 3:
                raise TableError("halfway")
            yield frame, np.full(frame.rows, 0.5)

    with pytest.raises(TableError, match=r"^halfway$"):
        write_stream(table.first, parts(), out)
    assert out.read_bytes() == b"precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == [out.name, "t.csv"]


def test_a_file_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for change in (b"9,9\n", None):
        path.write_text("a,b\n" + "1,2\n" * 500)
        table = stream_table(path, small=0, piece=300)
        next(table.frames)
        if change:
            with path.open("ab") as file:
                file.write(change)
        else:
            os.truncate(path, 1000)
        with pytest.raises(TableError, match="was changed while it was read"):
            list(table.frames)


def test_a_file_that_vanishes_or_is_replaced_while_it_is_read_does_not_matter(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 500)
    table = stream_table(path, small=0, piece=300)
    path.unlink()
    path.write_text("other\n")
    assert sum(frame.rows for frame in table.frames) == 500


def test_lines_are_those_of_python(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = "a\r\nb\rc\n\r\n\r\rd"
    path.write_bytes(text.encode())
    file = TextFile(table_file(path))
    for piece in range(1, 15):
        assert "".join(file.pieces(piece)) == text
        assert list(file.lines(piece)) == ["a\r\n", "b\r", "c\n", "\r\n", "\r", "\r", "d"]
        assert list(file.lines(piece, skip=4)) == ["\r", "c\n", "\r\n", "\r", "\r", "d"]
    file.close()


def test_well_placed_quotes_never_need_the_slow_reader(tmp_path: Path, monkeypatch) -> None:
    """Blocks are cut at line ends outside quotes, so that each is regular by itself."""
    monkeypatch.delattr(stream._Text, "_any")
    path = tmp_path / "t.csv"
    for quirk in ("newlines in quotes", "doubled quotes", "windows", "no end"):
        path.write_text(QUIRKS[quirk], newline="")
        for piece in (1, 5, 64):
            assert outcome(path, piece) == outcome(path)
