"""Parquet files of one table, each looked at and read alone, on whatever machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trueodds.errors import TableError
from trueodds.table.anywhere import sha256
from trueodds.table.folder import Part, Parts, fitted, partitioned
from trueodds.table.frame import Frame
from trueodds.table.stream import file_frames


@dataclass(frozen=True, eq=False)
class FileFacts:
    """What is known of a file once it has been looked at."""

    frame: Frame
    """Its names, types and notes, without rows."""
    rows: int
    sha256: str
    state: tuple[int, int]
    """Its size and the time of its last change."""


@dataclass(frozen=True, eq=False)
class OneFile:
    """A file of several that make a table."""

    part: Part
    position: int
    """Its place among the files."""
    rows: int
    state: tuple[int, int]
    """As in `FileFacts`."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.part.file.name


def facts_of(parts: Parts, position: int) -> FileFacts:
    """Look at one file.

    Raises
    ------
    TableError
        If it cannot be read.
    """
    part = parts.parts[position]
    path = part.file.path
    first = parts.first(part, file_frames)
    try:
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        return FileFacts(first, rows, sha256(path), _state(path))
    except (OSError, pl.exceptions.PolarsError):
        raise _changed(part.file.name) from None


def frames_of(file: OneFile, common: Frame) -> Iterator[Frame]:
    """Frames of a file as parts of the table whose names and types ``common`` has.

    Raises
    ------
    TableError
        If the file is no longer what it was when it was looked at.
    """
    rows = 0
    for frame in file_frames(file.part.file):
        rows += frame.rows
        try:
            same = _state(file.part.file.path) == file.state
        except OSError:
            same = False
        if not same:
            raise _changed(file.name)
        yield fitted(partitioned(frame, file.part), common, file.position)
    if rows != file.rows:
        raise _changed(file.name)


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _changed(name: str) -> TableError:
    return TableError(f"{name} was changed while it was read; run again when it rests")
