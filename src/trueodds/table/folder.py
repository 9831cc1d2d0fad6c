"""Files of a folder or of a pattern as one table.

All files have the same columns, in any order. Folders called ``key=value`` (hive partitions) add a
column ``key`` of text. The files come in the order of their names.
"""

import glob
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.errors import TableError
from trueodds.table.cells import text_of
from trueodds.table.empty_files import with_rows
from trueodds.table.formats import (
    DELIMITED,
    FORMATS,
    JSON,
    TABLES,
    TYPED,
    TableFile,
    endings,
    listed,
    table_file,
)
from trueodds.table.frame import Frame
from trueodds.table.pandas_index import index_columns
from trueodds.table.sources import Source, fixed_folder
from trueodds.text import printable

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What hive calls the folder of missing values."""
_LEVELS = (pl.Categorical, pl.Enum)
_KINDS = {"delimited text": DELIMITED, "JSON": JSON, "Parquet or Arrow": TYPED}


@dataclass(frozen=True)
class Part:
    """One file of several."""

    file: TableFile
    partitions: dict[str, str | None]
    """Values of its folders' keys."""


@dataclass(frozen=True)
class Parts:
    """The files of a folder or pattern."""

    name: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    """What is not read."""

    def frames(self, read: Callable[[TableFile], Iterator[Frame]]) -> Iterator[Frame]:
        """Frames of all files, one after another, under the first file's names and types.

        Parameters
        ----------
        read
            Gives the frames of one file.

        Raises
        ------
        TableError
            Before the first frame: if a file cannot be read, or its columns are not those of the
            first file. Later only if a file was changed meanwhile.
        """
        common = self.common([self.first(part, read) for part in self.parts])
        for position, part in enumerate(self.parts):
            for frame in read(part.file):
                yield fitted(partitioned(frame, part), common, position)

    def whole(self, read: Callable[[TableFile], Frame]) -> Frame:
        """One frame of all files, each read once; raises TableError as `frames`."""
        frames = [partitioned(read(part.file), part) for part in self.parts]
        common = self.common([without_rows(frame) for frame in frames])
        return joined([fitted(f, common, position) for position, f in enumerate(frames)])

    def first(self, part: Part, read: Callable[[TableFile], Iterator[Frame]]) -> Frame:
        """First frame of a file, without its rows: names, types and notes."""
        frames = read(part.file)
        frame = partitioned(next(frames), part)
        if close := getattr(frames, "close", None):
            close()
        return without_rows(frame)

    def common(self, firsts: list[Frame]) -> Frame:
        """Names, headers, types and notes of the whole, without rows."""
        first = firsts[0]
        names = list(first.names)
        headers = list(first.headers)
        for frame in firsts:
            new = [name for name in frame.names if name not in names]
            gone = [] if frame.keyed else [name for name in names if name not in frame]
            if frame.keyed:
                names += new
                headers += [frame.headers[frame.names.index(name)] for name in new]
            elif new or gone:
                self._refuse(frame, first, new, gone)
        notes = list(self.notes)
        schema = {}
        for name in names:
            known = {f.source: f.data.schema[name] for f in firsts if name in f}
            schema[name] = _one_type(known, name, notes)
        for frame in firsts:
            notes += [f"{frame.source}: {note}" for note in frame.notes]
        if len(notes) > 6:
            notes = [*notes[:5], f"{len(notes) - 5:,} more remarks of this kind about other files"]
        delimiters = {frame.delimiter for frame in firsts}
        return Frame(
            pl.DataFrame(schema=schema),
            tuple(headers),
            self.name,
            first.first_line,
            tuple(notes),
            delimiter=delimiters.pop() if len(delimiters) == 1 else "",
            index=index_columns(names) or first.index,
            keyed=first.keyed,
            files=tuple(part.file.name for part in self.parts),
        )

    def _refuse(self, frame: Frame, first: Frame, new: list[str], gone: list[str]) -> None:
        found = []
        if gone:
            found.append(f"lacks {listed(gone)}")
        if new:
            found.append(f"has {listed(new)} besides")
        raise TableError(
            f"{self.name}: the files have different columns: {frame.source} "
            f"{' and '.join(found)}, compared with {first.source}; keep files of one table there, "
            "or choose them with a pattern such as *.csv."
        )


