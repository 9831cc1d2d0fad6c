"""Durations and times of day in text, as whole microseconds: the quantity of the typed ones."""

import re
from functools import lru_cache

from trueodds.columns.characters import IN_ASCII

_SECOND = 1_000_000
_UNITS = {
    word: size
    for size, words in (
        (31_557_600_000_000, "y yr yrs year years"),
        (2_629_800_000_000, "mo mon mons month months"),
        (604_800_000_000, "w week weeks woche wochen semaine semaines semana semanas"),
        (86_400_000_000, "d day days tag tage tagen jour jours día días dia dias"),
        (3_600_000_000, "h hr hrs hour hours std stunde stunden heure heures hora horas"),
        (60_000_000, "m min mins minute minutes minuten minuto minutos"),
        (
            _SECOND,
            "s sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos",
        ),
        (1_000, "ms millisecond milliseconds"),
        (1, "us µs μs microsecond microseconds"),
    )
    for word in words.split()
}
"""Microseconds of each unit; a year counts as 365.25 days, and a month as a twelfth of it."""
_MONTHS = re.compile(r"\d ?(?:y|mo)|^[+-]?P[^T]*\d[YM]", re.ASCII | re.IGNORECASE)
_UNCLEAR = re.compile(
    r"[+-]?\d+(?:[.,]\d+)? ?(?:[mwdsy]|(?:yr|year|mo|mon|month)s?)", re.ASCII | re.IGNORECASE
)

_NUMBER = r"([0-9]{1,15}(?:[.,][0-9]+)?)"
_CLOCK = re.compile(
    r"(?:T|(?P<days>\d{1,15}) ?(?:days?|d)?(?P<after>, ?| |\.))?(?P<within>[+-]?)"
    r"(?P<hours>\d{1,15}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d|60)(?:[.,](?P<part>\d+))?"
    r"(?: ?(?:Z|UTC|GMT)| ?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?| ?Uhr| ?h)?",
    re.ASCII | re.IGNORECASE,
)
_HALF = re.compile(r"(?P<hours>\d{1,2}) ?(?P<half>[ap])\.? ?m\.?", re.ASCII | re.IGNORECASE)
_H_BETWEEN = re.compile(r"(?P<hours>\d{1,15}) ?h ?(?P<minutes>[0-5]\d)", re.ASCII | re.IGNORECASE)
_ISO = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII | re.IGNORECASE,
)
_ISO_UNITS = ("y", "mo", "w", "d", "h", "m", "s")
_WORDS = re.compile(
    rf"{_NUMBER} ?([a-zíµμ]+)\.?(?:,? ?(?:(?:and|und|et|y|e) )?)(-?)", re.IGNORECASE
)
_BEFORE_CLOCK = re.compile(r"(\d.*[a-zí]\.?),? (\d+:[\d:.,]+)", re.ASCII | re.IGNORECASE)
_ONE_SPELLING = {
    **IN_ASCII,
    **str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"}),
}


@lru_cache(1 << 16)
def microseconds(text: str) -> int | None:
    """Whole microseconds of a duration or a time of day; None where the text is neither.

    Read are ``HH:MM[:SS[.f]]`` (any number of hours, or 1 to 12 with am or pm, as in ``7 pm``; a
    zone behind the seconds is dropped), ``14h30``, a clock behind days (``1 days 02:03:04``,
    ``1 day, 2:03:04``, ``1.02:03:04``), ISO 8601 (``P1DT2H``), numbers with units (``1d 2h``,
    ``90 min``, ``2 Std. 30 Min.``) and a clock behind those (``1 year 2 mons 02:03:04``). Digits
    beyond a microsecond are dropped; a number with more
    than 15 before its mark is none. A sign before all counts for all, but pandas'
    ``-1 days +23:59:59`` and Python's ``-1 day, 23:59:59`` are −1 second.

    >>> microseconds("00:01:30"), microseconds("P1DT2H"), microseconds("1d 2h")
    (90000000, 93600000000, 93600000000)
    """
    text = text.translate(_ONE_SPELLING).strip()
    sign = -1 if text.startswith("-") else 1
    bare = text[1:].lstrip() if text[:1] in ("-", "+") else text
    for shape in (_CLOCK, _HALF, _H_BETWEEN):
        if found := shape.fullmatch(bare):
            return _clock(found.groupdict(), sign)
    if found := _ISO.fullmatch(bare):
        parts = [(n, u) for n, u in zip(found.groups(), _ISO_UNITS, strict=True) if n]
    elif behind := _BEFORE_CLOCK.fullmatch(bare):
        whole, rest = microseconds(behind[1]), microseconds(behind[2])
        return None if whole is None or rest is None else sign * (whole + rest)
    else:
        parts = _words(bare, sign)
    return sign * sum(_part(number, unit) for number, unit in parts) if parts else None


def has_months(text: str) -> bool:
    """Whether text that `microseconds` reads has years or months, which have no one length."""
    return _MONTHS.search(text.translate(_ONE_SPELLING).strip()) is not None


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
