"""Cells that are Python objects (JSON, object columns, lists of dicts) as typed columns."""

import datetime
import decimal
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from trueodds.errors import TableError
from trueodds.table.cells import number_text, whole

_MOST_DIGITS = 10**40
"""Integers below keep all their digits; longer ones are read as floats."""
_EXACT = 2**53
"""Whole numbers up to this one are floats exactly."""
_LONGEST = datetime.timedelta(microseconds=2**63 - 1)
"""Longest duration that a column holds."""


def read_json(text: str, source: str) -> tuple[list[str], pl.DataFrame]:
    """Read lines of JSON objects, or one JSON list of them, as `from_records` does."""
    stripped = text.lstrip()
    if not stripped:
        raise TableError(f"{source} is empty: expected one JSON object a line.")
    if stripped.startswith("["):
        try:
            records = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TableError(f"{source} is not valid JSON: {_reason(error)}.") from None
        numbers: Iterable[int] = range(1, len(records) + 1)
    else:
        records, numbers = [], []
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                records.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise TableError(
                    f"{source}, line {number}: not valid JSON: {_reason(error)}."
                ) from None
            numbers.append(number)
    for number, record in zip(numbers, records, strict=True):
        if not isinstance(record, dict):
            raise TableError(
                f"{source}, line {number}: expected a JSON object such as "
                f'{{"column": value}}, found {type(record).__name__}.'
            )
    return from_records(records)


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "lists or objects within each other, too deep to be read"
    return "a number of too many digits" if "int_max_str_digits" in str(error) else str(error)


def from_records(records: Sequence[Mapping[Any, Any]]) -> tuple[list[str], pl.DataFrame]:
    """Make headers and columns of records; a key that a record lacks is a missing cell.

    Keys become columns as they appear; the frame's own names are positions.
    """
    keys = list(dict.fromkeys(key for record in records for key in record))
    columns = [column_of([r.get(key) for r in records], f"{i}") for i, key in enumerate(keys)]
    return [whole(str(key)) for key in keys], pl.DataFrame(columns)


def column_of(cells: Sequence[Any], name: str = "") -> pl.Series:
    """Make one typed column of Python objects.

    All booleans, numbers, dates, times of day or durations keep their type; everything else,
    mixtures too, is text: numbers as :func:`number_text` has them, True as ``true``, lists and
    dicts as JSON. A Decimal without places is an integer, any other a float. None, NaN, NaT and
    pandas' NA are missing.
    """
    name = whole(name)
    plain = [_plain(cell) for cell in cells]
    kinds = {type(cell) for cell in plain if cell is not None}
    if not kinds:
        return pl.Series(name, plain, dtype=pl.Null)
    if kinds == {str}:
        return _text_column(plain, name)
    if kinds == {bool}:
        return pl.Series(name, plain, dtype=pl.Boolean)
    if kinds == {int} and (made := _integers(plain, name)) is not None:
        return made
    if kinds <= {int, float}:
        floats = [None if c is None else _as_float(c) for c in plain]
        return pl.Series(name, floats, dtype=pl.Float64)
    if kinds <= {datetime.datetime, datetime.date}:
        moments = [None if c is None else _as_utc(c) for c in plain]
        return pl.Series(name, moments, dtype=pl.Datetime("us"))
    if kinds == {datetime.time}:
        return pl.Series(name, plain, dtype=pl.Time)
    if kinds == {datetime.timedelta} and all(c is None or abs(c) < _LONGEST for c in plain):
        return pl.Series(name, plain, dtype=pl.Duration("us"))
    return _text_column([None if c is None else _as_text(c) for c in plain], name)


def _integers(cells: Sequence[int | None], name: str) -> pl.Series | None:
    """Column that holds every digit of the integers, as text where 64 bits are too few."""
    known = [cell for cell in cells if cell is not None]
    low, high = min(known), max(known)
    if low >= -(2**63) and high < 2**63:
        return pl.Series(name, cells, dtype=pl.Int64)
    if low >= 0 and high < 2**64:
        return pl.Series(name, cells, dtype=pl.UInt64)
    if max(-low, high) < _MOST_DIGITS:
        return pl.Series(name, [None if c is None else str(c) for c in cells], dtype=pl.String)
    return None


