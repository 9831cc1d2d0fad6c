"""What kind each column of the training table is, and its levels."""

from collections.abc import Sequence

import polars as pl

from trueodds.columns.dates import LOOKS_LIKE_DATE, date_format, parse_dates
from trueodds.columns.identifiers import integer_identifier, text_identifier
from trueodds.columns.labels import guess_yes
from trueodds.columns.numeric import (
    is_numeric,
    no_number,
    numbers_from_text,
    numbers_from_typed,
)
from trueodds.columns.schema import Column, Schema
from trueodds.errors import UsageError
from trueodds.table.cells import is_missing, number_style, text_of
from trueodds.table.frame import Frame, missing_column
from trueodds.text import printable

ODD_SHARE = 0.01
"""A column of text is numbers (or dates) with at most this share of cells that are neither …"""
ODD_NEEDS = 100
"""… and at least this many numbers (or dates); with fewer, every cell must be one."""


def infer_schema(frame: Frame, *, drop: Sequence[str] = ()) -> Schema:
    """Say what each column of a training table is (the target left out before).

    Typed columns keep their meaning: numbers, durations and times are ``number``, dates and
    timestamps ``date``, booleans ``yesno``, pandas categories ``category``. Text, outer blanks and
    missing markers (``MISSING_MARKERS``) aside, is

    1. ``number`` when its cells are numbers, see ``ODD_SHARE`` and ``NUMBER_STYLES``;
    2. ``date`` when one of ``DATE_FORMATS`` reads its cells, by the same shares;
    3. ``yesno`` with two levels, "no" first by :func:`trueodds.columns.labels.guess_yes`;
    4. ``category`` otherwise, every level listed.

    A marker word in a column of categories is a level when the column has other kinds of missing
    cells too, or when without it one level would be left ("none" beside "yes").

    Set ``aside`` are columns dropped by the user, the index of a pandas frame, empty or constant
    columns, columns of lists or bytes, and identifiers (:mod:`trueodds.columns.identifiers`).

    Raises
    ------
    UsageError
        When a column to drop is not there.
    """
    for name in drop:
        if name not in frame.names:
            raise UsageError("--drop: " + missing_column(name, frame.names, frame.source))
    named = frame.source != "array"
    columns = [
        infer_column(frame.data.get_column(name), header, named=named)
        for name, header in zip(frame.names, frame.headers, strict=True)
    ]
    reasons = dict.fromkeys(frame.index, "the index of a pandas frame")
    reasons |= dict.fromkeys(drop, "dropped by you")
    kept = [_aside(c, reasons.get(c.name, "")) for c in columns]
    return Schema(tuple(kept), frame.rows)


def infer_column(cells: pl.Series, header: str = "", *, named: bool = True) -> Column:
    """Say what one column is; ``named`` tells that its name was given by a person."""
    name, dtype = cells.name, cells.dtype
    cells = cells.alias("cells")  # polars would take names such as "^a$" for patterns
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return Column(name, "aside", reason=f"holds {_spoken(dtype)}, not single values")
    if dtype.is_temporal() and not is_numeric(dtype):
        return _typed(name, "date", cells)
    if is_numeric(dtype):
        made = _typed(name, "number", numbers_from_typed(cells))
        reason = ""
        if named and dtype.is_integer() and made.kind == "number":
            reason = integer_identifier(cells.drop_nulls(), name, header, len(cells))
        return _aside(made, reason)
    if dtype == pl.Boolean:
        return _categories(name, text_of(cells), identifiers=False)
    text = text_of(cells)
    if dtype == pl.String:
        parsed = _number(name, text, header, named) or _date(name, text)
        if parsed is not None:
            return parsed
    return _categories(name, text, identifiers=dtype == pl.String)


def _typed(name: str, kind: str, values: pl.Series) -> Column:
    missing, distinct = values.null_count(), values.drop_nulls().n_unique()
    made = Column(name, "number", missing=missing, distinct=distinct)
    if kind == "date":
        made = Column(name, "date", missing=missing, distinct=distinct)
    return _aside(made, _pointless(distinct, missing, values.drop_nulls()))


