"""A mapped table is the table read whole."""

from pathlib import Path

import polars as pl
import pytest

from trueodds.errors import TableError
from trueodds.table import anywhere, read_mapped, read_table, stream

KEYWORDS = {"told": "", "query": "", "small": 0, "piece": 1000}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "a,b\n" + "".join(f"{i},x{i}\n" for i in range(900))),
        ("t.csv", "a,b\n\n" + "".join(f'{i},"x\n{i}"\n' for i in range(900))),
        ("t.csv", "a,b\n" + '5" pipe,é\n' * 900),
        ("t.jsonl", '{"a": 1, "b": null}\n' * 9),
    ],
)
def test_the_same_frame(tmp_path: Path, monkeypatch, name: str, text: str) -> None:
    monkeypatch.setattr(stream, "CELLS", 200)
    monkeypatch.setattr(anywhere.stream_table, "__kwdefaults__", KEYWORDS)
    path, folder = tmp_path / name, tmp_path / "maps"
    folder.mkdir()
    path.write_text(text)
    whole, mapped = read_table(path), read_mapped(path, folder)
    assert mapped.data.equals(whole.data, null_equal=True)
    assert mapped.data.schema == whole.data.schema
    assert len(list(folder.iterdir())) >= (5 if name == "t.csv" else 1)
    places = [[frame.place(i) for i in range(frame.rows)] for frame in (whole, mapped)]
    assert places[0] == places[1]
    assert (mapped.headers, mapped.notes, mapped.source) == (
        whole.headers,
        whole.notes,
        whole.source,
    )


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1, None, 3], "b": ["x", "y", None]}).write_parquet(path)
    assert read_mapped(path, tmp_path).data.equals(read_table(path).data, null_equal=True)


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n2\n")
    with pytest.raises(TableError, match=r"table0\.arrow cannot be written: No such file"):
        read_mapped(path, tmp_path / "none")


def test_cells_are_not_written_through_a_link(tmp_path):
    path, diary = tmp_path / "t.csv", tmp_path / "diary"
    path.write_text("a,b\n1,x\n2,y\n")
    diary.write_bytes(b"private")
    (tmp_path / "table0.arrow").symlink_to(diary)
    assert read_mapped(path, tmp_path).rows == 2
    assert diary.read_bytes() == b"private"


def test_a_folder(tmp_path: Path) -> None:
    place, maps = tmp_path / "all", tmp_path / "maps"
    place.mkdir()
    maps.mkdir()
    for i in range(3):
        (place / f"{i}.csv").write_text(f"a,b\n{i},x\n{i},y\n")
    whole, mapped = read_table(place), read_mapped(place, maps)
    assert mapped.data.equals(whole.data)
    for row in (0, 3, 5):
        assert mapped.place(row) == whole.place(row)
    assert mapped.place(3) == "all/1.csv, line 3"
