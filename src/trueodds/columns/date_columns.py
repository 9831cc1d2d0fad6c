"""Whether a column of text is dates, and by which rules its cells are read."""

import re
from dataclasses import replace

import polars as pl

from trueodds.columns.date_order import (
    GUESSED,
    SPOKEN,
    date_rule,
    looks_like_dates,
    unread_dates,
)
from trueodds.columns.date_text import no_date
from trueodds.columns.dates import date_format, order_of, parse_by_order, parse_dates
from trueodds.columns.few_words import accepted, almost
from trueodds.columns.numeric import no_number
from trueodds.columns.schema import Column

_COMPACT = re.compile(
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d([0-5]\d)?)?", re.ASCII
)
SAMPLE = 200
"""Words that are examined first, before all words."""
FEWEST_COMPACT = 5
"""With fewer different values, numbers such as 20190115 are numbers, not dates."""
OTHER_ORDER = {"%m/%d/%Y": "%d/%m/%Y", "%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y"}
"""Patterns that read the same cells as other dates if all days are at most the 12th."""


def read_as_dates(name: str, text: pl.Series) -> Column | str:
    """Return the column as a column of dates, read by one pattern or cell by cell.

    A pattern that reads all dates is quicker. Without one, the column has the order of day, month
    and year that reads the most cells. If the column has no dates, the result is a sentence where
    most of its cells are dates, else an empty string.
    """
    words = text.drop_nulls().unique(maintain_order=True)
    sample = [w for w in words[:: max(1, len(words) // SAMPLE)] if not _missing(w)]
    if not looks_like_dates(sample):
        return unread_dates(sample)
    known = words.filter([not _missing(word) for word in words])
    dated = known.filter(known.str.contains(r"\d"))
    pattern = date_format(dated)
    unread = dated.filter(parse_dates(dated, pattern).is_null()) if pattern else dated
    if pattern and not looks_like_dates(unread.to_list()):
        moments = parse_dates(text, pattern)
        made = Column(name, "date", date_format=pattern, remarks=_either(dated, pattern))
    else:
        rule = date_rule(known.to_list(), name)
        moments = parse_by_order(text, rule.order, rule.century)
        made = Column(name, "date", date_order=rule.order, century=rule.century)
        made = replace(made, remarks=(rule.remark,) if rule.remark else ())
    odd = text.filter(moments.is_null() & text.is_not_null())
    odd = odd.filter(odd.is_in(known.implode()))
    if not accepted(moments, odd):
        return almost("dates", len(moments) - moments.null_count(), odd)
    distinct = moments.drop_nulls().n_unique()
    return replace(made, missing=moments.null_count(), distinct=distinct)


def compact_dates(name: str, text: pl.Series) -> Column | None:
    """Return a column of integers as dates such as 20190115; None if any of them is no date."""
    present = text.drop_nulls()
    if not any(map(_COMPACT.fullmatch, present.head(SAMPLE).to_list())):
        return None
    present = present.filter(present.str.contains(r"\d"))
    if (
        not present.str.contains(f"^{_COMPACT.pattern}$").all()
        or present.n_unique() < FEWEST_COMPACT
    ):
        return None
    moments = parse_by_order(text, "ymd", 0)
    if moments.null_count() > len(text) - len(present):
        return None
    remark = f'"{present[0]}" is read as a date: year, month, day'
    distinct = moments.drop_nulls().n_unique()
    missing = moments.null_count()
    return Column(name, "date", "", missing, distinct, date_order="ymd", remarks=(remark,))


def _missing(word: str) -> bool:
    return no_number(word) or no_date(word)


def _either(words: pl.Series, pattern: str) -> tuple[str, ...]:
    """The remark if another order of day and month reads all cells as well; else empty."""
    other = next((pattern.replace(a, b) for a, b in OTHER_ORDER.items() if a in pattern), "")
    if not other:
        return ()
    one, two = parse_dates(words, pattern), parse_dates(words, other)
    if two.null_count() > one.null_count():
        return ()
    differing = words.filter(one != two)
    if not len(differing):
        return ()
    spoken = SPOKEN[order_of(pattern)]
    return (f'"{differing[0]}" is read as {spoken}, {GUESSED}',)
