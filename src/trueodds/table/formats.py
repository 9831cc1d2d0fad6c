"""The format of a table file: by the ending of its name, or by its first bytes."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from trueodds.errors import TableError
from trueodds.table.packed import PACKINGS, members, opened, packing_of
from trueodds.text import printable

DELIMITED = {".csv": None, ".tsv": "\t", ".tab": "\t", ".txt": None, ".data": None}
JSON = (".jsonl", ".ndjson", ".json")
ARROW = (".arrow", ".feather", ".ipc")
TYPED = (".parquet", *ARROW)
SHEETS = (".xlsx", ".xlsm", ".ods")
DATABASES = (".sqlite", ".sqlite3", ".db", ".duckdb")
TABLES = (*DELIMITED, *JSON, *TYPED)
"""Endings of files that hold one table."""
KNOWN = (*TABLES, *SHEETS, *DATABASES)
SQLITE = b"SQLite format 3\0"
DUCKDB = b"DUCK"
"""It stands at byte 8 of a file."""
FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "arrow", "xlsx", "ods", "sqlite", "duckdb")
"""What a format may be called by the user: an ending without its dot."""


@dataclass(frozen=True)
class TableFile:
    """One file that holds a table, or several to choose from."""

    path: Path
    name: str
    """What messages call it."""
    ending: str
    """Its format, one of `KNOWN`."""
    packing: str = ""
    """How it is compressed by its name, one of `PACKINGS`, or empty."""
    member: str = ""
    """Its name in a zip archive."""
    part: str = ""
    """Sheet of a workbook or table of a database; empty where none is chosen."""


def table_file(path: Path, name: str = "", part: str = "", told: str = "") -> TableFile:
    """Find the format of a file.

    Parameters
    ----------
    name
        What messages call the file; its own name if empty.
    part
        Member of a zip archive, sheet of a workbook or table of a database.
    told
        One of `FORMATS` if the user says what the file holds, "?" to go by its first bytes where
        the name does not tell; else the ending of the name decides.

    Raises
    ------
    TableError
        If there is no such file, the format is not known, or an archive has several members.
    """
    name = name or printable(path.name)
    ending, packing = endings(path.name)
    if told in FORMATS:
        ending = f".{told}"
    elif told and ending not in KNOWN:
        return _sniffed(path, name, part)
    if packing == ".zip":
        return _member(path, name, part, f".{told}" if told in FORMATS else "")
    if ending not in KNOWN:
        require_file(path)
        raise TableError(
            f"{name}: unknown ending; a table is {', '.join(KNOWN)}, the ones of text and Parquet "
            f"also with {', '.join(PACKINGS)}. --format tells the format of other names."
        )
    return _whole(path, name, ending, packing, part)


def endings(name: str) -> tuple[str, str]:
    """Return the ending that tells the format and the one that tells the packing, in small letters.

    Each is empty where there is none.
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    packing = suffixes.pop() if suffixes and suffixes[-1] in PACKINGS else ""
    return (suffixes[-1] if suffixes else ""), packing


def require_file(path: Path) -> None:
    """Raise TableError unless the path is that of something that can be read as a file."""
    if path.is_dir():
        raise TableError(f"{path} is a folder: name a table file inside it.")
    if not path.exists():
        raise TableError(f"{path}: there is no such file.")


def open_path(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises
    ------
    TableError
        If it is missing, a folder, or not readable.
    """
    require_file(path)
    try:
        return path.open("rb")
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}.") from None


def _member(path: Path, name: str, part: str, told: str) -> TableFile:
    """The chosen member of an archive, or its only table."""
    with open_path(path) as handle:
        found = members(handle, name)
    inner = endings(path.name)[0]
    tables = [m for m in found if endings(m)[0] in TABLES] or found
    if part:
        if part not in found:
            raise TableError(f'{name} has no member "{part}"; it holds {listed(found)}.')
        chosen = part
    elif len(tables) == 1:
        chosen = tables[0]
    elif not tables:
        raise TableError(f"{name} holds no file: nothing to read.")
    else:
        raise several_held(name, tables)
    ending, packing = endings(chosen)
    ending = told or (ending if ending in KNOWN else inner)
    shown = printable(f"{name}#{chosen}")
    if packing:
        raise TableError(f"{shown} is compressed within an archive: unpack the archive.")
    if ending not in TABLES:
        raise TableError(f"{shown} is no table of {', '.join(TABLES)}: unpack the archive.")
    return TableFile(path, shown, ending, ".zip", chosen)


def several_held(name: str, held: list[str], what: str = "tables") -> TableError:
    """Return the error that a place holds several tables and none is chosen."""
    return TableError(
        f"{name} holds {len(held)} {what}: choose one, such as {name}#{held[0]}; they are "
        f"{listed(held)}."
    )


def listed(names: list[str]) -> str:
    """Names in quotes, the first twelve of them."""
    more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
    return ", ".join(f'"{name}"' for name in names[:12]) + more


def _sniffed(path: Path, name: str, part: str) -> TableFile:
    """Go by the first bytes, those within a compressed file too."""
    with open_path(path) as handle:
        head = handle.read(1 << 12)
        packing = packing_of(head)
        handle.seek(0)
        if packing == ".zip":
            held = members(handle, name)
            if "xl/workbook.xml" in held:
                return TableFile(path, name, ".xlsx", part=part)
            if "content.xml" in held and "mimetype" in held:
                return TableFile(path, name, ".ods", part=part)
            return _member(path, name, part, "")
        if packing:
            head = opened(handle, packing, "", name).read(1 << 12)
    ending = _by_bytes(head)
    return _whole(path, name, ending, packing, part)


def _whole(path: Path, name: str, ending: str, packing: str, part: str) -> TableFile:
    """A file that is no archive."""
    if part and ending in TABLES:
        raise TableError(f'{name} holds one table: drop "#{part}" behind its name.')
    return TableFile(path, name, ending, packing, part=part)


def _by_bytes(head: bytes) -> str:
    if head.startswith(SQLITE):
        return ".sqlite"
    if head[8:12] == DUCKDB:
        return ".duckdb"
    if head.startswith(b"PAR1"):
        return ".parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return ".arrow"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{") or text[:1] + text[1:].lstrip()[:1] in (b"[{", b"[]"):
        return ".json"
    return ".csv"
