"""How one cell is read: missing markers, text, numbers written as text."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

MISSING_MARKERS = (
    "", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "NaT",
    "null", "NULL", "Null", "None", "none", "NONE",
)  # fmt: skip
"""Cells, outer blanks removed, that mean "missing" in every column. Case counts: ``na`` is text.

In a column of categories a marker is still a level where the training table shows that it must be
one, see :func:`trueodds.columns.kinds.infer_schema`."""

NUMBER_PLACEHOLDERS = (
    *("-", "--", "---", "–", "—", "−", ".", "..", "...", "*", "**", "***", "\\N", "\\\\N"),
    *("n.a.", "na", "n.d.", "n/d", "nd", "(null)", "[null]", "{null}", "<null>", "(none)"),
    *("#NULL!", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#N/A!", "#N/A N/A", "#ERROR!"),
    *("-nan", "+nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "nan(ind)", "-nan(ind)"),
    *("(blank)", "blank", "empty", "undefined", "unknown", "missing", "not known"),
    *("not available", "not applicable", "no data", "not reported", "not specified", "no value"),
)
"""Cells that mean "missing" in columns of numbers and dates only; case does not count."""

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.I | re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d*)?([eE][+-]?\d+)?|[+-]?,\d+", re.ASCII)
_DRESS = re.compile(r"^([+-]?)\s*[$€£¥]\s*|\s*[%$€£¥]$")


def number_text(value: float) -> str:
    """Text of a number used as a label or level: ``1`` for 1.0, else the shortest that reads back.

    >>> number_text(1.0), number_text(-0.0), number_text(0.1), number_text(1e300)
    ('1', '0', '0.1', '1e+300')
    """
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    return repr(float(value))


def whole(text: str) -> str:
    """Text with ``?`` for every half of a surrogate pair, which no file and no column can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def parse_number(text: str, style: str = "") -> float | None:
    """Return the float64 nearest to a number as people write it, or None.

    Outer blanks, one currency sign and a percent sign (which does not divide by 100) are ignored.
    ``style`` is that of a column in an old model file: ``thousands`` (1,234.5) or ``comma``
    (1.234,5); `trueodds.columns.numbers` reads the styles of new ones.
    """
    text = _DRESS.sub(r"\1", text.strip())
    if style == "comma":
        if _COMMA.fullmatch(text):
            return float(text.replace(".", "").replace(",", "."))
    elif style == "thousands" and _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    return float(text) if _PLAIN.fullmatch(text) else None


def text_of(column: pl.Series) -> pl.Series:
    """Return a column as text without outer blanks; null stays null.

    Numbers become :func:`number_text`, booleans ``true`` and ``false``, durations ISO 8601 text, so
    that a level is the same word whether the table came as text or typed.
    """
    dtype = column.dtype
    if dtype == pl.String:
        return column.str.strip_chars()
    if dtype == pl.Null:
        return column.cast(pl.String)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return column.cast(pl.String).str.strip_chars()
    if dtype == pl.Boolean or dtype.is_integer():
        return column.cast(pl.String)
    if dtype.is_decimal():
        return _by_unique(column.cast(pl.String), _decimal_text)
    if dtype.is_float():
        return _by_unique(decimal_floats(column).fill_nan(None), number_text)
    if dtype == pl.Duration:
        return column.dt.to_string("iso")
    if dtype.is_temporal():
        return column.cast(pl.String)
    cells = [None if cell is None else str(cell) for cell in column.to_list()]
    return pl.Series(column.name, cells, dtype=pl.String).str.strip_chars()


def decimal_floats(column: pl.Series) -> pl.Series:
    """Return a numeric column as Float64: a Decimal or a narrower float is its text's value.

    The Float32 nearest to 0.1 becomes 0.1, and not 0.10000000149: a table has the same values
    whether it is kept as text or as Float32.
    """
    if column.dtype == pl.Float32 or column.dtype.is_decimal():
        column = column.cast(pl.String)
    elif column.dtype.is_float() and column.dtype != pl.Float64:  # Float16, of newer polars
        return pl.Series(column.name, from_halves(column.cast(pl.Float32).to_numpy()))
    return column.cast(pl.Float64, strict=False)


def from_halves(numbers: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Values of the shortest texts of float16 numbers, such as 0.1; shape (rows,)."""
    distinct, places = np.unique(numbers.astype(np.float16), return_inverse=True)
    return np.array([float(str(value)) for value in distinct])[places]


def _decimal_text(digits: str) -> str:
    """Text of a Decimal's digits, such as 1.50: as `number_text`, but a whole number keeps all."""
    whole_part, _, fraction = digits.partition(".")
    if fraction.strip("0"):
        return number_text(float(digits))
    return str(int(whole_part))


def _by_unique(column: pl.Series, change: Callable[[Any], str]) -> pl.Series:
    """Apply a Python function once for each distinct cell."""
    old = column.drop_nulls().unique()
    new = pl.Series([change(value) for value in old], dtype=pl.String)
    if not len(old):
        return column.cast(pl.String)
    return column.replace_strict(old, new, default=None, return_dtype=pl.String)


def is_missing(text: pl.Series) -> pl.Series:
    """Mask of the cells of a stripped text column that are missing."""
    return text.is_null() | text.is_in(MISSING_MARKERS)
