"""Numbers as people write them: decimal mark, groups, signs and units of a whole column.

A column has one decimal mark and at most one unit, found on the training table. A cell is then read
by these rules alone, whatever the other cells are; docs/format.md repeats them for other languages.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from trueodds.columns.characters import IN_ASCII
from trueodds.columns.multipliers import MULTIPLIED, multiplier
from trueodds.columns.units import NO_CENTS, unit_of

Mark = Literal["", ".", ","]

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\u200a"), " ")
_DASHES = dict.fromkeys(map(ord, "\u2212\u2013\u2012\ufe63\uff0d"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u02bc\u00b4`"), "'")
_ONE_SPELLING = {**IN_ASCII, **_BLANKS, **_DASHES, **_APOSTROPHES}

_DASH_FOR_CENTS = re.compile(r"(?<=\d)(?:([.,])(?:--?|\u2014)|/-)(?!\d)", re.ASCII)
"""What stands for no cents: 12,- and 12.-- and 12/-."""
_BEFORE_BRACKETS = re.compile(r"^([^\d\s.,+\-'()]{1,4}\.?) *\(([^()]*)\)$", re.ASCII)
_BEHIND_BRACKETS = re.compile(r"^\(([^()]*)\)( ?[^\d\s.,+\-'()][^\d+\-'()]{0,14})$", re.ASCII)
_DASH = re.compile(r"([^\d\s.,+\-'()]{1,4}\.?) *--?", re.ASCII)
"""A currency and a dash: how accountants write zero."""
_CELL = re.compile(
    r"(?P<first>[+-]?) ?(?P<prefix>[^\d\s.,+\-'()]{0,4}\.?) *(?P<second>[+-]?) ?"
    r"(?P<body>(?:\d[\d.,' ]*|[.,]\d+)(?<! )(?:[eE][+-]?\d+)?|inf(?:inity)?(?![a-z]))"
    r"(?P<blank> ?)(?P<suffix>[^\d\s.,+\-'()][^\d+\-'()]{0,14})?(?P<last> ?[+-]?)",
    re.ASCII | re.IGNORECASE,
)
_GROUPS = {
    ".": re.compile(
        r"[1-9]\d{0,2}([,' ])\d{3}(\1\d{3})*(\.\d*)?|[1-9]\d?(,\d{2})+,\d{3}(\.\d*)?", re.ASCII
    ),
    ",": re.compile(r"[1-9]\d{0,2}([.' ])\d{3}(\1\d{3})*(,\d*)?", re.ASCII),
}
_PLAIN = {
    ".": re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII),
    ",": re.compile(r"(\d+,?\d*|,\d+)([eE][+-]?\d+)?", re.ASCII),
}
STYLES: dict[str, Mark] = {"decimal_point": ".", "decimal_comma": ","}
"""Styles of a column's numbers, and their decimal marks."""
GUESSED = "a guess: the other cells do not show the decimal mark"


@dataclass(frozen=True)
class Parts:
    """A cell that has the shape of a number: its sign, digits with marks, and unit."""

    sign: int
    body: str
    unit: str | None
    """None where the word beside the digits is no unit; it is then a multiplier."""
    power: int = 0
    """Of ten, by which a word such as K multiplies; 0 without such a word …"""
    multiplier: str = ""
    """… the word …"""
    currency: str = ""
    """… and the currency beside it."""

    def value(self, mark: Mark, power: int = 0) -> float | None:
        """The number that the digits are under a decimal mark, None where they are none.

        It is multiplied by a power of ten; digits with an exponent are not.
        """
        body = self.body
        if body[0] in "iI":
            return self.sign * float("inf")
        if _GROUPS[mark].fullmatch(body):
            body = "".join(c for c in body if c.isdigit() or c == mark)
        elif not _PLAIN[mark].fullmatch(body) or (power and "e" in body.lower()):
            return None
        body = body.replace(",", ".")
        return self.sign * float(f"{body}e{power}" if power else body)

    def number(self, mark: Mark, unit: str) -> float | None:
        """The number in a column with a decimal mark and a unit, None where it is none there."""
        if not unit.endswith(MULTIPLIED):
            return self.value(mark) if self.unit in ("", unit) else None
        own = self.currency if self.power else self.unit
        return self.value(mark, self.power) if own in ("", unit[:-1]) else None


def parts_of(text: str) -> Parts | None:
    """Take a cell apart, None where it has not the shape of a number.

    At most one sign counts: before or behind the unit that stands first, at the end ("5-"), or
    brackets around the number ("(5)"), which mean minus. A dash for the cents ("5,-") is no sign,
    and a currency with a dash alone ("$ -") is zero.
    """
    text = _DASH_FOR_CENTS.sub(r"\1", text.translate(_ONE_SPELLING)).strip()
    text = _BEHIND_BRACKETS.sub(r"(\1\2)", _BEFORE_BRACKETS.sub(r"(\1\2)", text))
    bracketed = text.startswith("(") and text.endswith(")")
    found = _CELL.fullmatch(text[1:-1].strip() if bracketed else text)
    if found is None:
        dash = _DASH.fullmatch(text)
        unit = unit_of(dash[1], first=True, apart=False) if dash else None
        return Parts(1, "0", unit) if unit else None
    signs = found["first"] + found["second"] + found["last"].strip()
    prefix, suffix = found["prefix"], (found["suffix"] or "").strip()
    if len(signs) + bracketed > 1:
        return None
    sign = -1 if bracketed or signs == "-" else 1
    unit = None
    if not (prefix and suffix):
        unit = unit_of(prefix or suffix, first=bool(prefix), apart=bool(found["blank"]))
    power, word, currency = _multiplied(prefix, suffix)
    if unit is None and not power:
        return None
    return Parts(sign, found["body"], unit, power, word, currency)


