"""Files of a folder that differ: other endings, other types, missing keys and values."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cases.places import halves, put
from trueodds.errors import TableError
from trueodds.table import read_table, stream_table


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


def test_parquet_files_without_rows_are_left_out(tmp_path: Path) -> None:
    """Spark and others write them among those with rows."""
    whole = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    for name in ("1", "3"):
        whole.head(0).write_parquet(tmp_path / f"{name}.parquet")
    with pytest.raises(TableError, match="has columns but no rows"):
        read_table(tmp_path)
    whole.write_parquet(tmp_path / "2.parquet")
    frame = read_table(tmp_path)
    assert frame.data.rows() == whole.rows()
    assert frame.notes == ("2 files have no rows and are left out: 1.parquet, 3.parquet",)
    assert frame.place(1) == f"{tmp_path.name}/2.parquet, row 2"
    (part,) = stream_table(tmp_path).frames
    assert part.rows == 2
    put(tmp_path / "4.parquet", b"half")
    with pytest.raises(TableError, match=r"4\.parquet is not a Parquet file"):
        read_table(tmp_path)


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
