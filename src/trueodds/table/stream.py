"""A table file as a stream of frames: any number of rows in the memory of a few thousand.

The frames one after another are the table that `read_file` gives: the same cells, names, notes and
line numbers, and the same refusals, before the first frame. Delimited text is read several times:
for its encoding, for whether every record fits, and for its rows. Parquet comes in slices. What
cannot be cut (JSON, Arrow, pipes) comes in one frame.
"""

import io
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from trueodds.errors import TableError
from trueodds.table.delimited import (
    SAMPLE_CHARACTERS,
    Dialect,
    as_records,
    excel_hint,
    guess_delimiter,
    number_records,
    settle_dialect,
)
from trueodds.table.formats import DELIMITED, TableFile
from trueodds.table.frame import Frame, unique_names
from trueodds.table.pandas_index import index_columns
from trueodds.table.parquet_times import lost_times
from trueodds.table.read import read_file
from trueodds.table.regular import Records, looked_over, parsed, read_regular
from trueodds.table.textfile import TextFile

SMALL = 1 << 23
"""Bytes up to which a file is read whole, which is quicker."""
PIECE = 1 << 21
"""Characters of text of a block; a few blocks are held at a time."""
ROWS = 1 << 16
"""Rows of a slice of Parquet."""
CELLS = 1 << 19
"""Cells of a frame of text that only the csv module can read."""
LONGEST = 1 << 26
"""Characters after which a record that has no end is left to the csv module, which has a limit."""


def file_frames(file: TableFile, *, small: int = SMALL, piece: int = PIECE) -> Iterator[Frame]:
    """Frames of a file of any size that holds one table.

    Parameters
    ----------
    small, piece
        See `SMALL` and `PIECE`; for tests.

    Raises
    ------
    TableError
        As `read_file`; behind the first frame, only if the file was changed meanwhile.
    """
    ending = file.ending
    try:
        found = file.path.stat()
        whole = not stat.S_ISREG(found.st_mode) or found.st_size <= small
    except OSError:
        whole = True
    if whole or (ending not in DELIMITED and (ending != ".parquet" or file.packing)):
        yield read_file(file)
    elif ending == ".parquet":
        yield from _slices(file)
    else:
        yield from _delimited(file, piece)


def _slices(file: TableFile) -> Iterator[Frame]:
    path, name = file.path, file.name
    before = _state(path)
    rows = 0
    try:
        table = pl.scan_parquet(path)
        headers = tuple(table.collect_schema().names())
        height = 0 if lost_times(table) else int(table.select(pl.len()).collect().item())
        names, renamed = unique_names(headers)
        index = index_columns(names, _footer(path))
        while rows < height:
            data = table.slice(rows, ROWS).collect()
            data.columns = names
            lines = np.arange(rows + 1, rows + data.height + 1)
            if _state(path) != before:
                raise _changed(name)
            yield Frame(data, headers, name, 1, tuple(renamed), lines, index=index)
            rows += data.height
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        if rows:
            raise _changed(name) from None
    if not rows:
        yield read_file(file)  # reads lost times, or says what is wrong with it


