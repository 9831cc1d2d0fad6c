"""Dates and timestamps: which format a column of text has, and seconds since 1970 UTC.

Columns whose years have four digits and whose cells have one shape are read by a strptime pattern.
`trueodds.columns.date_text` reads all others, cell by cell.
"""

import re
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns.date_text import FIRST_YEAR, LAST_YEAR, Order, moment

_DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%m/%d/%y",
    "%d-%b-%y",
)
_TIMES = ("", " %H:%M:%S%.f", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
DATE_FORMATS = (
    *(f"{day}{time}" for time in _TIMES for day in _DAYS),
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M%#z",
)
"""strptime patterns: the one that reads most cells is the column's, ties by this order.

A column such as 03/04/2020 that reads both ways is taken as month/day/year."""

_PARTS = {
    **dict.fromkeys(("%m", "%d", "%H", "%I", "%M", "%S"), r"\s*[0-9]{1,2}"),
    "%Y": r"\s*[0-9]{4}",
    "%y": r"\s*[0-9]{1,2}",
    "%b": "[A-Za-z]{3}",
    "%B": "(?i:January|February|March|April|May|June|July|August|September|October|November|"
    "December)",
    "%.f": r"(\.[0-9]+)?",
    "%p": "[AaPp][Mm]",
    "%#z": r"\s*([Zz]|[+\-\u2212][0-9]{2}[:\s]*([0-9]{2})?)",
    " ": r"\s*",
}
"""Regular expressions of the parts of the patterns."""

FOUR_DIGITS = tuple(pattern for pattern in DATE_FORMATS if "%y" not in pattern)
"""Those that new models have; years of two digits need a century besides."""


def date_format(text: pl.Series) -> str:
    """Return the one format that reads these cells, or an empty string.

    Expects distinct, non-missing cells. The format reads at least 99 in 100 of them, more than any
    other of ``FOUR_DIGITS``. Only the years 1000 to 9999 count, so that codes such as ``12-34`` or
    version numbers are not taken for dates.
    """
    sample = text.head(100)
    best, best_share = "", 0.99
    for pattern in FOUR_DIGITS:
        if best_share == 1.0 or _share_read(sample, pattern) <= 0.9:
            continue
        share = _share_read(text, pattern)
        if share > best_share or (not best and share == best_share):
            best, best_share = pattern, share
    return best


def _share_read(text: pl.Series, pattern: str) -> float:
    years = parse_dates(text, pattern).dt.year()
    read = years.is_between(FIRST_YEAR, LAST_YEAR).fill_null(False).sum()
    return float(read) / len(text)


def parse_dates(text: pl.Series, pattern: str) -> pl.Series:
    """Read a stripped text column by one pattern as moments in UTC, null where it does not fit.

    A year has four digits (``%y``: one or two) and no sign, any other number one or two; blanks may
    stand before numbers. Names of months are in full (``%B``) or of three letters (``%b``).
    polars is shown no other cells: it takes some for other dates, and panics at some.
    """
    fits = text.str.contains(_shape(pattern))
    if not fits.any():  # most patterns fit nothing: this is most of the work of a few rows
        return pl.Series(text.name, dtype=pl.Datetime("us")).clear(len(text))
    text = text.set(~fits.fill_null(True), None)
    moments = text.str.to_datetime(pattern, time_unit="us", strict=False, ambiguous="earliest")
    if moments.dtype != pl.Datetime("us"):
        moments = moments.dt.replace_time_zone(None)
    return moments


@cache
def _shape(pattern: str) -> str:
    """Regular expression of the cells that a strptime pattern reads."""
    known = re.split(r"(%[.#]?[A-Za-z]| )", pattern)
    return f"^{''.join(_PARTS.get(part) or re.escape(part) for part in known)}$"


def parse_by_order(text: pl.Series, order: Order, century: int) -> pl.Series:
    """Read a stripped text column by `trueodds.columns.date_text.moment`, word by word."""
    words = text.drop_nulls().unique().to_list()
    known = {word: made for word in words if (made := moment(word, order, century)) is not None}
    if not known:
        return pl.Series([None] * len(text), dtype=pl.Datetime("us"))
    return text.replace_strict(
        pl.Series(list(known), dtype=pl.String),
        pl.Series(list(known.values()), dtype=pl.Int64),
        default=None,
        return_dtype=pl.Int64,
    ).cast(pl.Datetime("us"))


def order_of(pattern: str) -> Order:
    """Order of day, month and year that a strptime pattern has."""
    places = {key: pattern.find(sign) for key, sign in (("y", "%Y"), ("m", "%m"), ("d", "%d"))}
    if not pattern or places["y"] < 1:
        return "ymd"
    return "mdy" if -1 < places["m"] < places["d"] else "dmy"


def parse_any_date(text: pl.Series) -> pl.Series:
    """Read each cell by the first of the ISO patterns that fits: text for a column once typed."""
    iso = [p for p in DATE_FORMATS if p.startswith("%Y-%m-%d")]
    moments = parse_dates(text, iso[0])
    for pattern in iso[1:]:
        if moments.null_count() == text.null_count():
            break
        moments = moments.fill_null(parse_dates(text, pattern))
    return moments


def seconds(moments: pl.Series) -> NDArray[np.float64]:
    """Seconds since 1970-01-01 UTC of a date or timestamp column, NaN where null."""
    if moments.dtype == pl.Date:
        moments = moments.cast(pl.Datetime("us"))
    ticks = {"ms": 1e3, "us": 1e6, "ns": 1e9}[getattr(moments.dtype, "time_unit", None) or "us"]
    return moments.to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy() / ticks
