"""Tables as delimited text: quotes only where needed, numbers that read back as the same."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

PLAIN = (1e-4, 1e16)
"""From one up to the other, polars writes a number as Python does."""


def delimited(
    headers: Sequence[str], tables: Iterable[pl.DataFrame], delimiter: str
) -> Iterator[bytes]:
    """Bytes of a table that comes in parts, the headers with the first of them."""
    head = [pl.Series(str(i), [h or None], dtype=pl.String) for i, h in enumerate(headers)]
    header = _csv(pl.DataFrame(head), delimiter)
    for table in tables:
        # With the first rows, so that nothing is said when these fail.
        yield header + _csv(_as_text(table), delimiter)
        header = b""


def _csv(table: pl.DataFrame, delimiter: str) -> bytes:
    text = table.write_csv(include_header=False, separator=delimiter, quote_style="necessary")
    return text.encode()


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    """Columns as `_csv` takes them: null for missing and empty cells."""
    columns = [_column(column).alias(str(i)) for i, column in enumerate(table)]
    text = pl.col(pl.String)
    return pl.DataFrame(columns).with_columns(pl.when(text != "").then(text))


def _column(column: pl.Series) -> pl.Series:
    """Nested values as JSON, durations as ISO 8601, other numbers than polars' as Python's text."""
    dtype = column.dtype
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        cells = [None if cell is None else json_text(cell) for cell in column.to_list()]
        return pl.Series(cells, dtype=pl.String)
    if dtype == pl.Duration:
        return column.alias("cells").dt.to_string("iso")
    if dtype == pl.Float64:
        return _shortest(column.alias("cells"))
    if dtype == pl.Float32:
        return column.fill_nan(None)
    if dtype.is_float():
        cells = [None if c is None or c != c else repr(c) for c in column.to_list()]
        return pl.Series(cells, dtype=pl.String)
    return column


def _shortest(column: pl.Series) -> pl.Series:
    """Numbers by the shortest text that reads back, as Python's ``repr`` has it; NaN is missing."""
    column = column.fill_nan(None)
    size = column.abs()
    other = ((size < PLAIN[0]) | (size >= PLAIN[1])).fill_null(value=False)
    places = other.arg_true()
    if not len(places):
        return column
    return column.cast(pl.String).scatter(places, [repr(c) for c in column.filter(other).to_list()])


def json_text(cell: Any) -> str:
    """A cell, or a row as a dict, as JSON."""
    return json.dumps(cell, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, pl.Series):
        return value.to_list()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
