"""The fields of the form "Try it": one input for each column, filled with a usual cell."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from trueodds.columns.multipliers import MULTIPLIED
from trueodds.columns.profile import ColumnProfile, Profile
from trueodds.columns.schema import Column, Schema
from trueodds.report.evidence import ColumnImportance
from trueodds.report.wording import clean

MOST_OPTIONS = 60
"""Most levels of a list to choose from; of a column with more, the level is typed."""
DAY = 86_400


@dataclass(frozen=True)
class Field:
    """One input of the form."""

    position: int
    """Of the column among the used ones."""
    name: str
    kind: str
    """``number``, ``date``, ``datetime-local``, ``level`` (a list) or ``text``."""
    value: str
    """The usual cell as the input has it; the position of a level; empty where it is missing."""
    options: tuple[str, ...] = ()
    hint: str = ""
    low: float | None = None
    high: float | None = None
    """Least and largest number of the training rows, dates in seconds since 1970 UTC."""


def form_fields(
    schema: Schema, profile: Profile | None, importance: tuple[ColumnImportance, ...]
) -> list[Field]:
    """The fields of all used columns, the most important first."""
    known = {} if profile is None else {column.name: column for column in profile.columns}
    place = {column.name: i for i, column in enumerate(importance)}
    fields = [
        _field(position, column, known.get(column.name))
        for position, column in enumerate(schema.used)
    ]
    names = [column.name for column in schema.used]
    return sorted(fields, key=lambda f: (place.get(names[f.position], len(place)), f.position))


def usual_cells(schema: Schema, profile: Profile | None) -> list[float | int | None]:
    """For every used column a cell that training rows often had.

    Of a number or a date the median, of a category the position of its most frequent level. None
    is missing, which is also said of text and where the profile is not known.
    """
    known = {} if profile is None else {column.name: column for column in profile.columns}
    return [_usual(column, known.get(column.name)) for column in schema.used]


def _usual(column: Column, profile: ColumnProfile | None) -> float | int | None:
    if profile is None or column.kind == "text":
        return None
    rows = sum(profile.counts)
    if profile.missing > rows:
        return None
    if column.coded:
        return profile.codes[0] if profile.codes else None
    reached = 0
    for edge, rows_to_it in zip((*profile.edges, profile.high), profile.counts, strict=True):
        reached += rows_to_it
        if 2 * reached >= rows:
            return edge
    return None


def _field(position: int, column: Column, profile: ColumnProfile | None) -> Field:
    name, usual = clean(column.name, 120), _usual(column, profile)
    if column.coded:
        return _coded(position, name, column, usual)
    limits: tuple[float | None, float | None] = (None, None)
    if profile is not None and any(profile.counts):
        limits = profile.low, profile.high
    if column.kind == "date":
        return _date(position, name, usual, *limits)
    unit = (
        "seconds"
        if column.number_style == "duration"
        else clean(column.unit.removesuffix(MULTIPLIED), 20)
    )
    hint = f"in {unit}" if unit else ""
    return Field(position, name, "number", _plain(usual), hint=hint, low=limits[0], high=limits[1])


def _coded(position: int, name: str, column: Column, usual: Any) -> Field:
    if 0 < len(column.levels) <= MOST_OPTIONS and not column.words:
        options = tuple(clean(level, 80) for level in column.levels)
        return Field(position, name, "level", _plain(usual), options)
    value = "" if usual is None or not column.levels else clean(column.levels[usual], 200)
    hint = "one of many levels" if column.levels else "text, whose words count"
    return Field(position, name, "text", value, hint=hint)


def _date(position: int, name: str, usual: Any, low: float | None, high: float | None) -> Field:
    whole = all(x is None or x % DAY == 0 for x in (usual, low, high))
    value = "" if usual is None else _date_text(usual, whole)
    return Field(
        position, name, "date" if whole else "datetime-local", value, hint="UTC", low=low, high=high
    )


def _date_text(seconds: float, whole: bool) -> str:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    return f"{moment:%Y-%m-%d}" if whole else f"{moment:%Y-%m-%dT%H:%M:%S}"


def _plain(number: float | int | None) -> str:
    if number is None:
        return ""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
