"""Dates and timestamps: which format a column of text has, and seconds since 1970 UTC."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

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

LOOKS_LIKE_DATE = r"^(\d{1,4}([-/. ]|[A-Za-z]{3}\d{4})|[A-Za-z]{3,9} \d{1,2},)"
"""Regular expression of text that one of the patterns might read."""


def date_format(text: pl.Series) -> str:
    """Return the one format that reads these cells, or an empty string.

    Expects distinct, non-missing cells. The format reads at least 99 in 100 of them, more than any
    other of ``DATE_FORMATS``. Only the years 1000 to 9999 count, so that codes
    such as ``12-34`` or version numbers are not taken for dates.
    """
    sample = text.head(100)
    best, best_share = "", 0.99
    for pattern in DATE_FORMATS:
        if best_share == 1.0 or _share_read(sample, pattern) <= 0.9:
            continue
        share = _share_read(text, pattern)
        if share > best_share or (not best and share == best_share):
            best, best_share = pattern, share
    return best


def _share_read(text: pl.Series, pattern: str) -> float:
    moments = parse_dates(text, pattern)
    read = moments.dt.year().is_between(1000, 9999).fill_null(False).sum()
    return float(read) / len(text)


def parse_dates(text: pl.Series, pattern: str) -> pl.Series:
    """Read a stripped text column by one pattern as moments in UTC, null where it does not fit."""
    moments = text.str.to_datetime(pattern, time_unit="us", strict=False, ambiguous="earliest")
    return moments.dt.replace_time_zone(None) if moments.dtype != pl.Datetime("us") else moments


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