def _multiplied(prefix: str, suffix: str) -> tuple[int, str, str]:
    """Power of ten, the word for it and the currency; 0 and empty without such a word."""
    found = multiplier(suffix)
    if found is None or (prefix and found[2]):
        return 0, "", ""
    currency = unit_of(prefix or found[2], first=True, apart=False)
    return (0, "", "") if currency is None else (found[0], found[1], currency)


def read_number(text: str, style: str, unit: str) -> float | None:
    """Number of a cell by its column's style and unit; None where it is none.

    >>> read_number("1.775", "decimal_comma", ""), read_number("(5 kg)", "decimal_point", "kg")
    (1775.0, -5.0)
    >>> read_number("$1.2M", "decimal_point", "$×")
    1200000.0
    """
    parts = parts_of(text)
    return None if parts is None else parts.number(STYLES[style], unit)


@dataclass(frozen=True)
class Evidence:
    """What the words of a column show about its decimal mark."""

    point: int
    """Words that are numbers with a decimal point only …"""
    comma: int
    """… and with a decimal comma only."""
    dots: tuple[str, ...]
    """Words such as 1.775 that both marks read, as different numbers …"""
    commas: tuple[str, ...]
    """… and words such as 1,775."""
    whole: tuple[float, ...]
    """Numbers without any mark."""
    units: Counter[str]
    """Words by their unit."""
    numbers: int
    """Words that are numbers under one mark at least."""
    multiplied: Mapping[tuple[str, str], str]
    """An example of each word that multiplies, such as K, and the currency beside it."""

    @property
    def mark(self) -> Mark:
        """The mark that most words need; empty without such words."""
        if not self.point and not self.comma:
            return ""
        return "." if self.point >= self.comma else ","

    @property
    def below_1000(self) -> bool:
        """Whether there are numbers without a mark and all of them are below 1,000."""
        return bool(self.whole) and max(map(abs, self.whole)) < 1000.0


def weigh(words: Iterable[str]) -> Evidence:
    """Collect what distinct words of a column show."""
    point = comma = numbers = 0
    dots: list[str] = []
    commas: list[str] = []
    whole: list[float] = []
    units: Counter[str] = Counter()
    multiplied: dict[tuple[str, str], str] = {}
    for word in words:
        parts = parts_of(word)
        if parts is None:
            continue
        by_point, by_comma = parts.value("."), parts.value(",")
        if by_point is None and by_comma is None:
            continue
        numbers += 1
        if parts.unit is not None:
            units[parts.unit] += 1
        if parts.power:
            multiplied.setdefault((parts.multiplier, parts.currency), word)
        if by_comma is None:
            point += 1
        elif by_point is None:
            comma += 1
        elif by_point != by_comma:
            (dots if by_point < by_comma or "." in parts.body else commas).append(word)
        else:
            whole.append(by_point)
    return Evidence(
        point, comma, tuple(dots), tuple(commas), tuple(whole), units, numbers, multiplied
    )


def decide_mark(evidence: Evidence, table: Mark, delimiter: str) -> tuple[Mark, str]:
    """Decimal mark of a column; if it is a guess, the reason in words.

    Parameters
    ----------
    evidence
        Of the column's own words.
    table
        The mark that the other columns of the table have; empty if they do not show one.
    delimiter
        Between the cells of the file; empty for other tables.
    """
    if evidence.mark:
        return evidence.mark, ""
    if not evidence.dots and not evidence.commas:
        return ".", ""
    if table:
        return table, f"as other columns have a decimal {_named(table)}"
    whole = NO_CENTS & set(evidence.units)
    if whole and not (evidence.commas and evidence.dots):
        return "." if evidence.commas else ",", f"as {min(whole)} has no cents"
    if evidence.commas and not evidence.dots:
        if evidence.below_1000 and any(word.rstrip("0") != word for word in evidence.commas):
            return ".", "as zeros stay at the end and numbers below 1,000 have no comma"
        if delimiter == ";":
            return ",", "as semicolons divide the cells"
        return ".", GUESSED
    if not evidence.commas and evidence.below_1000:
        if delimiter == ";":
            return ",", "as semicolons divide the cells and only numbers from 1,000 on have a point"
        if any(word.rstrip("0") != word for word in evidence.dots):
            return ",", "as zeros stay at the end and numbers below 1,000 have no point"
        return ".", GUESSED
    return ".", "" if delimiter in ("", ",") and not evidence.commas else GUESSED


def _named(mark: Mark) -> str:
    return "comma" if mark == "," else "point"
