"""Scored rows out: the input's columns untouched, in order, and the columns added to them."""

import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.errors import TableError
from trueodds.files import whole_file
from trueodds.table.columnar import sink_typed
from trueodds.table.formats import DATABASES
from trueodds.table.frame import Frame, missing_column
from trueodds.table.sources import Source, as_source
from trueodds.table.write_delimited import delimited, json_text

_DELIMITERS = {".csv": ",", ".txt": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = (".jsonl", ".ndjson")
_ARROW = (".arrow", ".feather", ".ipc")
WRITABLE = (*_DELIMITERS, *_JSON, ".parquet", *_ARROW)


Added = NDArray[np.float64] | pl.DataFrame
"""What is added to rows: the probabilities, shape (rows,), or a frame of as many rows."""


@dataclass(frozen=True)
class Layout:
    """Which columns are written, in order."""

    names: tuple[str, ...]
    """Unique names."""
    headers: tuple[str, ...]
    """Headers of delimited text: the source's own."""
    new: tuple[str, ...]
    """Names, and headers, of the columns added, in their order."""

    def table(self, frame: Frame, added: Added) -> pl.DataFrame:
        """The columns of some rows."""
        if not isinstance(added, pl.DataFrame):
            probability = np.asarray(added, dtype=np.float64)
            if probability.shape != (frame.rows,):
                raise ValueError(f"{probability.shape} probabilities for {frame.rows} rows")
            added = pl.DataFrame([pl.Series("probability", probability)])
        if added.shape != (frame.rows, len(self.new)):
            raise ValueError(f"{added.shape} new cells for {frame.rows} rows and {self.new}")
        known = {name: column.alias(name) for name, column in zip(self.new, added, strict=True)}
        return pl.DataFrame(
            [known[n] if n in known else frame.data.get_column(n) for n in self.names]
        )


def layout_of(
    first: Frame, columns: Sequence[str] = (), new: Sequence[str] = ("probability",)
) -> Layout:
    """Find the columns to write.

    Parameters
    ----------
    columns
        Names of the frame's columns, and of the new ones; a text may hold several, with commas
        between. None: all, the new ones at the end.
    new
        Names of the columns added, such as ``probability``. One that the frame has gets a number.

    Raises
    ------
    TableError
        If the frame has no such column.
    """
    free = _free_names(first, new)
    called = dict(zip(new, free, strict=True))
    headers = {**dict(zip(first.names, first.headers, strict=True)), **{n: n for n in free}}
    if not columns:
        return Layout(tuple(headers), tuple(headers.values()), free)
    wanted = []
    for text in columns:
        parts = [text] if text.strip() in headers else text.split(",")
        for part in map(str.strip, parts):
            # Where the table has a column of that name too, the new one is meant.
            found = called.get(part, part)
            if found not in headers:
                raise TableError(missing_column(part, headers, first.source))
            wanted.append(found)
    chosen = tuple(dict.fromkeys(wanted))
    return Layout(chosen, tuple(headers[n] for n in chosen), free)


def write_scored(
    frame: Frame,
    probability: NDArray[np.float64],
    path: str | Path | None,
    columns: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write a table with its probabilities; CSV to stdout without a path.

    The format goes by the ending: ``.csv .txt`` (comma), ``.tsv .tab``, ``.parquet``, ``.arrow
    .feather .ipc``, ``.jsonl .ndjson``; text formats also with ``.gz``. Delimited text has the
    source's headers and cells and quotes only where needed; the other formats need unique names
    and get the frame's. Probabilities are written so that they read back as the same float64. The
    file appears whole or not at all.

    ``file.sqlite#table``, ``file.duckdb#table`` and ``postgresql://host/database#table`` make a new
    table, whole or not at all, in a database that may hold others.

    Parameters
    ----------
    probability : shape (rows,), each 0 to 1
    columns
        As `layout_of` takes them.

    Returns
    -------
    notes : remarks for the user, such as that the column is called ``probability_1``

    Raises
    ------
    TableError
        For an unknown ending, a place that cannot be written, or a table that is already there.
    """
    return write_stream(frame, [(frame, probability)], path, columns)


def write_stream(
    first: Frame,
    scored: Iterable[tuple[Frame, Added]],
    path: str | Path | None,
    columns: Sequence[str] = (),
    new: Sequence[str] = ("probability",),
) -> tuple[str, ...]:
    """Write a table that comes in parts, each with its new columns, as `write_scored` does.

    ``first`` has the parts' headers and types. ``columns`` and ``new`` are as `layout_of` takes
    them. One part is held at a time.
    """
    layout = layout_of(first, columns, new)
    notes = tuple(
        f'the new column is called "{name}"'
        if asked == "probability"
        else f'the new column "{asked}" is called "{name}"'
        for name, asked in zip(layout.new, new, strict=True)
        if name != asked and name in layout.names
    )
    tables = (layout.table(frame, added) for frame, added in scored)
    if path is None:
        _to_stdout(delimited(layout.headers, tables, ","))
        return notes
    if database := database_of(path):
        from trueodds.table.write_database import sink_database

        sink_database(tables, database)
        return notes
    path = Path(path)
    ending = writable_ending(path)
    try:
        with whole_file(path) as file:
            if ending in _DELIMITERS:
                texts = delimited(layout.headers, tables, _DELIMITERS[ending])
            elif ending in _JSON:
                texts = map(_json_lines, tables)
            else:
                sink_typed(tables, ending, file)
                return notes
            for raw in _zipped(texts) if path.suffix.lower() == ".gz" else texts:
                file.write(raw)
    except OSError as error:
        raise TableError(f"{path} cannot be written: {error.strerror or error}.") from None
    return notes


def database_of(path: str | Path) -> Source | None:
    """Return the database and its table that a place names; None for another place.

    Raises
    ------
    TableError
        If it names no table, or is a URL of another kind.
    """
    text = str(path)
    if "://" in text:
        source = as_source(text)
        if source.kind != "postgresql":
            raise TableError(f"{source.shown}: scored rows go to files and databases, not there.")
    else:
        where, _, part = text.partition("#")
        if Path(where).suffix.lower() not in DATABASES:
            return None
        source = Source(where, part=part)
    if not source.part:
        raise TableError(f"{source.shown}: name the new table, such as {source.shown}#scored.")
    return source


def _zipped(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Gzip without a time stamp: the same content gives the same bytes."""
    packer = zlib.compressobj(9, wbits=31)
    for raw in texts:
        yield packer.compress(raw)
    yield packer.flush()


def writable_ending(path: str | Path) -> str:
    """Return the ending that decides the format; raises TableError for one that is not known."""
    path = Path(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    zipped = bool(suffixes) and suffixes[-1] == ".gz"
    ending = (suffixes[-2] if len(suffixes) > 1 else "") if zipped else "".join(suffixes[-1:])
    if ending not in WRITABLE or (zipped and ending not in (*_DELIMITERS, *_JSON)):
        raise TableError(
            f"{path.name}: unknown ending; scored rows are written as {', '.join(WRITABLE)}, "
            f"the text ones also with .gz, or to a new table of {', '.join(DATABASES)}."
        )
    return ending


def _free_names(frame: Frame, names: Sequence[str]) -> tuple[str, ...]:
    """The names; one that is taken gets the first number that makes it free."""
    taken = {*frame.names, *frame.headers}
    free: list[str] = []
    for name in names:
        numbered = (f"{name}_{i}" for i in range(1, len(taken) + 2))
        free.append(name if name not in taken else next(n for n in numbered if n not in taken))
        taken.add(free[-1])
    return tuple(free)


def _json_lines(table: pl.DataFrame) -> bytes:
    rows = table.with_columns(pl.selectors.float().fill_nan(None)).iter_rows(named=True)
    return "".join(json_text(row) + "\n" for row in rows).encode()


def _to_stdout(texts: Iterable[bytes]) -> None:
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    for raw in texts:
        if buffer is None:
            sys.stdout.write(raw.decode())
        else:
            buffer.write(raw)
    sys.stdout.flush()