def _text_column(cells: list[str | None], name: str) -> pl.Series:
    try:
        return pl.Series(name, cells, dtype=pl.String)
    except UnicodeEncodeError:
        mended = [None if c is None else whole(c) for c in cells]
        return pl.Series(name, mended, dtype=pl.String)


def _plain(cell: Any) -> Any:
    """One cell as None, bool, int, float, str, date, datetime, or the object itself."""
    kind = type(cell)
    if kind in (str, int, bool, type(None)):
        return cell
    if kind is float:
        return None if cell != cell else cell
    if isinstance(cell, np.longdouble):
        return _plain(float(cell))  # its item() is itself
    if isinstance(cell, np.generic):
        return _plain(from_numpy(cell))
    if kind.__name__ in ("NAType", "NaTType"):  # pandas' own, without importing pandas
        return None
    if isinstance(cell, decimal.Decimal):
        return None if cell.is_nan() else _of_decimal(cell)
    if isinstance(cell, datetime.datetime):
        return _as_utc(cell)  # also turns pandas' Timestamp, a subclass, into the plain class
    if isinstance(cell, datetime.timedelta):  # pandas' Timedelta is a subclass
        return datetime.timedelta(cell.days, cell.seconds, cell.microseconds)
    if isinstance(cell, datetime.time):
        return cell.replace(tzinfo=None)
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, float):
        return _plain(float(cell))
    return cell


def _of_decimal(cell: decimal.Decimal) -> int | float:
    """A float, but an integer where the decimal has no places or more digits than a float."""
    if not cell.is_finite() or abs(cell) >= _MOST_DIGITS:
        return float(cell)
    places = -int(cell.as_tuple().exponent)
    if places <= 0 or (abs(cell) >= _EXACT and cell == cell.to_integral_value()):
        return int(cell)
    return float(cell)


def from_numpy(cell: np.generic) -> Any:
    """Python value of a NumPy scalar: a narrow float by its shortest text, as 0.1 for float32."""
    if isinstance(cell, np.datetime64 | np.timedelta64):
        if np.isnat(cell):
            return None
        # Finer units would become integers.
        made = cell.astype("M8[us]" if isinstance(cell, np.datetime64) else "m8[us]").item()
        return str(cell) if isinstance(made, int) else made
    if isinstance(cell, np.floating) and not isinstance(cell, np.float64):
        return float(cell if np.isnan(cell) or cell.itemsize > 8 else str(cell))
    return cell.item()


def interval_text(cell: Any) -> str | None:
    """ISO 8601 text of Arrow's interval of months, days and nanoseconds, all of one sign."""
    if cell is None:
        return None
    sign = "-" if min(cell) < 0 else ""
    months, days, nanoseconds = (abs(part) for part in cell)
    seconds = f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}"
    return f"{sign}P{months}M{days}DT{seconds}S"


def _as_float(cell: int | float) -> float:
    try:
        return float(cell)
    except OverflowError:
        return float("inf") if cell > 0 else float("-inf")


def _as_utc(cell: datetime.date) -> datetime.datetime:
    """Naive moment in UTC; a moment without zone is taken as UTC."""
    if not isinstance(cell, datetime.datetime):
        return datetime.datetime(cell.year, cell.month, cell.day)
    if cell.tzinfo is not None:
        cell = cell.astimezone(datetime.UTC).replace(tzinfo=None)
    return datetime.datetime(
        cell.year, cell.month, cell.day, cell.hour, cell.minute, cell.second, cell.microsecond
    )


def _as_text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        small = isinstance(cell, int) and abs(cell) < _MOST_DIGITS
        return str(cell) if small else number_text(_as_float(cell))
    if isinstance(cell, list | dict | tuple):
        return json.dumps(cell, default=str, ensure_ascii=False)
    return str(cell)
