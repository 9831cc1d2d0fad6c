"""A column of any type as float64, with the cells that could not be read."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns.durations import microseconds
from trueodds.columns.numbers import STYLES, read_number
from trueodds.table.cells import (
    MISSING_MARKERS,
    NUMBER_PLACEHOLDERS,
    decimal_floats,
    parse_number,
)


def numbers_from_text(
    text: pl.Series, style: str = "", unit: str = ""
) -> tuple[pl.Series, pl.Series]:
    """Read a stripped text column as numbers by its style and unit.

    polars reads the plain ones (correctly rounded, as Python's float, which a test checks), but for
    those whose point groups thousands; the rest is read word by word, see `read_word`.

    Returns
    -------
    values : Float64 Series, null where missing or odd
    odd : Boolean Series, cells that are neither a number nor missing
    """
    plain = text
    if style == "decimal_comma":
        plain = text.set(text.str.contains(".", literal=True).fill_null(False), None)
    values = plain.cast(pl.Float64, strict=False)
    # Whole columns of plain numbers, and single rows, come through in these few calls.
    if values.null_count() == text.null_count() and not np.isnan(values.to_numpy()).any():
        return values, pl.Series(np.zeros(len(text), dtype=np.bool_))
    values = values.fill_nan(None)
    unread = values.is_null() & text.is_not_null()
    words = text.filter(unread).unique().to_list()
    known = {w: number for w in words if (number := read_word(w, style, unit)) is not None}
    if known:
        second = text.replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.Float64
        )
        values = values.fill_null(second)
    odd = {word for word in words if word not in known and not no_number(word)}
    return values, text.is_in(list(odd)) & unread if odd else unread & False


def read_word(word: str, style: str, unit: str = "") -> float | None:
    """Number of one stripped cell by its column's style and unit; None where it is none."""
    if style in STYLES:
        return read_number(word, style, unit)
    if style == "duration":
        ticks = microseconds(word)
        return parse_number(word) if ticks is None else ticks / 1e6
    return parse_number(word, style)


def no_number(word: str) -> bool:
    """Whether a stripped cell of a number or date column means "missing"."""
    return word in MISSING_MARKERS or word.lower() in _PLACEHOLDERS


_PLACEHOLDERS = frozenset(word.lower() for word in NUMBER_PLACEHOLDERS)


def numbers_from_typed(column: pl.Series) -> pl.Series:
    """Read a typed column as Float64: booleans as 0 and 1, durations and times as seconds.

    A Float32 is the value of its shortest text, 0.1 and not 0.10000000149.
    """
    dtype = column.dtype
    if dtype == pl.Duration:
        return _seconds(column.dt.total_microseconds())
    if dtype == pl.Time:
        return _seconds(column.to_physical() // 1000)
    return decimal_floats(column).fill_nan(None)


def whole_numbers(column: pl.Series) -> pl.Series | None:
    """Integers of a typed numeric column with all their digits; None if it holds other numbers.

    Decimals are integers where every cell is whole.
    """
    if column.dtype.is_integer():
        return column
    if not column.dtype.is_decimal():
        return None
    text = column.cast(pl.String)
    if text.str.contains(r"\.0*[1-9]").any():
        return None
    return text.str.replace(r"\..*", "").cast(pl.Int128, strict=False)


def _seconds(microseconds: pl.Series) -> pl.Series:
    # NumPy's quotient is correctly rounded; polars multiplies by a rounded reciprocal.
    ticks = microseconds.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return pl.Series(microseconds.name, ticks / 1e6).fill_nan(None)


def is_numeric(dtype: pl.DataType) -> bool:
    """Whether cells of this type are numbers without reading text."""
    return dtype.is_numeric() or dtype in (pl.Duration, pl.Time)


def as_float64(values: pl.Series) -> NDArray[np.float64]:
    """NumPy copy of a Float64 column, NaN where null."""
    return np.array(values.to_numpy(), dtype=np.float64)
