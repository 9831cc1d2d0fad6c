"""Files that change between the first look and the reading."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from trueodds.errors import TableError
from trueodds.table.folder import find_parts
from trueodds.table.formats import TableFile
from trueodds.table.frame import Frame
from trueodds.table.sources import as_source
from trueodds.table.stream import file_frames


def test_a_file_that_changes_its_columns_meanwhile_is_one_sentence(tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    frames = find_parts(as_source(tmp_path)).frames(file_frames)
    next(frames)
    (tmp_path / "2.csv").write_text("a,c\n1,2\n")
    with pytest.raises(TableError, match=r"2\.csv was changed while it was read; run again"):
        next(frames)


def test_frames_come_one_at_a_time(tmp_path: Path) -> None:
    """A file is read for its first look, then again when its rows are due."""
    for i in range(4):
        (tmp_path / f"{i}.csv").write_text("a,b\n1,2\n")
    read: list[str] = []

    def told(file: TableFile) -> Iterator[Frame]:
        read.append(file.path.name)
        yield from file_frames(file)

    frames = find_parts(as_source(tmp_path)).frames(told)
    next(frames)
    assert read == ["0.csv", "1.csv", "2.csv", "3.csv", "0.csv"]
    next(frames)
    assert read[5:] == ["1.csv"]
