"""One date in text, in whichever of the usual shapes, as microseconds since 1970-01-01 UTC.

Where the numbers of a date can be read in several orders, the column's order decides; where years
have two digits, the column's century. docs/format.md repeats the rules for other languages.
"""

import datetime
import re
from functools import cache, lru_cache
from typing import Literal

from trueodds.columns.characters import IN_ASCII

Order = Literal["", "ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")
FIRST_YEAR, LAST_YEAR = 1000, 9999

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTHS = {
    **{
        name[:length]: number
        for number, name in enumerate(_ENGLISH, start=1)
        for length in (3, len(name))
    },
    "sept": 9,
}
_OTHER_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "januar januari janvier janv enero ene janeiro gennaio gen",
            "februar februari fevrier fevr febrero fevereiro fev febbraio",
            "marz maerz mrz mars marzo marco maart mrt",
            "avril avr abril abr aprile",
            "mai maj mayo maio maggio mag mei",
            "juni juin junio junho giugno giu",
            "juli juillet juil julio julho luglio lug",
            "augusti augustus aout agosto ago",
            "septembre septiembre setembro set settembre",
            "oktober okt octobre octubre outubro out ottobre ott",
            "novembre noviembre novembro",
            "dezember dez decembre diciembre dic dezembro dicembre",
        ],
        start=1,
    )
    for name in names.split()
}
"""German, Dutch, French, Spanish, Portuguese, Italian and Swedish names, without accents."""
_ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "ut"), 0),
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "cet": 60,
    "cest": 120,
}
_OTHER_DAYS = (
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag"),
    *("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    *("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    *("lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica"),
    *(f"{day}-feira" for day in ("segunda", "terca", "quarta", "quinta", "sexta")),
    *("mandag", "tisdag", "onsdag", "torsdag", "fredag", "lordag", "sondag"),
)
"""German, Dutch, French, Spanish, Italian, Portuguese and Swedish days, without accents."""
_WEEKDAY = re.compile(
    rf"^(({'|'.join(_OTHER_DAYS)})(?![a-z])|mon(day)?|tue(s(day)?)?|wed(nesday)?|thu(rs(day)?)?"
    r"|fri(day)?|sat(urday)?|sun(day)?|(mo|di|mi|do|fr|sa|so)(?=[.,]{0,2} *\d))[.,]{0,2} *",
    re.ASCII | re.IGNORECASE,
)
_MONTH = f"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_ANY_MONTH = f"(?P<name>{'|'.join(sorted({**_MONTHS, **_OTHER_MONTHS}, key=len, reverse=True))})"
_YEAR = r"'?(?P<year>\d{4}|\d{2})"
_TIME = (
    r"(?P<h>\d{1,2})[:h](?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,:](?P<f>\d+))?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?| ?Uhr)?"
)
_CLOCK = (
    rf"(?:(?:T|,? | at |:|-){_TIME}"
    r"|[T -](?P<h2>\d{1,2})[.](?P<min2>\d{2})[.](?P<s2>\d{2})(?:[.,](?P<f2>\d+))?"
    r"(?: ?(?P<half2>[ap])\.? ?m\.?)?"
    r"|T?(?P<h3>\d{2})(?P<min3>\d{2})(?:(?P<s3>\d{2})(?:[.,]?(?P<f3>\d+))?)?)"
)
_ZONE = (
    r" ?(?:(?P<zone>z|utc|gmt|ut|[ecmp][sd]t|cest|cet)?"
    r"(?:(?P<sign>[+-])(?P<zh>\d{1,2}):?(?P<zm>\d{2})?)?(?: ?\([^()]*\)|\[[^\[\]]*\])?)?"
)
_SHAPES = (
    rf"(?P<year>\d{{4}})(?P<sep>[-/_: ]|\. ?)(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}})\.?"
    rf"(?:{_CLOCK}{_ZONE})?",
    rf"(?P<a>\d{{1,2}})(?P<sep>[-/ ]|\. ?)(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}}|\d{{2}})\.?"
    rf"(?:{_CLOCK}{_ZONE})?",
    rf"(?P<year>\d{{4}})(?P<m>\d{{2}})(?P<d>\d{{2}})(?:{_CLOCK}{_ZONE})?",
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º)?[-/. ]*(?:of |de )?{_ANY_MONTH}(?: del? |[-/., ]*)"
    rf"{_YEAR}(?:{_CLOCK}{_ZONE})?",
    rf"{_ANY_MONTH}[-/. ]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:, ?|[-/ ]){_YEAR}(?:{_CLOCK}{_ZONE})?",
    rf"(?P<year>\d{{4}})[-/. ]?{_ANY_MONTH}[-/. ]?(?P<d>\d{{1,2}})(?:{_CLOCK}{_ZONE})?",
    rf"{_MONTH} +(?P<d>\d{{1,2}}) {_TIME}{_ZONE} (?P<year>\d{{4}})",
    r"(?P<year>\d{4})[-/.](?P<m>\d{1,2})",
    r"(?P<m>\d{1,2})[-/.](?P<year>\d{4})",
    rf"{_MONTH}\.?[-/, ]*{_YEAR}",
    rf"(?P<year>\d{{4}})[-/. ]*{_ANY_MONTH}",
    r"(?P<year>\d{4})[- ]?Q(?P<q>[1-4])",
    r"Q(?P<q>[1-4])[-/ ]?(?P<year>\d{4})",
    r"(?P<year>\d{4})-?W(?P<week>\d{2})(?:-?(?P<wd>[1-7]))?",
    rf"(?P<year>\d{{4}})[年년] ?(?P<m>\d{{1,2}})[月월] ?(?P<d>\d{{1,2}})[日일]"
    rf"(?:{_CLOCK}{_ZONE})?",
    rf"{_ANY_MONTH}(?:\.?[-/, ]*| del? )(?P<year>\d{{4}})",
)
_NO_DATE = re.compile(
    r"(0{1,4}([-/.])0{1,2}\2(0{4}|0{1,2})|0?1/0/(19)?00|00?([/.])0?1\5(19)?00)"
    r"([T ]0?0:00(:00(\.0+)?)?Z?)?",
    re.ASCII,
)
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_ONE_SPELLING: dict[int, str | int | None] = {
    **IN_ASCII,
    **str.maketrans("\u00a0\u202f\u2009\u2212\u2013äÄéÉûÛçÇáåìöÁÅÌÖ", "   --aAeEuUcCaaioAAIO"),
}
_BLANKS = re.compile(" {2,}")


