"""Read a file that holds one table into a Frame."""

import io

import polars as pl

from trueodds.errors import TableError
from trueodds.table.delimited import read_delimited
from trueodds.table.forked import require_threads
from trueodds.table.formats import DELIMITED, JSON, TYPED, TableFile, open_path
from trueodds.table.frame import Frame, unique_names
from trueodds.table.objects import read_json
from trueodds.table.packed import packing_of, require_packing, unpack
from trueodds.table.pandas_index import file_metadata, index_columns
from trueodds.table.parquet_times import with_times
from trueodds.table.wide_decimals import refused_decimals
from trueodds.text import first_line

_FOREIGN = {
    b"PK\x03\x04": "a zip archive or Excel workbook: name it .zip or .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: name it .xls",
    b"PAR1": "a Parquet file: name it .parquet",
    b"ARROW1": "an Arrow file: name it .arrow",
    b"SQLite format 3\0": "a SQLite file: name it .sqlite",
    b"%PDF": "a PDF document, not a table",
    b"<!DOCTYPE": "a web page: download the table itself",
    b"<!doctype": "a web page: download the table itself",
    b"<html": "a web page: download the table itself",
}


def read_file(file: TableFile) -> Frame:
    """Read a file of one table: delimited text, Parquet, Arrow or JSON, compressed or not.

    Cells of delimited text are kept as text. Text is UTF-8, with or without byte order mark, or
    UTF-16 with one, else Latin-1 as Windows has it (noted).

    Raises
    ------
    TableError
        When there is no such file, or it is not a table of that format.
    """
    require_threads()
    return read_content(_load(file), file.name, file.ending)


def read_content(raw: bytes, name: str, ending: str) -> Frame:
    """Read the content of a file that is not compressed; see `read_file`.

    Parameters
    ----------
    raw
        The content, not empty.
    name
        What messages call it.
    ending
        Its format, such as ``.csv``.
    """
    if ending in TYPED:
        return _read_binary(raw, name, ending)
    notes: list[str] = []
    text = _decode(raw, name, notes)
    if ending in JSON:
        headers, data = read_json(text, name)
        first_line, lines, delimiter = 1, None, ""
        if not data.width or not data.height:
            raise TableError(f"{name} holds no records: nothing to read.")
    else:
        records = read_delimited(text, name, DELIMITED[ending] if _tabbed(text, ending) else None)
        data, headers, first_line, lines = records.columns, records.headers, 2, records.lines
        delimiter = records.delimiter
        notes.extend(records.notes)
        if lines[0] == 2 and lines[-1] == lines.size + 1:
            lines = None
    names, renamed = unique_names(headers)
    data.columns = names
    return Frame(
        data,
        tuple(headers),
        name,
        first_line,
        (*notes, *renamed),
        lines,
        delimiter,
        index=index_columns(names),
        keyed=ending in JSON,
    )


def _tabbed(text: str, ending: str) -> bool:
    """Whether the ending's own delimiter is there; many a .tsv holds commas."""
    delimiter = DELIMITED[ending]
    return delimiter is not None and delimiter in text.split("\n", 1)[0]


def _load(file: TableFile) -> bytes:
    """The whole content, decompressed."""
    with open_path(file.path) as handle:
        try:
            head = handle.read(1 << 6)
            packing = require_packing(head, file.packing, file.name) if head else ""
            raw = b"" if packing and handle.seekable() else head + handle.read()
        except OSError as error:
            raise TableError(f"{file.path} cannot be read: {error.strerror or error}.") from None
        if packing:
            packed = io.BytesIO(raw) if raw else handle
            raw = unpack(packed, packing, file.member, file.name)
    if not raw:
        raise TableError(f"{file.name} is empty: a table needs a header line and rows.")
    return raw


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise TableError for a file whose first bytes are those of no text."""
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise TableError(f"{name} looks like {what}.")
    if packing_of(head):
        raise TableError(f"{name} is compressed more than once: unpack it.")


def _decode(raw: bytes, name: str, notes: list[str]) -> str:
    """Text of a file; a file that is not text is refused with what it looks like."""
    refuse_foreign(raw, name)
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise TableError(f"{name} is UTF-32, which is not read: save it as UTF-8.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        notes.append("read as UTF-16")
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise TableError(f"{name} is not UTF-16 as its first bytes say: {error}.") from None
    if b"\0" in raw:
        row = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise TableError(f"{name} is not text (a zero byte in line {row}): save it as UTF-8 CSV.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        notes.append(f"not UTF-8 (line {row}): read as Latin-1 (Windows-1252)")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _read_binary(raw: bytes, name: str, ending: str) -> Frame:
    what = "a Parquet" if ending == ".parquet" else "an Arrow"
    magic = b"PAR1" if ending == ".parquet" else b"ARROW1"
    stream = ending != ".parquet" and raw.startswith(b"\xff\xff\xff\xff")
    if not stream and not raw.startswith(magic):
        raise TableError(f"{name} is not {what} file: its first bytes say otherwise.")
    if not stream and not raw.endswith(magic):
        raise TableError(f"{name} is not a whole {what.split()[1]} file: its end is missing.")
    try:
        if ending == ".parquet":
            data = with_times(pl.read_parquet(io.BytesIO(raw)), raw)
        elif stream:
            data = pl.read_ipc_stream(io.BytesIO(raw))
        else:
            data = pl.read_ipc(io.BytesIO(raw))
    except (Exception, pl.exceptions.PanicException) as error:  # whatever damage leads polars to
        reason = first_line(str(error), type(error).__name__)
        if wide := refused_decimals(raw, reason):
            raise TableError(f"{name}: {wide}.") from None
        reason = reason[:120]
        raise TableError(f"{name} is not {what} file that can be read: {reason}.") from None
    if not data.height:
        raise TableError(f"{name} has columns but no rows: nothing to read.")
    headers = tuple(data.columns)
    names, renamed = unique_names(headers)
    data.columns = names
    index = index_columns(names, file_metadata(raw))
    return Frame(data, headers, name, 1, tuple(renamed), index=index)
