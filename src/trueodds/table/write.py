"""Scored rows out: the input's columns untouched, in order, and the columns added to them."""

import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.errors import TableError
from trueodds.files import whole_file
from trueodds.table.columnar import sink_typed
from trueodds.table.frame import Frame

_DELIMITERS = {".csv": ",", ".txt": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = (".jsonl", ".ndjson")
_ARROW = (".arrow", ".feather", ".ipc")
WRITABLE = (*_DELIMITERS, *_JSON, ".parquet", *_ARROW)


def write_scored(
    frame: Frame, probability: NDArray[np.float64], path: str | Path | None
) -> tuple[str, ...]:
    """Write a table with its probabilities; CSV to stdout without a path.

    The format goes by the ending: ``.csv .txt`` (comma), ``.tsv .tab``, ``.parquet``, ``.arrow
    .feather .ipc``, ``.jsonl .ndjson``; text formats also with ``.gz``. Delimited text has the
    source's headers and cells and quotes only where needed; the other formats need unique names
    and get the frame's. Probabilities are written so that they read back as the same float64. The
    file appears whole or not at all.

    Parameters
    ----------
    probability : shape (rows,), each 0 to 1

    Returns
    -------
    notes : remarks for the user, such as that the column is called ``probability_1``

    Raises
    ------
    TableError
        For an unknown ending or a place that cannot be written.
    """
    return write_stream(frame, [(frame, probability)], path)


Added = NDArray[np.float64] | pl.DataFrame
"""Columns added to rows: the probabilities, or a frame of as many rows."""


def write_stream(
    first: Frame,
    scored: Iterable[tuple[Frame, Added]],
    path: str | Path | None,
    names: Sequence[str] = ("probability",),
) -> tuple[str, ...]:
    """Write a table that comes in parts, each with its new columns, as `write_scored` does.

    ``first`` has the parts' headers and types. ``names`` are the new columns', in order. One part
    is held at a time.
    """
    free = _free_names(first, names)
    notes = tuple(
        f'the new column is called "{new}"'
        for new, name in zip(free, names, strict=True)
        if new != name
    )
    parts = (_checked(frame, added, free) for frame, added in scored)
    if path is None:
        _to_stdout(_delimited(first, parts, free, ","))
        return notes
    path = Path(path)
    ending = writable_ending(path)
    try:
        with whole_file(path) as file:
            if ending in _DELIMITERS:
                texts = _delimited(first, parts, free, _DELIMITERS[ending])
            elif ending in _JSON:
                texts = (_json_lines(frame, added) for frame, added in parts)
            else:
                sink_typed(parts, ending, file)
                return notes
            for raw in _zipped(texts) if path.suffix.lower() == ".gz" else texts:
                file.write(raw)
    except OSError as error:
        raise TableError(f"{path} cannot be written: {error.strerror or error}.") from None
    return notes


def _checked(frame: Frame, added: Added, names: list[str]) -> tuple[Frame, pl.DataFrame]:
    """The part with its new columns under their names."""
    if not isinstance(added, pl.DataFrame):
        probability = np.asarray(added, dtype=np.float64)
        if probability.shape != (frame.rows,):
            raise ValueError(f"{probability.shape} probabilities for {frame.rows} rows")
        added = pl.DataFrame([pl.Series("probability", probability)])
    if added.shape != (frame.rows, len(names)):
        raise ValueError(f"{added.shape} new cells for {frame.rows} rows and {names}")
    return frame, added.rename(dict(zip(added.columns, names, strict=True)))


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
            f"the text ones also with .gz."
        )
    return ending


def _free_names(frame: Frame, names: Sequence[str]) -> list[str]:
    """The names; one that a column has already gets the first number that makes it free."""
    taken = {*frame.names, *frame.headers}
    free = []
    for name in names:
        numbered = (f"{name}_{i}" for i in range(1, len(taken) + 2))
        free.append(name if name not in taken else next(n for n in numbered if n not in taken))
        taken.add(free[-1])
    return free


def _delimited(
    first: Frame,
    parts: Iterable[tuple[Frame, pl.DataFrame]],
    names: list[str],
    delimiter: str,
) -> Iterator[bytes]:
    heads = [*first.headers, *names]
    header = _csv(
        [pl.Series(str(i), [h or None], dtype=pl.String) for i, h in enumerate(heads)], delimiter
    )
    for frame, added in parts:
        # A float is its repr, the shortest text that reads back as the same float64.
        columns = [_as_text(column).alias(str(i)) for i, column in enumerate([*frame.data, *added])]
        # With the first rows, so that nothing is said when these fail.
        yield header + _csv(columns, delimiter)
        header = b""


def _csv(columns: list[pl.Series], delimiter: str) -> bytes:
    text = pl.DataFrame(columns).write_csv(
        include_header=False, separator=delimiter, quote_style="necessary"
    )
    return text.encode()


def _as_text(column: pl.Series) -> pl.Series:
    """Cells for delimited text: empty for missing, nested values as JSON, durations as ISO 8601."""
    column, dtype = column.alias("cells"), column.dtype
    if dtype == pl.String:
        return pl.select(pl.when(column != "").then(column)).to_series()
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        cells = [None if cell is None else _json_text(cell) for cell in column.to_list()]
        return pl.Series(cells, dtype=pl.String)
    if dtype == pl.Duration:
        return column.dt.to_string("iso")
    if dtype.is_float():
        cells = [None if c is None or c != c else repr(c) for c in column.to_list()]
        if dtype == pl.Float32:
            return column.fill_nan(None)
        return pl.Series(cells, dtype=pl.String)
    return column


def _json_text(cell: Any) -> str:
    return json.dumps(cell, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, pl.Series):
        return value.to_list()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _json_lines(frame: Frame, added: pl.DataFrame) -> bytes:
    data = frame.data.with_columns(pl.selectors.float().fill_nan(None))
    rows = data.iter_rows(named=True) if data.width else iter([{}] * frame.rows)
    new = added.iter_rows(named=True)
    lines = [_json_text({**row, **cells}) for row, cells in zip(rows, new, strict=True)]
    return "".join(line + "\n" for line in lines).encode()


def _to_stdout(texts: Iterable[bytes]) -> None:
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    for raw in texts:
        if buffer is None:
            sys.stdout.write(raw.decode())
        else:
            buffer.write(raw)
    sys.stdout.flush()
