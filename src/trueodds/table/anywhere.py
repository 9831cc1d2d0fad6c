"""The door for tables: read one whole or in parts, from wherever it lies."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from trueodds.errors import TableError
from trueodds.table.folder import Parts, find_parts
from trueodds.table.formats import DATABASES, SHEETS, TableFile, table_file
from trueodds.table.frame import Frame
from trueodds.table.read import read_file
from trueodds.table.sources import Source, as_source
from trueodds.table.stream import PIECE, SMALL, file_frames


@dataclass(frozen=True)
class TableStream:
    """Frames of one table in order; can be walked once."""

    frames: Iterator[Frame]
    first: Frame
    """The first of them, for names, types and notes."""


def read_table(table: str | os.PathLike[str] | Source, *, told: str = "", query: str = "") -> Frame:
    """Read a table from wherever it lies.

    Parameters
    ----------
    table
        - a file, its format known by the ending: ``.csv .tsv .tab .txt .data`` (delimiter guessed,
          every cell kept as text), ``.parquet``, ``.arrow .feather .ipc``, ``.jsonl .ndjson
          .json``; each also with ``.gz .bz2 .xz .zst`` or as a member of a ``.zip``
          (``archive.zip#member.csv``);
        - a workbook ``.xlsx .xlsm .xls .ods`` (``book.xlsx#sheet``; extra ``excel``);
        - a SQLite or DuckDB file (``file.duckdb#table``; extra ``duckdb``);
        - a folder of files of one table, or a pattern such as ``data/*.parquet``; folders called
          ``key=value`` add a column;
        - "-" for stdin; ``file://`` and an absolute path;
        - ``https://`` and ``http://``; ``s3://`` and ``gs://`` (extra ``cloud``);
        - ``postgresql://user@host/database#table`` (extra ``sql``).
    told
        Format of a file whose name does not tell it, one of `trueodds.table.formats.FORMATS`.
    query
        Query of a database, instead of ``#table``.

    Raises
    ------
    TableError
        When there is no such table, it is not of that format, or an extra is not installed. A
        message never shows the user or password of a URL.
    """
    with at_hand(as_source(table, told=told, query=query)) as source:
        found = _located(source)
        if isinstance(found, Parts):
            return found.whole(read_file)
        return found if isinstance(found, Frame) else read_file(found)


def stream_table(
    table: str | os.PathLike[str] | Source,
    *,
    told: str = "",
    query: str = "",
    small: int = SMALL,
    piece: int = PIECE,
) -> TableStream:
    """Open a table of any size; the frames one after another are what `read_table` gives.

    Delimited text and Parquet, in folders too, come in parts. Other tables come in one frame.

    Parameters
    ----------
    small, piece
        See `trueodds.table.stream`; for tests.

    Raises
    ------
    TableError
        As `read_table`; while the frames are walked, only if a file was changed meanwhile.
    """
    return _opened(_frames(as_source(table, told=told, query=query), small, piece))


def stream_parts(parts: Parts) -> TableStream:
    """Open some files of a folder as `stream_table` does, each with the columns of its folders."""
    return _opened(parts.frames(file_frames))


def _opened(frames: Iterator[Frame]) -> TableStream:
    first = next(frames)
    return TableStream(_again(first, frames), first)


def at_hand(source: Source) -> AbstractContextManager[Source]:
    """Within the block, the source is one on this machine's disk or a database server.

    Raises
    ------
    TableError
        If it cannot be fetched; the message hides the secrets of a URL.
    """
    if source.kind not in ("stdin", "web", "cloud"):
        return nullcontext(source)
    from trueodds.table.fetch import copied

    return copied(source)


def fingerprint(source: Source) -> str:
    """SHA-256 of a table's file in hex; "" for what is not on this machine's disk.

    For a folder or pattern it is that of one line for each file with its name and one with its own
    SHA-256. Where a part or a query chooses the table, it is that of the file's SHA-256, a line
    feed and the part or query.

    Raises
    ------
    TableError
        If a file cannot be read.
    """
    if source.kind == "pattern" or (source.kind == "path" and source.path.is_dir()):
        files = find_parts(source).parts
        return joined_fingerprint((part.file.name, sha256(part.file.path)) for part in files)
    if source.kind != "path" or not source.path.is_file():
        return ""
    found, choice = sha256(source.path), source.part or source.query
    return hashlib.sha256(f"{found}\n{choice}".encode()).hexdigest() if choice else found


def size_of_files(source: Source) -> int:
    """Bytes of a table's files."""
    if source.kind == "pattern" or source.path.is_dir():
        return sum(part.file.path.stat().st_size for part in find_parts(source).parts)
    return source.path.stat().st_size


def _frames(source: Source, small: int, piece: int) -> Iterator[Frame]:
    with at_hand(source) as near:
        found = _located(near)
        if isinstance(found, Parts):
            yield from found.frames(lambda file: file_frames(file, small=small, piece=piece))
        elif isinstance(found, Frame):
            yield found
        else:
            yield from file_frames(found, small=small, piece=piece)


def _again(first: Frame, rest: Iterator[Frame]) -> Iterator[Frame]:
    yield first
    del first  # not held while the others come
    yield from rest


def _located(source: Source) -> Parts | TableFile | Frame:
    """Files of one table, a file that holds one, or what a workbook or a database gives."""
    if source.kind == "postgresql":
        from trueodds.table.databases import read_server

        return read_server(source)
    if source.kind == "pattern" or source.path.is_dir():
        return find_parts(source)
    told = source.format or ("?" if source.label else "")
    file = table_file(source.path, source.label, source.part, told)
    if file.ending in DATABASES:
        from trueodds.table.databases import read_database_file

        return read_database_file(file, source.query)
    if source.query:
        raise TableError(f"{file.name} is no database: a query needs one.")
    if file.ending in SHEETS:
        from trueodds.table.workbook import read_sheet

        return read_sheet(file)
    return file


def joined_fingerprint(files: Iterable[tuple[str, str]]) -> str:
    """`fingerprint` of a folder: of the names and the SHA-256 of its files, in its order."""
    whole = hashlib.sha256()
    for name, digest in files:
        whole.update(f"{name}\n{digest}\n".encode())
    return whole.hexdigest()


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex; raises TableError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}.") from None
