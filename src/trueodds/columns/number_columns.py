"""Whether a column of text is numbers, and by which rules its cells are read."""

import re
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from trueodds.columns.durations import has_months, is_clear, microseconds
from trueodds.columns.few_words import NEARLY, accepted, almost
from trueodds.columns.multipliers import ALONE, MULTIPLIED
from trueodds.columns.numbers import GUESSED, Evidence, Mark, decide_mark, parts_of, weigh
from trueodds.columns.numeric import no_number, numbers_from_text
from trueodds.columns.units import unit_of
from trueodds.table.frame import Frame
from trueodds.text import printable

_POINT = re.compile(r"^[^.]*\d\.(\d{1,2}|\d{4,})$", re.ASCII)
"""A number whose point groups no thousands; dates such as 19.08.2021 have two points."""
_GROUPED = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}", re.ASCII)
"""Addresses of computers, such as 192.168.100.101, are no groups of thousands."""
_MINUTES = re.compile(r"\d{1,2}:[0-5]\d[.,]\d+", re.ASCII)
"""Clocks without hours, such as 08:13.5."""
SAMPLE = 200
"""Words of a column that are examined first, and of the other columns for their decimal mark."""


class Locale:
    """What a table as a whole says about its decimal mark."""

    def __init__(self, frame: Frame | None = None) -> None:
        self.delimiter = "" if frame is None else frame.delimiter
        self._frame = frame

    @cached_property
    def mark(self) -> Mark:
        """The mark that most columns of text have; empty if they do not show one."""
        if self._frame is None:
            return ""
        votes = {".": 0, ",": 0, "": 0}
        for column in self._frame.data:
            if column.dtype == pl.String:
                words = column.head(SAMPLE).alias("cells").drop_nulls().to_list()
                if any("," in word for word in words):
                    votes[weigh(set(words)).mark] += 1
                elif any(map(_POINT.search, words)):
                    votes["."] += 1
        if votes[","] == votes["."]:
            return ""
        return "," if votes[","] > votes["."] else "."


@dataclass(frozen=True)
class Reading:
    """How a column of text is read as numbers, and the numbers."""

    values: pl.Series
    """Float64, null where missing or odd."""
    style: str = ""
    unit: str = ""
    remarks: tuple[str, ...] = ()


