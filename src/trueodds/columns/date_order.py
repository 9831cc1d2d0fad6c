"""The order of day, month and year in a column of dates, and the century of its years."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from trueodds.columns.date_text import ORDERS, Order, bare_date, moment
from trueodds.columns.few_words import NEARLY
from trueodds.text import printable

WINDOW = 1969
"""Years of two digits are 1969 to 2068, as in POSIX, if the column does not show other years."""
LATEST = 2035
"""Years of two digits are read so that most dates of a column are not later …"""
LATEST_BIRTH = 2030
"""… and no birthday is later."""
GUESSED = "a guess: the cells do not show the order"
"""The remark on an order of day and month that is a guess."""
NARROW = 5
"""A gap of fewer years does not show where the hundred years begin."""

_BIRTH = re.compile(r"birth|born|(^|[\W_])dob($|[\W_])|geburt|geboren|naissance|nacimiento", re.I)
_EPOCH = datetime.datetime(1970, 1, 1)
_THREE = re.compile(r"(\d{1,2})(?:[-/ ]|\. ?)(\d{1,2})(?:[-/ ]|\. ?)(\d{4}|\d{2})(?!\d)", re.ASCII)
_SEASON = re.compile(r"(\d{4})[-/](\d{2})", re.ASCII)


_DATED = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)", re.ASCII)
_NAMES = re.compile(r"[^\W\d_]+")
MOST_NAMES = 30
"""Twelve months, seven days and a few more words may stand beside the numbers of dates."""


@dataclass(frozen=True)
class DateRule:
    """How a column's dates are read, and a remark about it."""

    order: Order
    century: int
    """First of the hundred years that two digits stand for; 0 where years have four."""
    remark: str


def looks_like_dates(words: Sequence[str]) -> bool:
    """Whether one order reads at least half of some words as dates."""
    if not words or max(_read(words, order) for order in ORDERS) < 0.5 * len(words):
        return False
    return not _seasons(words)


def unread_dates(words: Sequence[str]) -> str:
    """A sentence where nearly all words look like dates in a spelling that is not read; else empty.

    They have a year of 1900 to 2099 and one or two numbers up to 31 among their first three
    numbers, and few words: names of months and days, a zone.
    """
    known = [word for word in words if _DATED.search(word)]
    names = {name for word in known for name in _NAMES.findall(word.lower())}
    dated = [word for word in known if _is_dated(word)]
    if len(dated) < max(3, NEARLY * len(words)) or len(names) > MOST_NAMES:
        return ""
    unread = (word for word in dated if all(moment(word, o, WINDOW) is None for o in ORDERS))
    word = printable(next(unread, dated[0]), 40)
    return f'cells such as "{word}" look like dates, but are not read: write them as 2019-12-31'


def _is_dated(word: str) -> bool:
    numbers = re.findall(r"\d+", word, re.ASCII)[:3]
    years = [n for n in numbers if len(n) == 4]
    days = [n for n in numbers if len(n) < 3 and 0 < int(n) <= 31]
    return len(years) == 1 and bool(days) and len(days) + 1 == len(numbers)


def date_rule(words: Sequence[str], name: str) -> DateRule:
    """Find the order and the century that read the most of a column's distinct words."""
    three = [found.groups() for word in words if (found := _THREE.match(bare_date(word)))]
    if not three:
        century, said = _century(words, "ymd", name)
        return DateRule("ymd", century, said)
    order, remark = _order(words, three)
    century, said = _century(words, order, name)
    return DateRule(order, century, "; ".join(filter(None, (remark, said))))


def _order(words: Sequence[str], three: Sequence[tuple[str, ...]]) -> tuple[Order, str]:
    """The order that reads the most words, and a remark about it."""
    counts = {order: _read(words, order) for order in ORDERS}
    fitting = [order for order in ORDERS if counts[order] == max(counts.values())]
    if "ymd" in fitting and len(fitting) > 1:
        first, last = (len({numbers[place] for numbers in three}) for place in (0, 2))
        fitting = ["ymd"] if first < last else fitting[1:]  # there are fewer years than days
    if len(fitting) == 1:
        return fitting[0], f"dates are read as {SPOKEN[fitting[0]]}"
    order: Order = "dmy" if sum("." in word for word in words) * 2 > len(words) else "mdy"
    differing = (w for w in words if moment(w, "dmy", WINDOW) != moment(w, "mdy", WINDOW))
    example = next(differing, words[0])
    return order, f'"{example}" is read as {SPOKEN[order]}, {GUESSED}'


SPOKEN: dict[Order, str] = {
    "ymd": "year, month, day",
    "dmy": "day, month, year",
    "mdy": "month, day, year",
}
"""Orders in words."""


def _read(words: Sequence[str], order: Order) -> int:
    return sum(moment(word, order, WINDOW) is not None for word in words)


def _seasons(words: Sequence[str]) -> bool:
    """Whether all words are two years in a row, such as 2009-10."""
    found = [_SEASON.fullmatch(word) for word in words]
    return all(f is not None and (int(f[1]) + 1) % 100 == int(f[2]) for f in found)


def _century(words: Sequence[str], order: Order, name: str) -> tuple[int, str]:
    """First year of the window for two digits, 0 if years have four; and a remark."""
    short = [word for word in words if moment(word, order, 0) is None]
    years = sorted({_year_of(m) for w in short if (m := moment(w, order, 1900)) is not None})
    if not years:
        return 0, ""
    latest = LATEST_BIRTH if _BIRTH.search(name) else LATEST
    found = [_year_of(m) for w in short if (m := moment(w, order, 1900)) is not None]
    window = _window(years, found, latest, strict=latest == LATEST_BIRTH)
    read = sorted(window + (year - window) % 100 for year in years)
    return window, f"years have two digits and are taken as {read[0]} to {read[-1]}"


def _window(years: Sequence[int], found: Sequence[int], latest: int, *, strict: bool) -> int:
    """First year of the hundred years that fit best.

    Years run in a circle of a hundred; the widest gap holds no date, and the hundred years begin
    after two thirds of it. Of the centuries, it is the latest in which half of the dates
    (``strict``: all) are not later than ``latest``. Where POSIX's years read the same, they are
    taken.

    Parameters
    ----------
    years, found
        The years, as those of 1900 to 1999: each once and rising; and all.
    """
    gaps = [
        ((after - before) % 100 or 100, after)
        for before, after in zip([years[-1], *years[:-1]], years, strict=True)
    ]
    width, first = max(gaps)
    if width < NARROW and not strict:
        return WINDOW
    first = latest - 99 if width < NARROW else first
    first += 100 * ((latest - first) // 100)
    read = sorted(first + (year - first) % 100 for year in found)
    while (read[-1] if strict else read[len(read) // 2]) > latest:
        first -= 100
        read = [year - 100 for year in read]
    if read == sorted(WINDOW + (year - WINDOW) % 100 for year in found):
        return WINDOW
    return first if width < NARROW else first - width // 3


def _year_of(microseconds: int) -> int:
    return (_EPOCH + datetime.timedelta(microseconds=microseconds)).year