def no_date(word: str) -> bool:
    """Whether a cell is a date of zeros: databases write 0000-00-00 for what is missing.

    Workbooks have 1/0/1900 or 00.01.1900 there, the day number 0.
    """
    return _NO_DATE.fullmatch(word) is not None


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    """`_SHAPES`, compiled when the first date is read, because that takes milliseconds."""
    return tuple(re.compile(shape, re.ASCII | re.IGNORECASE) for shape in _SHAPES)


def bare_date(text: str) -> str:
    """The text in one spelling, without a weekday before it."""
    return _WEEKDAY.sub("", _BLANKS.sub(" ", text.translate(_ONE_SPELLING).strip()), count=1)


@lru_cache(1 << 16)
def moment(text: str, order: Order, century: int) -> int | None:
    """Microseconds since 1970 UTC of a date or timestamp; None where it is none.

    A year of four digits that stands first, or a month's name, needs no order. A month, a
    quarter or a week alone means its first day. A time without a zone is in UTC.

    Parameters
    ----------
    order
        Of three numbers whose year does not stand first with four digits: ``dmy``, ``mdy``, or
        ``ymd``, which asks for two digits of the year.
    century
        First of the hundred years that years of two digits stand for; 0 reads none.
    """
    text = bare_date(text)
    for shape in _shapes():
        found = shape.fullmatch(text)
        if found is not None:
            made = _made(found.groupdict(), order, century)
            if made is not None:
                return made
    return None


def _made(found: dict[str, str | None], order: Order, century: int) -> int | None:
    three = found.get("a"), found.get("b"), found.get("c")
    if all(three):
        placed = dict(zip(order or "ymd", three, strict=True))
        found = {**found, "year": placed["y"], "m": placed["m"], "d": placed["d"]}
        if len(found["d"] or "") > 2:
            return None
    year = _year(found.get("year") or "", century)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    day, month = int(found.get("d") or 1), _month(found)
    try:
        if found.get("week"):
            weekday = int(found.get("wd") or 1)
            date = datetime.date.fromisocalendar(year, int(found["week"] or 0), weekday)
        else:
            date = datetime.date(year, month, day)
    except ValueError:
        return None
    time = _time(found)
    if time is None:
        return None
    return (date.toordinal() - _EPOCH) * _DAY + time - _offset(found)


def _year(digits: str, century: int) -> int:
    """The year, 0 where two digits cannot be read."""
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2 or not century:
        return 0
    return century + (int(digits) - century) % 100


def _month(found: dict[str, str | None]) -> int:
    if found.get("name"):
        name = (found["name"] or "").lower()
        return _MONTHS.get(name) or _OTHER_MONTHS[name]
    if found.get("q"):
        return 3 * int(found["q"] or 0) - 2
    return int(found.get("m") or 1)


def _time(found: dict[str, str | None]) -> int | None:
    """Microseconds since midnight, None for a time that is none."""
    for end in ("", "2", "3"):
        if found.get(f"h{end}"):
            break
    else:
        return 0
    hours, minutes = int(found[f"h{end}"] or 0), int(found[f"min{end}"] or 0)
    seconds = int(found.get(f"s{end}") or 0)
    half = (found.get("half") or found.get("half2") or "").lower()
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + 12 * (half == "p")
    if minutes > 59 or seconds > 60 or hours > 24 or (hours == 24 and minutes + seconds):
        return None
    part = (found.get(f"f{end}") or "")[:6].ljust(6, "0")
    return ((hours * 60 + minutes) * 60 + seconds) * _SECOND + int(part)


def _offset(found: dict[str, str | None]) -> int:
    """Microseconds by which the zone is before UTC."""
    minutes = _ZONES[(found.get("zone") or "z").lower()]
    if found.get("sign"):
        ahead = int(found.get("zh") or 0) * 60 + int(found.get("zm") or 0)
        minutes += ahead if found["sign"] == "+" else -ahead
    return minutes * 60 * _SECOND