def _aside(column: Column, reason: str) -> Column:
    """Return the column set aside for a reason; unchanged without one."""
    if not reason:
        return column
    return Column(column.name, "aside", reason, column.missing, column.distinct)


def _pointless(distinct: int, missing: int, present: pl.Series) -> str:
    if distinct == 0:
        return "empty: every cell is missing"
    if distinct == 1 and missing == 0:
        value = text_of(present.head(1))[0]
        return f'constant: every cell is "{printable(value, 30)}"'
    return ""


def _number(name: str, text: pl.Series, header: str, named: bool) -> Column | None:
    values, odd = numbers_from_text(text)
    style = number_style(text.filter(odd).unique().to_list()) if odd.any() else ""
    if style:
        values, odd = numbers_from_text(text, style)
    read, odd_cells = len(values) - values.null_count(), int(odd.sum())
    if not _mostly(read, odd_cells):
        return None
    missing, distinct = values.null_count(), values.drop_nulls().n_unique()
    made = Column(name, "number", "", missing, distinct, number_style=style)
    present = text.filter(values.is_not_null())
    reason = _pointless(distinct, missing, present)
    if not reason and named and not present.str.contains(r"[^0-9+\-]").any():
        reason = integer_identifier(
            values.drop_nulls().cast(pl.Int64, strict=False).drop_nulls(), name, header, len(text)
        )
    return _aside(made, reason)


def _date(name: str, text: pl.Series) -> Column | None:
    words = text.filter(~is_missing(text)).unique()
    dates = words.filter(words.str.contains(LOOKS_LIKE_DATE))
    if not len(dates) or len(dates) < len(words) // 2:
        return None
    pattern = date_format(dates)
    if not pattern:
        return None
    moments = parse_dates(text, pattern)
    unread = text.filter(moments.is_null() & ~is_missing(text)).to_list()
    odd = sum(not no_number(word) for word in unread)
    if not _mostly(len(text) - moments.null_count(), odd):
        return None
    distinct = moments.drop_nulls().n_unique()
    made = Column(name, "date", "", moments.null_count(), distinct, date_format=pattern)
    return _aside(made, _pointless(distinct, made.missing, text))


def _mostly(read: int, odd: int) -> bool:
    if not read:
        return False
    return odd == 0 or (read >= ODD_NEEDS and odd <= ODD_SHARE * (read + odd))


def _categories(name: str, text: pl.Series, *, identifiers: bool) -> Column:
    gone = is_missing(text)
    words = text.filter(~gone)
    distinct = words.n_unique()
    reason = text_identifier(distinct, words) if identifiers else ""
    if reason:
        return Column(name, "aside", reason, len(text) - len(words), distinct)
    counts = _counted(words)
    markers = _counted(text.filter(gone & text.is_not_null() & (text != "")))
    blanks = int(gone.sum()) - sum(markers.values())
    if len(counts) == 1 and len(markers) == 1 and not blanks:
        counts |= markers
    elif counts and len(markers) + bool(blanks) > 1:
        counts |= {word: n for word, n in markers.items() if word.lower() == "none"}
    counts = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    missing = len(text) - sum(counts.values())
    if len(counts) == 2:
        no, yes, _ = guess_yes(counts)
        return Column(name, "yesno", "", missing, 2, (no, yes))
    made = Column(name, "category", "", missing, len(counts), tuple(counts))
    return _aside(made, _pointless(len(counts), missing, words))


def _counted(text: pl.Series) -> dict[str, int]:
    words, counts = text.alias("word").value_counts(name="rows").get_columns()
    return dict(zip(words.to_list(), counts.to_list(), strict=True))


def _spoken(dtype: pl.DataType) -> str:
    if dtype == pl.Binary:
        return "bytes"
    return "records" if dtype == pl.Struct else "lists"
