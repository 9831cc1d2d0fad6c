import gzip
import json
import os
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trueodds.errors import TableError
from trueodds.table import read_table, stream_table

CSV = "a,b\n1,x\n2,é\n"


def put(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode there")
def test_a_file_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    """A model file keeps the name as UTF-8."""
    path = put(tmp_path / os.fsdecode(b"t\xff.csv"), CSV.encode())
    assert read_table(path).source == r"t\udcff.csv"
    assert {frame.source for frame in stream_table(path).frames} == {r"t\udcff.csv"}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("t.csv", CSV.encode()),
        ("t.csv", CSV.encode("utf-8-sig")),
        ("t.CSV", CSV.replace("\n", "\r\n").encode()),
        ("t.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("t.csv", gzip.compress(CSV.encode(), mtime=0)),
        ("t.tsv", CSV.replace(",", "\t").encode()),
        ("t.tsv", CSV.encode()),
        ("t.txt", CSV.replace(",", "|").encode()),
        ("t.data", CSV.replace(",", ";").encode()),
        ("t.csv", CSV.encode("utf-16")),
        ("t.csv", CSV.encode("latin-1")),
    ],
)
def test_text_in_every_dress(tmp_path: Path, name: str, raw: bytes) -> None:
    frame = read_table(put(tmp_path / name, raw))
    assert frame.data.rows() == [("1", "x"), ("2", "é")]
    assert frame.headers == ("a", "b")
    assert frame.source == name
    assert frame.place(1) == f"{name}, line 3"


def test_latin_1_is_noted(tmp_path: Path) -> None:
    frame = read_table(put(tmp_path / "t.csv", "a\n1\n€\n".encode("cp1252")))
    assert frame.data.rows() == [("1",), ("€",)]
    assert frame.notes == ("not UTF-8 (line 3): read as Latin-1 (Windows-1252)",)
    assert read_table(put(tmp_path / "u.csv", "a\n€\n".encode())).notes == ()


def test_latin_1_with_bytes_that_windows_lacks(tmp_path: Path) -> None:
    frame = read_table(put(tmp_path / "t.csv", b"a\n\x81\xe9\n"))
    assert frame.data.rows() == [("\x81é",)]


def test_duplicate_and_empty_headers(tmp_path: Path) -> None:
    frame = read_table(put(tmp_path / "t.csv", b"a,,a, a ,\n1,2,3,4,5\n"))
    assert frame.names == ("a", "Unnamed: 1", "a.1", "a.2", "Unnamed: 4")
    assert frame.headers == ("a", "", "a", " a ", "")
    assert len(frame.notes) == 4


def test_typed_files(tmp_path: Path) -> None:
    data = pl.DataFrame({"a": [1, None], "b": ["x", "y"], "c": [True, False]})
    data.write_parquet(tmp_path / "t.parquet")
    data.write_ipc(tmp_path / "t.feather")
    data.write_ipc_stream(tmp_path / "t.arrow")
    for name in ("t.parquet", "t.feather", "t.arrow"):
        frame = read_table(tmp_path / name)
        assert frame.data.equals(data)
        assert frame.data.schema == data.schema
        assert frame.place(0) == f"{name}, row 1"


def test_json_lines_and_lists(tmp_path: Path) -> None:
    records = [{"a": 1, "b": "x"}, {"b": None, "a": 2.5, "c": [1, {"k": True}]}]
    lines = "\n\n".join(map(json.dumps, records)) + "\n"
    for name, text in (
        ("t.jsonl", lines),
        ("t.ndjson", lines),
        ("t.json", lines),
        ("u.json", json.dumps(records, indent=1)),
    ):
        frame = read_table(put(tmp_path / name, text.encode()))
        assert frame.data.rows() == [(1.0, "x", None), (2.5, None, '[1, {"k": true}]')]


@pytest.mark.parametrize(
    ("name", "raw", "found"),
    [
        ("t.csv", b"", "t.csv is empty"),
        ("t.csv", b"a,b\n", "no rows"),
        ("t.csv", b"PK\x03\x04rest", "Excel workbook"),
        ("t.csv", b"PAR1rest", "name it .parquet"),
        ("t.csv", b"a,b\n1,\x00\n", "zero byte in line 2"),
        ("t.csv.gz", b"a,b\n1,2\n", "not compressed with gzip"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-20], "damaged gzip"),
        ("t.csv.gz", b"\x1f\x8bjunk", "damaged gzip"),
        ("t.xlsx", b"PK", "damaged zip file"),
        ("t.xls", b"PK", "not a workbook that can be read"),
        ("t.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "name it .xls"),
        ("t", b"a\n1\n", "unknown ending"),
        ("t.gz", gzip.compress(b"a\n1\n", mtime=0), "unknown ending"),
        ("t.parquet", b"a,b\n1,2\n", "not a Parquet file"),
        ("t.feather", b"a,b\n1,2\n", "not an Arrow file"),
        ("t.feather", b"ARROW1\0\0junk", "not a whole Arrow file"),
        ("t.parquet", b"PAR1junk", "not a whole Parquet file"),
        ("t.parquet", b"PAR1junkPAR1", "not a Parquet file that can be read"),
        ("t.arrow", b"\xff\xff\xff\xff\x08\0\0\0junk", "not an Arrow file that can be read"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "t.jsonl, line 2: not valid JSON"),
        ("t.jsonl", b'{"a": 1}\n3\n', "t.jsonl, line 2: expected a JSON object"),
        ("t.json", b"[1, 2", "not valid JSON"),
        ("t.json", b"[]", "no records"),
        ("t.json", b" \n", "is empty"),
        ("t.json", b"{}", "no records"),
    ],
)
def test_files_that_are_no_table_are_refused(
    tmp_path: Path, name: str, raw: bytes, found: str
) -> None:
    with pytest.raises(TableError, match=found):
        read_table(put(tmp_path / name, raw))


def test_missing_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path, found in ((tmp_path / "no.csv", "no such file"), (tmp_path, "holds no table of")):
        with pytest.raises(TableError, match=found):
            read_table(path)
    with pytest.raises(TableError, match="holds no table of"):
        read_table(tmp_path / "folder.csv")
    with pytest.raises(TableError, match="no such file"):
        read_table(str(tmp_path / "no"))
    (tmp_path / "none.parquet").touch()
    with pytest.raises(TableError, match="is empty"):
        read_table(tmp_path / "none.parquet")
    pl.DataFrame({"a": []}).write_parquet(tmp_path / "norows.parquet")
    with pytest.raises(TableError, match="no rows"):
        read_table(tmp_path / "norows.parquet")


@pytest.mark.parametrize("name", ["wide.parquet", "wide.arrow", "stream.arrow"])
def test_decimals_that_are_too_wide_are_refused_by_name(tmp_path: Path, name: str) -> None:
    cells = pa.array([1, 2], pa.decimal256(50, 2))
    table = pa.table({"plain": [1, 2], "amount": cells, "sum": cells})
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(table, path)
    else:
        opened = pa.ipc.new_stream if name.startswith("stream") else pa.ipc.new_file
        with opened(path, table.schema) as writer:
            writer.write_table(table)
    with pytest.raises(TableError, match='columns "amount", "sum" hold decimals of more than 38'):
        read_table(path)
