"""Durations and times of day in text, as whole microseconds: the quantity of the typed ones."""

import re
from functools import lru_cache

_SECOND = 1_000_000
_UNITS = {
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86_400 * _SECOND),
    **dict.fromkeys(("d", "day", "days"), 86_400 * _SECOND),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600 * _SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60 * _SECOND),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), _SECOND),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 1_000),
    **dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), 1),
}
_UNCLEAR = re.compile(r"[+-]?\d+(?:[.,]\d+)? ?[mwds]", re.ASCII | re.IGNORECASE)

_NUMBER = r"([0-9]{1,15}(?:[.,][0-9]+)?)"
_CLOCK = re.compile(
    r"(?:T|(?P<days>\d{1,15}) ?(?:days?|d)?(?P<after>, ?| |\.))?(?P<within>[+-]?)"
    r"(?P<hours>\d{1,15}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d|60)(?:[.,](?P<part>\d+))?"
    r"(?: ?(?:Z|UTC|GMT)| ?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?| ?Uhr)?",
    re.ASCII | re.IGNORECASE,
)
_HALF = re.compile(r"(?P<hours>\d{1,2}) ?(?P<half>[ap])\.? ?m\.?", re.ASCII | re.IGNORECASE)
_H_BETWEEN = re.compile(r"(?P<hours>\d{1,15}) ?h ?(?P<minutes>[0-5]\d)", re.ASCII | re.IGNORECASE)
_ISO = re.compile(
    rf"P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII | re.IGNORECASE,
)
_ISO_UNITS = ("w", "d", "h", "m", "s")
_WORDS = re.compile(rf"{_NUMBER} ?([a-zµμ]+)(?:,? ?(?:and )?)(-?)", re.IGNORECASE)
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})


@lru_cache(1 << 16)
def microseconds(text: str) -> int | None:
    """Whole microseconds of a duration or a time of day; None where the text is neither.

    Read are ``HH:MM[:SS[.f]]`` (any number of hours, or 1 to 12 with am or pm, as in ``7 pm``; a
    zone behind the seconds is dropped), ``14h30``, a clock behind days (``1 days 02:03:04``,
    ``1 day, 2:03:04``, ``1.02:03:04``), ISO 8601 (``P1DT2H``, without years and months) and numbers
    with units (``1d 2h``, ``90 min``). Digits beyond a microsecond are dropped; a number with more
    than 15 before its mark is none. A sign before all counts for all, but pandas'
    ``-1 days +23:59:59`` and Python's ``-1 day, 23:59:59`` are −1 second.

    >>> microseconds("00:01:30"), microseconds("P1DT2H"), microseconds("1d 2h")
    (90000000, 93600000000, 93600000000)
    """
    text = text.translate(_BLANKS).strip()
    sign = -1 if text.startswith("-") else 1
    bare = text[1:].lstrip() if text[:1] in ("-", "+") else text
    for shape in (_CLOCK, _HALF, _H_BETWEEN):
        if found := shape.fullmatch(bare):
            return _clock(found.groupdict(), sign)
    if found := _ISO.fullmatch(bare):
        parts = [(n, u) for n, u in zip(found.groups(), _ISO_UNITS, strict=True) if n]
    else:
        parts = _words(bare, sign)
    return sign * sum(_part(number, unit) for number, unit in parts) if parts else None


def is_clear(text: str) -> bool:
    """Whether text that `microseconds` reads can mean nothing else: a lone m may be metres."""
    return _UNCLEAR.fullmatch(text) is None


def _clock(found: dict[str, str | None], sign: int) -> int | None:
    hours, half = int(found["hours"] or 0), (found.get("half") or "").lower()
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + 12 * (half == "p")
    minutes, seconds = int(found.get("minutes") or 0), int(found.get("seconds") or 0)
    total = (hours * 3_600 + minutes * 60 + seconds) * _SECOND
    total += int((found.get("part") or "")[:6].ljust(6, "0"))
    days = int(found.get("days") or 0) * 86_400 * _SECOND
    within, after = found.get("within"), found.get("after")
    if within and after is None:
        return None
    if within or (after and after[0] == ","):  # a sign before the days is the days' alone
        return sign * days + (-total if within == "-" else total)
    return sign * (days + total)


def _words(text: str, sign: int) -> list[tuple[str, str]]:
    """Numbers with their units, none where anything else stands there.

    A minus may be repeated before every number, as polars has it: ``-1d -2h``.
    """
    parts, end = [], 0
    while end < len(text):
        found = _WORDS.match(text, end)
        if found is None or found[2].lower() not in _UNITS or (found[3] and sign > 0):
            return []
        parts.append((found[1], found[2].lower()))
        end = found.end()
    return parts


def _part(number: str, unit: str) -> int:
    whole, _, fraction = number.replace(",", ".").partition(".")
    millionths = int(whole) * _SECOND + int(fraction[:6].ljust(6, "0"))
    return millionths * _UNITS[unit] // _SECOND