def find_parts(source: Source) -> Parts:
    """Find the files of a folder or a pattern.

    Files and folders whose names start with "." or "_" are left out, and so are files of other
    endings (a note says so), unless the source tells their format.

    Raises
    ------
    TableError
        If there is none, or if they are of several kinds.
    """
    if source.part or source.query:
        raise TableError(f"{source.name} holds several files: # and a query need one file.")
    if source.kind == "pattern":
        root = fixed_folder(source.where)
        found = sorted(Path(match) for match in glob.glob(source.where, recursive=True))
        if not found:
            raise TableError(f"{source.where}: no file has such a name.")
    else:
        root, found = source.path, [source.path]
    files: dict[Path, None] = {}
    for path in found:
        files |= dict.fromkeys(_within(path)) if path.is_dir() else {path: None}
    known: list[Path] = []
    others: list[Path] = []
    for path in files:
        fits = source.format in FORMATS or endings(path.name)[0] in TABLES
        (known if fits else others).append(path)
    name = source.name
    if not known:
        also = f"; it holds {listed([path.name for path in others])}" if others else ""
        raise TableError(f"{source.where} holds no table of {', '.join(TABLES)}{also}.")
    known, notes = with_rows(known)
    parts = []
    for path in known:
        inner = path.relative_to(root) if path.is_relative_to(root) else path
        shown = printable((Path(root.name) / inner).as_posix())
        file = table_file(path, shown, told=source.format)
        parts.append(Part(file, _partitions(inner.parent)))
    kinds = {kind for kind, ends in _KINDS.items() for part in parts if part.file.ending in ends}
    if len(kinds) > 1:
        raise TableError(
            f"{name} holds files of {' and '.join(sorted(kinds))}: choose those of one kind with "
            "a pattern such as *.csv."
        )
    if len({frozenset(part.partitions) for part in parts}) > 1:
        keys = listed(sorted({key for part in parts for key in part.partitions}))
        raise TableError(f"{name}: some files are in folders of {keys}, and some are not.")
    if others:
        few = len(others) == 1
        notes.append(
            f"{len(others):,} file{' is' if few else 's are'} not read because of the ending: "
            f"{listed([path.name for path in others][:3])}{', …' if len(others) > 3 else ''}"
        )
    return Parts(name, tuple(parts), tuple(notes))


def without_rows(frame: Frame) -> Frame:
    """Names, types and notes of a frame."""
    return replace(frame, data=frame.data.clear(), lines=None)


def fitted(frame: Frame, common: Frame, position: int) -> Frame:
    """A file's frame as a part of the whole; ``position`` is that of the file in it."""
    columns = []
    for name, dtype in common.data.schema.items():
        if name in frame:
            columns.append(_as_type(frame.data.get_column(name), dtype))
        elif common.keyed:
            columns.append(pl.Series(name, [None], dtype=dtype).new_from_index(0, frame.rows))
        else:
            raise TableError(
                f"{frame.source} was changed while it was read; run again when it rests"
            )
    file_of = np.full(frame.rows, position, dtype=np.int64)
    return replace(common, data=pl.DataFrame(columns), lines=_lines(frame), file_of=file_of)


def joined(held: list[Frame]) -> Frame:
    """One frame of the frames of a table."""
    if len(held) == 1:
        return held[0]
    return replace(
        held[0],
        data=pl.concat([frame.data for frame in held], rechunk=True),
        lines=np.concatenate([_lines(frame) for frame in held]),
        file_of=joined_files([frame.file_of for frame in held]),
    )


def joined_files(file_of: Sequence[NDArray[np.int64] | None]) -> NDArray[np.int64] | None:
    """Which file each row of some frames comes from, shape (rows of all,); None for one file."""
    known = [files for files in file_of if files is not None]
    return np.concatenate(known) if known else None


def _lines(frame: Frame) -> NDArray[np.int64]:
    if frame.lines is None:
        return np.arange(frame.rows, dtype=np.int64) + frame.first_line
    return frame.lines


def _within(folder: Path) -> list[Path]:
    """Files of a folder and its folders, those with names of a system or a tool left out."""
    found = []
    for path in sorted(folder.rglob("*"), key=lambda path: path.parts):
        inner = path.relative_to(folder).parts
        if not any(part.startswith((".", "_")) for part in inner) and path.is_file():
            found.append(path)
    return found


def _partitions(folder: Path) -> dict[str, str | None]:
    """Keys and values of the folders called ``key=value``."""
    pairs = [part.partition("=") for part in folder.parts if "=" in part]
    return {
        unquote(key): None if value == _NO_VALUE else unquote(value)
        for key, _, value in pairs
        if key
    }


def partitioned(frame: Frame, part: Part) -> Frame:
    """The frame with the columns of its folders; a column of the file's own goes before."""
    new = {key: value for key, value in part.partitions.items() if key not in frame}
    if not new:
        return frame
    columns = [
        pl.Series(key, [value], dtype=pl.String).new_from_index(0, frame.rows)
        for key, value in new.items()
    ]
    return replace(frame, data=frame.data.with_columns(columns), headers=(*frame.headers, *new))


def _one_type(known: dict[str, pl.DataType], name: str, notes: list[str]) -> pl.DataType:
    """Type of a column that holds the cells of all files; text if no other does."""
    distinct = dict.fromkeys(known.values())
    if len(distinct) == 1:
        return next(iter(distinct))
    empty = [pl.DataFrame(schema={name: dtype}) for dtype in distinct]
    texts = [dtype for dtype in distinct if dtype == pl.String or dtype in _LEVELS]
    try:
        found = pl.String() if texts else pl.concat(empty, how="vertical_relaxed").schema[name]
    except pl.exceptions.PolarsError:
        found = pl.String()
    if found != pl.String:
        return found
    if any(dtype not in (*texts, pl.Null) for dtype in distinct):
        kinds = ", ".join(f"{dtype} in {file}" for file, dtype in list(known.items())[:2])
        notes.append(f'column "{name}" has several types, such as {kinds}: read as text')
    return pl.String()


def _as_type(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    if column.dtype == dtype:
        return column
    if dtype == pl.String and column.dtype != pl.Null:
        return text_of(column)
    return column.cast(dtype)
