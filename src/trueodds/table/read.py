"""Read any table file into a Frame."""

import gzip
import io
import zlib
from pathlib import Path

import polars as pl

from trueodds.errors import TableError
from trueodds.table.delimited import read_delimited
from trueodds.table.forked import require_threads
from trueodds.table.frame import Frame, unique_names
from trueodds.table.objects import read_json
from trueodds.table.pandas_index import file_metadata, index_columns
from trueodds.text import printable

DELIMITED = {".csv": None, ".tsv": "\t", ".tab": "\t", ".txt": None, ".data": None}
_JSON = (".jsonl", ".ndjson", ".json")
_ARROW = (".arrow", ".feather", ".ipc")
_KNOWN = (*DELIMITED, *_JSON, ".parquet", *_ARROW)
GZIP = b"\x1f\x8b"
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or Excel workbook: unpack it or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV",
    b"PAR1": "a Parquet file: name it .parquet",
    b"ARROW1": "an Arrow file: name it .arrow",
    b"%PDF": "a PDF document, not a table",
    b"BZh": "compressed with bzip2: unpack it or use gzip",
    b"\xfd7zXZ": "compressed with xz: unpack it or use gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it or use gzip",
}


def read_table(path: str | Path) -> Frame:
    """Read a table from a file, its format known by the ending.

    ``.csv .tsv .tab .txt .data`` (delimiter guessed, every cell kept as text), ``.parquet``,
    ``.arrow .feather .ipc``, ``.jsonl .ndjson .json``; text formats also with ``.gz`` at the end.
    Text is UTF-8, with or without byte order mark, or UTF-16 with one, else Latin-1 as Windows has
    it (noted).

    Raises
    ------
    TableError
        When there is no such file, or it is not a table of that format.
    """
    require_threads()
    path = Path(path)
    name = printable(path.name)
    ending, zipped = table_format(path)
    raw = _load(path)
    if ending == ".parquet" or ending in _ARROW:
        return _read_binary(raw, name, ending)
    notes: list[str] = []
    text = _decode(_unzip(raw, name, zipped), name, notes)
    if ending in _JSON:
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
        keyed=ending in _JSON,
    )


def table_format(path: Path) -> tuple[str, bool]:
    """Return the ending that tells a table's format, and whether ``.gz`` stands behind it.

    Raises
    ------
    TableError
        For an ending that is not known, or no such file.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    zipped = bool(suffixes) and suffixes[-1] == ".gz"
    ending = (suffixes[-2] if len(suffixes) > 1 else "") if zipped else "".join(suffixes[-1:])
    if ending not in _KNOWN or (zipped and ending in (".parquet", *_ARROW)):
        if path.is_dir() or not path.exists():
            _load(path)
        raise TableError(
            f"{path.name}: unknown ending; a table is {', '.join(_KNOWN)}, the text ones also "
            "with .gz."
        )
    return ending, zipped


def _tabbed(text: str, ending: str) -> bool:
    """Whether the ending's own delimiter is there; many a .tsv holds commas."""
    delimiter = DELIMITED[ending]
    return delimiter is not None and delimiter in text.split("\n", 1)[0]


def _load(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise TableError(f"{path} is a folder: name a table file inside it.") from None
    except OSError as error:
        if path.is_dir():
            raise TableError(f"{path} is a folder: name a table file inside it.") from None
        raise TableError(f"{path} cannot be read: {error.strerror or error}.") from None
    if not raw:
        raise TableError(f"{path.name} is empty: a table needs a header line and rows.")
    return raw


def _unzip(raw: bytes, name: str, zipped: bool) -> bytes:
    if not raw.startswith(GZIP):
        if zipped:
            raise TableError(f"{name} is not compressed with gzip: drop the .gz or compress it.")
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"{name} is a damaged gzip file: {error}.") from None


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise TableError for a file whose first bytes are those of no text."""
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise TableError(f"{name} looks like {what}.")


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
            data = pl.read_parquet(io.BytesIO(raw))
        elif stream:
            data = pl.read_ipc_stream(io.BytesIO(raw))
        else:
            data = pl.read_ipc(io.BytesIO(raw))
    except (Exception, pl.exceptions.PanicException) as error:  # whatever damage leads polars to
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise TableError(f"{name} is not {what} file that can be read: {reason}.") from None
    if not data.height:
        raise TableError(f"{name} has columns but no rows: nothing to read.")
    headers = tuple(data.columns)
    names, renamed = unique_names(headers)
    data.columns = names
    index = index_columns(names, file_metadata(raw))
    return Frame(data, headers, name, 1, tuple(renamed), index=index)
