"""What kind each column of the training table is, and its levels."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import polars as pl

from trueodds.columns.codes import (
    codes_beyond_floats,
    codes_in_integers,
    codes_in_other_text,
    codes_in_text,
    named_as_code,
)
from trueodds.columns.date_columns import compact_dates, read_as_dates
from trueodds.columns.identifiers import integer_identifier, text_identifier
from trueodds.columns.labels import guess_yes
from trueodds.columns.number_columns import Locale, read_as_numbers
from trueodds.columns.numeric import is_numeric, numbers_from_typed, whole_numbers
from trueodds.columns.schema import Column, Schema
from trueodds.columns.spellings import truth_levels, variants
from trueodds.columns.words import LEAST_CELLS, MANY_LEVELS, frequent_words
from trueodds.errors import UsageError
from trueodds.table.cells import is_missing, text_of
from trueodds.table.frame import Frame, missing_column
from trueodds.text import printable


def infer_schema(frame: Frame, *, drop: Sequence[str] = ()) -> Schema:
    """Say what each column of a training table is (the target left out before).

    Typed columns keep their meaning: numbers, durations and times are ``number``, dates and
    timestamps ``date``, booleans ``yesno``, pandas categories ``category``. Text, outer blanks and
    missing markers (``MISSING_MARKERS``) aside, is

    1. ``number`` when its cells are numbers or durations
       (`trueodds.columns.number_columns.read_as_numbers`);
    2. ``date`` when they are dates (`trueodds.columns.date_columns.read_as_dates`);
    3. ``yesno`` with two levels, "no" first by :func:`trueodds.columns.labels.guess_yes`;
    4. ``text`` when nearly all cells differ and words recur in them
       (:mod:`trueodds.columns.words`); :func:`trueodds.training.prepare.prepare` ignores it
       where its words tell nothing;
    5. ``category`` otherwise, every level listed, and the words of many levels.

    Digits that are codes (`trueodds.columns.codes`) are no numbers but categories. How many cells
    may be neither numbers nor dates is said in `trueodds.columns.few_words`.

    A marker word in a column of categories is a level when the column has other kinds of missing
    cells too, or when without it one level would be left ("none" beside "yes").

    ``ignored`` are columns dropped by the user, the index of a pandas frame, empty or constant
    columns, columns of lists or bytes, and identifiers (:mod:`trueodds.columns.identifiers`).

    Raises
    ------
    UsageError
        When a column to drop is not there.
    """
    for name in drop:
        if name not in frame:
            raise UsageError("--drop: " + missing_column(name, frame.names, frame.source))
    named = frame.source != "array"
    locale = Locale(frame)
    columns = [
        infer_column(frame.data.get_column(name), header, named=named, locale=locale)
        for name, header in zip(frame.names, frame.headers, strict=True)
    ]
    reasons = dict.fromkeys(frame.index, "the index of a pandas frame")
    reasons |= dict.fromkeys(drop, "dropped by you")
    kept = [
        replace(_ignored(c, reasons[c.name]), remarks=()) if c.name in reasons else c
        for c in columns
    ]
    return Schema(tuple(kept), frame.rows)


def infer_column(
    cells: pl.Series,
    header: str = "",
    *,
    named: bool = True,
    codes: bool = True,
    locale: Locale | None = None,
) -> Column:
    """Say what one column is.

    Parameters
    ----------
    named
        Whether its name was given by a person.
    codes
        Whether digits may be codes and no amounts.
    locale
        What the table says about its decimal mark.
    """
    name, dtype = cells.name, cells.dtype
    cells = cells.alias("cells")  # polars would take names such as "^a$" for patterns
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return Column(name, "ignored", reason=f"holds {_spoken(dtype)}, not single values")
    if dtype.is_temporal() and not is_numeric(dtype):
        return _typed(name, "date", cells)
    if is_numeric(dtype):
        return _typed_number(name, cells, header, named, codes)
    if dtype == pl.Boolean:
        return _categories(name, text_of(cells), identifiers=False)
    text = text_of(cells)
    if dtype != pl.String:
        return _categories(name, text, identifiers=False)
    remark = ""
    for found in (
        _number(name, text, header, named, codes, locale or Locale()),
        _date(name, text),
    ):
        if isinstance(found, Column):
            return found
        remark = remark or found
    made = _categories(name, text, identifiers=True)
    return replace(made, remarks=(*made.remarks, remark)) if remark else made


def _typed_number(name: str, cells: pl.Series, header: str, named: bool, codes: bool) -> Column:
    dtype = cells.dtype
    if dtype in (pl.Duration, pl.Time):
        return replace(_typed(name, "number", numbers_from_typed(cells)), number_style="duration")
    made = _typed(name, "number", numbers_from_typed(cells))
    integers = whole_numbers(cells)
    if integers is None:
        return made
    present = integers.drop_nulls()
    amounts = dtype.is_decimal() and dtype.scale > 0  # type: ignore[attr-defined]
    by_digits = codes_beyond_floats if amounts else codes_in_integers
    reason = _codes(name, present, by_digits, named and not amounts) if codes else ""
    if reason:
        coded = _categories(name, text_of(cells), identifiers=True)
        return replace(coded, remarks=(*coded.remarks, reason))
    if made.kind == "ignored" or amounts:
        return made
    dates = compact_dates(name, text_of(cells))
    if dates is not None:
        return dates
    return _ignored(made, integer_identifier(present, name, header, len(cells)) if named else "")


def _codes(
    name: str, present: pl.Series, by_digits: Callable[[pl.Series], str], named: bool
) -> str:
    """Why whole numbers are codes: by their digits, else by their column's name.

    The name does not count where the codes would be identifiers.
    """
    reason = by_digits(present)
    if reason or not named or not named_as_code(name):
        return reason
    identify = text_identifier(present.n_unique(), present.cast(pl.String))
    return "" if identify else "read as codes, by its name"


def _typed(name: str, kind: Literal["number", "date"], values: pl.Series) -> Column:
    missing, distinct = values.null_count(), values.drop_nulls().n_unique()
    made = Column(name, kind, missing=missing, distinct=distinct)
    return _ignored(made, _pointless(distinct, missing, values.drop_nulls()))


def _ignored(column: Column, reason: str) -> Column:
    """Return the column as ignored for a reason; unchanged without one."""
    if not reason:
        return column
    return Column(
        column.name, "ignored", reason, column.missing, column.distinct, remarks=column.remarks
    )


def _pointless(distinct: int, missing: int, present: pl.Series) -> str:
    if distinct == 0:
        return "empty: every cell is missing"
    if distinct == 1 and missing == 0:
        value = text_of(present.head(1))[0]
        return f'constant: every cell is "{printable(value, 30)}"'
    return ""


def _number(
    name: str, text: pl.Series, header: str, named: bool, codes: bool, locale: Locale
) -> Column | str:
    """The column as one of numbers, or of codes; else what keeps it from being one."""
    reading = read_as_numbers(text, locale)
    if isinstance(reading, str):
        return reading
    values = reading.values
    missing, distinct = values.null_count(), values.drop_nulls().n_unique()
    made = Column(
        name,
        "number",
        "",
        missing,
        distinct,
        number_style=reading.style,
        unit=reading.unit,
        remarks=reading.remarks,
    )
    present = text.filter(values.is_not_null())
    integers = not present.str.contains(r"[^0-9+\-]").any()
    because = ""
    if codes and integers:
        because = _codes(name, present, codes_in_text, named)
    elif codes:
        because = codes_in_other_text(present, distinct)
    if because:
        coded = _categories(name, text, identifiers=True)
        return replace(coded, remarks=(*coded.remarks, because))
    reason = _pointless(distinct, missing, present)
    if reason or not integers:
        return _ignored(made, reason)
    dates = compact_dates(name, text)
    if dates is not None:
        return dates
    if named:
        whole = values.drop_nulls().cast(pl.Int64, strict=False).drop_nulls()
        reason = integer_identifier(whole, name, header, len(text))
    return _ignored(made, reason)


def _date(name: str, text: pl.Series) -> Column | str:
    """The column as one of dates; else what keeps it from being one."""
    found = read_as_dates(name, text)
    if isinstance(found, str):
        return found
    return _ignored(found, _pointless(found.distinct, found.missing, text))


def _categories(name: str, text: pl.Series, *, identifiers: bool) -> Column:
    gone = is_missing(text)
    words = text.filter(~gone)
    distinct = words.n_unique()
    reason = text_identifier(distinct, words) if identifiers else ""
    if reason:
        return _text(name, reason, words, len(text) - len(words), distinct)
    counts = _counted(words)
    markers = _counted(text.filter(gone & text.is_not_null() & (text != "")))
    blanks = int(gone.sum()) - sum(markers.values())
    if len(counts) == 1 and len(markers) == 1 and not blanks:
        counts |= markers
    elif counts and len(markers) + bool(blanks) > 1:
        counts |= {word: n for word, n in markers.items() if word.lower() == "none"}
    counts = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    missing = len(text) - sum(counts.values())
    remarks = tuple(filter(None, [variants(counts)]))
    if len(counts) > 2 and (merged := truth_levels(counts)):
        no, yes, _ = guess_yes(merged)
        spellings = ", ".join(f'"{word}"' for word in list(counts)[:6])
        remark = f'{spellings} are read as "{no}" and "{yes}"'
        return Column(name, "yesno", "", missing, 2, (no, yes), remarks=(remark,))
    if len(counts) == 2:
        no, yes, _ = guess_yes(counts)
        return Column(name, "yesno", "", missing, 2, (no, yes), remarks=remarks)
    many = identifiers and len(counts) > MANY_LEVELS
    made = Column(
        name,
        "category",
        "",
        missing,
        len(counts),
        tuple(counts),
        remarks=remarks,
        words=frequent_words(counts, missing) if many else (),
    )
    return _ignored(made, _pointless(len(counts), missing, words))


def _text(name: str, reason: str, present: pl.Series, missing: int, distinct: int) -> Column:
    """A column of different texts: of kind ``text`` if words recur in it, else ignored."""
    counts = dict(sorted(_counted(present).items()))
    words = frequent_words(counts, missing)
    if words:
        return Column(name, "text", reason, missing, distinct, words=words)
    if reason.startswith("free text"):
        reason += f", whose words are each in fewer than {LEAST_CELLS} of them or in nearly all"
    return Column(name, "ignored", reason, missing, distinct)


def _counted(text: pl.Series) -> dict[str, int]:
    words, counts = text.alias("word").value_counts(name="rows").get_columns()
    return dict(zip(words.to_list(), counts.to_list(), strict=True))


def _spoken(dtype: pl.DataType) -> str:
    if dtype == pl.Binary:
        return "bytes"
    return "records" if dtype == pl.Struct else "lists"
