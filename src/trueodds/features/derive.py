"""Quantities derived from dates: their parts, and the time between two of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values

Part = Literal["month", "weekday", "hour", "days_between", "calendar_days_between"]
DAY = 86400.0
MOST_DATES_COMPARED = 5


@dataclass(frozen=True)
class Derived:
    """One derived quantity of one date in ``columns``, or of two: second − first.

    A month is 1 to 12, a weekday 0 (Monday) to 6, an hour 0 to 23.99…. Differences are in days;
    calendar days ignore the time of day.
    """

    name: str
    part: Part
    columns: tuple[str, ...]


def derived_sources(values: Values, schema: Schema) -> tuple[Derived, ...]:
    """All derived quantities that vary in the training rows.

    Differences are taken between the first `MOST_DATES_COMPARED` dates of the schema.
    """
    dates = [column.name for column in schema.used if column.kind == "date"]
    candidates = [
        Derived(f"{part} of {name}", part, (name,))
        for name in dates
        for part in ("month", "weekday", "hour")
    ]
    parts: tuple[Part, ...] = ("days_between", "calendar_days_between")
    for first, second in combinations(dates[:MOST_DATES_COMPARED], 2):
        candidates += [
            Derived(f"{part} {first} and {second}", part, (first, second)) for part in parts
        ]
    taken = {column.name for column in schema.columns}
    found = []
    for candidate in candidates:
        made = derive(values, (candidate,))[candidate.name]
        if candidate.name not in taken and _varies(made):
            found.append(candidate)
            taken.add(candidate.name)
    return tuple(found)


def derive(values: Values, derived: tuple[Derived, ...]) -> dict[str, NDArray[np.float64]]:
    """Each derived quantity by name: float64 of shape (rows,), NaN where a date is missing."""
    return derive_columns(values.numbers, derived)


def derive_columns(
    numbers: Mapping[str, NDArray[np.float64]], derived: tuple[Derived, ...]
) -> dict[str, NDArray[np.float64]]:
    """`derive` from the columns of the dates alone, in seconds since 1970, shape (rows,)."""
    out = {}
    for source in derived:
        out[source.name] = _PARTS[source.part](*(numbers[name] for name in source.columns))
    return out


def _month(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.full(len(seconds), np.nan)
    # datetime64[ns] ends at the years 1677 and 2262, datetime64[s] does not.
    known = np.isfinite(seconds) & (np.abs(seconds) < 1e13)
    months = seconds[known].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    out[known] = months % 12 + 1
    return out


def _weekday(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    # 1970-01-01 was a Thursday.
    with np.errstate(invalid="ignore"):
        return np.asarray((np.floor(seconds / DAY) + 3.0) % 7.0)


def _hour(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.asarray((seconds % DAY) / 3600.0)


def _days_between(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray((second - first) / DAY)


def _calendar_days_between(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.floor(second / DAY) - np.floor(first / DAY))


_PARTS: dict[Part, Callable[..., NDArray[np.float64]]] = {
    "month": _month,
    "weekday": _weekday,
    "hour": _hour,
    "days_between": _days_between,
    "calendar_days_between": _calendar_days_between,
}


def _varies(values: NDArray[np.float64]) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 0 and bool(known.min() < known.max())