def _footer(path: Path) -> bytes:
    """Schema of a Parquet file, see `file_metadata`."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        size = int.from_bytes(file.read(4), "little")
        file.seek(-8 - size, 2)
        return file.read(size)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _changed(name: str) -> TableError:
    return TableError(f"{name} was changed while it was read; run again when it rests")


def _delimited(source: TableFile, piece: int) -> Iterator[Frame]:
    file = TextFile(source)
    try:
        text = _Text(file, piece, DELIMITED[source.ending])
        names: list[str] = []
        renamed: list[str] = []
        for records in text.records():
            if not names:
                names, renamed = unique_names(records.headers)
            records.columns.columns = names
            notes = (*file.notes, *records.notes, *renamed)
            headers = tuple(records.headers)
            yield Frame(
                records.columns,
                headers,
                source.name,
                2,
                notes,
                records.lines,
                text.delimiter,
                index=index_columns(names),
            )
        file.require_unchanged()
    finally:
        file.close()


class _Text:
    """Delimited text, looked at once to know how its records are to be read."""

    def __init__(self, file: TextFile, piece: int, delimiter: str | None) -> None:
        self._file, self._piece = file, piece
        if not any(part.strip() for part in file.pieces(piece)):
            raise TableError(f"{file.name} is empty: a table needs a header line and rows.")
        head = ""
        for part in file.pieces(piece):
            head += part
            if len(head) > SAMPLE_CHARACTERS:
                break
        if delimiter is not None and delimiter not in head.split("\n", 1)[0]:
            delimiter = None
        self._skip = 0
        if excel_hint(head):
            delimiter, self._skip = head[4], 5
        self.delimiter = delimiter or guess_delimiter(head[self._skip :])

    def records(self) -> Iterator[Records]:
        """Some rows at a time; all that can be wrong with the text is raised before the first."""
        yield from self._regular() if self._is_regular() else self._any()

    def _is_regular(self) -> bool:
        """Whether polars reads the text; a text without rows is the csv module's to complain of."""
        rows = 0
        try:
            for number, (text, _) in enumerate(self._headed()):
                if not number and read_regular(text, self.delimiter) is None:
                    return False
                found = looked_over(text.encode(), self.delimiter)
                if found is None:
                    return False
                rows += found.filled.size - 1
        except _Irregular:
            return False
        return rows > 0

    def _regular(self) -> Iterator[Records]:
        """Read with polars block by block."""
        for text, shift in self._headed():
            raw = text.encode()
            found = looked_over(raw, self.delimiter)
            if found is None:
                raise _changed(self._file.name)
            records = parsed(raw, self.delimiter, found) or self._by_csv(text)
            if len(records.lines):
                yield replace(records, lines=records.lines + shift)

    def _by_csv(self, text: str) -> Records:
        """Regular text that polars has not read."""
        lines = io.StringIO(text, newline="")
        (_, headers), *body = number_records(lines, self._file.name, self.delimiter, Dialect())
        return as_records(headers, body)

    def _headed(self) -> Iterator[tuple[str, int]]:
        """Blocks of text, the header put before each, and what their line numbers are short of."""
        header, before = "", 0
        for block in self._blocks():
            if header:
                yield header + block, before - header.count("\n")
            else:
                header = _first_record(block)
                if header:
                    yield block, before
            before += block.count("\n")

    def _blocks(self) -> Iterator[str]:
        """Text cut between records, if all its quotes are well placed."""
        rest, skip = "", self._skip
        for piece in self._file.pieces(self._piece):
            rest += piece[skip:]
            skip = max(0, skip - len(piece))
            end = _last_end(rest)
            if end:
                yield rest[:end]
                rest = rest[end:]
            elif len(rest) > LONGEST:
                raise _Irregular
        if rest:
            yield rest

    def _any(self) -> Iterator[Records]:
        """Read with the csv module: once to know all widths, then in batches."""
        spaced, unpaired = self._looked_for(self.delimiter + ' "')
        escaped, _ = self._looked_for('\\"')
        dialect, shape = settle_dialect(self._numbered, spaced=spaced, escaped=escaped)
        headers, notes = shape.settle(self._file.name, self.delimiter, unpaired)
        if not shape.rows:
            raise TableError(f"{self._file.name} has a header line but no rows: nothing to read.")
        most = max(1, CELLS // len(headers))
        body: list[tuple[int, list[str]]] = []
        numbered = iter(self._numbered(dialect))
        next(numbered)
        for record in numbered:
            body.append(record)
            if len(body) == most:
                yield as_records(headers, body, notes)
                body = []
        if body:
            yield as_records(headers, body, notes)

    def _numbered(self, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
        lines = self._file.lines(self._piece, self._skip)
        return number_records(lines, self._file.name, self.delimiter, dialect)

    def _looked_for(self, sought: str) -> tuple[bool, bool]:
        """Whether a text of two or three characters is there, and whether a quote has no pair."""
        found, quotes, last = False, 0, ""
        for piece in self._file.pieces(self._piece):
            found |= sought in last + piece
            quotes += piece.count('"')
            last = (last + piece)[-len(sought) :]
        return found, quotes % 2 == 1


class _Irregular(Exception):  # noqa: N818
    """The text needs the csv module."""


def _last_end(text: str) -> int:
    """Position behind the last line end that no quotes hold, 0 without one."""
    if '"' not in text:
        return text.rfind("\n") + 1
    raw = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    quotes, ends = np.flatnonzero(raw == ord('"')), np.flatnonzero(raw == ord("\n"))
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if outside.size else 0


def _first_record(block: str) -> str:
    """First record that is not blank, with its line end."""
    start = 0
    while start < len(block):
        end = start
        while True:
            end = block.find("\n", end) + 1 or len(block)
            if block.count('"', start, end) % 2 == 0 or end == len(block):
                break
        record = block[start:end]
        if record.strip("\r\n"):
            return record if record.endswith("\n") else record + "\n"
        start = end
    return ""