def read_as_numbers(text: pl.Series, locale: Locale) -> Reading | str:
    """Find the rules that read a stripped column of text as numbers.

    If there are none, the result is a sentence where most cells are numbers, else an empty string.
    """
    present = text.drop_nulls()
    plain = present.cast(pl.Float64, strict=False).fill_nan(None)
    words = present.filter(plain.is_null()).unique(maintain_order=True).to_list()
    words = [word for word in words if not no_number(word)]
    if not words:
        return _plain(text, present, locale)
    few = words[:: max(1, len(words) // SAMPLE)]
    times = [word for word in few if microseconds(word) is not None]
    if len(times) >= 0.9 * len(few) and any(map(is_clear, times)) and _rare(plain):
        return _judged(text, "duration", "", _months(times))
    if said := _grades(few):
        return said
    if said := _minutes(few):
        return said
    shaped = sum(parts_of(word) is not None for word in few)
    if (shaped < 0.5 * len(few) and _rare(plain)) or all(map(_ADDRESS.fullmatch, few)):
        return _several_units(few)
    evidence = weigh(present.unique(maintain_order=True).to_list())
    clear = bool(evidence.mark) or not (evidence.dots or evidence.commas)
    mark, why = decide_mark(evidence, "" if clear else locale.mark, locale.delimiter)
    unit, remarks = _multiplied_unit(evidence, mark) or _unit(evidence)
    if unit in ("cr", "dr") and evidence.units[""]:
        one = next(word for word in words if word.lower().rstrip(".").endswith(unit))
        return f'cells such as "{printable(one, 30)}" may be credits or debits: write a minus'
    if why:
        remarks = (_said(evidence, mark, why), *remarks)
    remarks += _signed(few, mark, unit)
    style = "decimal_comma" if mark == "," else "decimal_point"
    if not any(_reads(word, mark, unit) for word in words):
        style, unit, remarks = "", "", ()
    return _judged(text, style, unit, remarks) or _several_units(few)


def _minutes(words: list[str]) -> str:
    """A sentence where nearly all words may be minutes and seconds; else empty."""
    found = [word for word in words if _MINUTES.fullmatch(word)]
    if len(found) < NEARLY * len(words):
        return ""
    one = printable(found[0], 30)
    return f'cells such as "{one}" may be minutes and seconds: write them as 0:{one}'


def _months(words: list[str]) -> tuple[str, ...]:
    """A remark where durations have years or months."""
    one = next(filter(has_months, words), "")
    if not one:
        return ()
    days = (microseconds(one) or 0) / 86_400e6
    return (
        f'"{printable(one, 30)}" is read as {days:.7g} days: a year counts as 365.25 days, a month '
        "as a twelfth of it",
    )


def _grades(words: list[str]) -> str:
    """A sentence where numbers have a plus behind and others a minus, as grades; else empty."""
    numbers = [word for word in words if parts_of(word) is not None]
    above, below = (next((w for w in numbers if w[-1] in signs), "") for signs in ("+", "-−–"))
    if not above or not below:
        return ""
    return f'cells such as "{above}" and "{below}" are read as grades: they are no numbers'


def _signed(words: list[str], mark: Mark, unit: str) -> tuple[str, ...]:
    """A remark where a sign stands behind numbers."""
    for word in words:
        parts = parts_of(word) if word[-1] in "+-−–" else None
        value = None if parts is None else parts.number(mark, unit)
        if value is not None and (word[-1] == "+" or value < 0):
            what = "does not count" if word[-1] == "+" else "counts for all"
            return (f'"{printable(word, 30)}" is read as {value:.15g}: the sign behind {what}',)
    return ()


def _several_units(words: list[str]) -> str:
    """A sentence where nearly all words are numbers but have several units; else empty."""
    units = [(_unit_in(word), word) for word in words]
    if sum(unit is not None for unit, _ in units) < NEARLY * len(words):
        return ""
    first = {unit: printable(word, 30) for unit, word in reversed(units) if unit}
    if len(first) < 2:
        return ""
    one, other = list(first.values())[-2:][::-1]
    return f'numbers such as "{one}" and "{other}" have several units: bring them to one'


def _unit_in(word: str) -> str | None:
    """The unit of a number, or its word for thousands, millions or billions; None for others."""
    parts = parts_of(word)
    if parts is None:
        return None
    return parts.multiplier.upper() if parts.unit is None else parts.unit


def _plain(text: pl.Series, present: pl.Series, locale: Locale) -> Reading | str:
    """Read a column of plain numbers; a point may group thousands."""
    pointed = present.filter(present.str.contains(".", literal=True))
    grouped = pointed.str.contains(_GROUPED)
    if not grouped.any() or not (grouped.all() or locale.delimiter == ";" or locale.mark == ","):
        return _judged(text, "", "", ())
    evidence = weigh(present.unique(maintain_order=True).to_list())
    mark, why = decide_mark(evidence, locale.mark, locale.delimiter)
    if mark == ",":
        return _judged(text, "decimal_comma", "", (_said(evidence, mark, why),))
    guess = (_said(evidence, mark, why),) if why == GUESSED and evidence.below_1000 else ()
    return _judged(text, "", "", guess)


def _judged(text: pl.Series, style: str, unit: str, remarks: tuple[str, ...]) -> Reading | str:
    values, odd = numbers_from_text(text, style, unit)
    if accepted(values, text.filter(odd)):
        return Reading(values, style, unit, remarks)
    return almost("numbers", len(values) - values.null_count(), text.filter(odd))


def _rare(plain: pl.Series) -> bool:
    """Whether fewer than half of the cells are plain numbers."""
    return plain.null_count() > len(plain) / 2


def _reads(word: str, mark: Mark, unit: str) -> bool:
    parts = parts_of(word)
    return parts is not None and parts.number(mark, unit) is not None


def _multiplied_unit(evidence: Evidence, mark: Mark) -> tuple[str, tuple[str, ...]] | None:
    """The unit of numbers such as 5K and $1.2M, and a remark; None where no word multiplies.

    Where all numbers have one and the same word, apart from them as in "5 million", it is a unit. A
    word that may as well be a unit or a part of codes, such as M, multiplies where there is another
    such word, a currency or a decimal mark.
    """
    marked = bool(evidence.point or evidence.comma)
    clear = [
        (word, currency)
        for word, currency in evidence.multiplied
        if currency or word not in ALONE or (marked and word in "MB")
    ]
    uniform = len(evidence.units) == 1 and evidence.units.total() == evidence.numbers
    if not clear or (uniform and "" not in evidence.units):
        return None
    currencies = [currency for _, currency in evidence.multiplied if currency]
    currencies += [
        u for u, _ in evidence.units.most_common() if u and unit_of(u, first=True, apart=False)
    ]
    currency = currencies[0] if currencies else ""
    example = evidence.multiplied[clear[0]]
    parts = parts_of(example)
    value = parts and parts.number(mark, currency + MULTIPLIED)
    if value is None:
        return None
    remark = f'"{printable(example, 30)}" is read as {value:.15g}: {clear[0][0]} multiplies'
    unit = (f'numbers have the unit "{currency}"',) if currency else ()
    return currency + MULTIPLIED, (remark, *unit)


def _unit(evidence: Evidence) -> tuple[str, tuple[str, ...]]:
    """The unit that most words have, and a remark about it."""
    units = [(unit, count) for unit, count in evidence.units.most_common() if unit]
    if not units:
        return "", ()
    unit = units[0][0]
    bare = evidence.units[""]
    remark = f'numbers have the unit "{unit}"'
    return unit, (f"{remark}; those without one are taken to have it" if bare else remark,)


def _said(evidence: Evidence, mark: Mark, why: str) -> str:
    word = (evidence.commas or evidence.dots)[0]
    parts = parts_of(word)
    assert parts is not None
    value = parts.value(mark)
    assert value is not None
    return f'"{word}" is read as {value:.15g}, {why}' if why else ""
