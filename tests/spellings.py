"""Random cells, most of them nearly right: for tests that compare two readers of text."""

import random
from collections.abc import Sequence

from trueodds.columns import Column
from trueodds.columns.dates import DATE_FORMATS

NUMBERS = (
    *("0", "1", "5", "12", "123", "1234", "1.775", "1,775", "0,123", "1.234,50", "1,234.50", "007"),
    *("1'234", "12 34 567", "12,34,567", "1.234.567", "1e3", "5E-2", ".5", ",5", "5.", "1_000"),
    *("12,-", "12.--", "1.234,-", "12/-", "$ (5)", "(5) kg", "(1,234.5) $", "$ -", "kr -", "$   5"),
    *("١٢٣", "۱۲٫۵", "１，２３４．５", "१२", "٣٬٤٥٦", "￥1,200", "1,200円", "12元", "(５)"),
    *("inf", "-Infinity", "nan", "9007199254740993", "1e400", "123456789012345678901234567890"),
)
AROUND = (
    *("", "", "", "", " ", "  ", "\t", "\u00a0", "\u202f", "\u2009", "+", "-", "\u2212", "(", ")"),
    *("$", "€", "USD", "R$", "kr", "zł", "%", " %", "kg", " KG", " years", "m", "M", "ms", "h"),
    *("‰", "°C", "'", "`", ".", ",", "x", "\x1c", "\x85", "\ufeff", "ﬁ", "١", "Kč", "Rs.", "K"),
    *(
        "k",
        "M",
        "B",
        "m€",
        " Mio.",
        " million",
        "bn $",
        "k USD",
        " Lakh",
        "Cr.",
        "Tsd. Fr.",
        "×",
        "CHF",
    ),
)
CLOCKS = (
    *("1:30", "01:02:03", "1:02:03.5", "23:59:60", "12:60", "1 days 02:03:04", "-1 day, 23:59:59"),
    *("-1 days +23:59:59", "1.02:03:04", "P1DT2H", "PT1.5S", "P", "1d 2h", "90 min", "1 h and 5 m"),
    *(
        "T08:30",
        "08:30:00Z",
        "08:30:00 +02:00",
        "8:30:00.5-0500",
        "14h30",
        "14 h 05",
        "7 pm",
        "13 PM",
    ),
    *("8:30 a. m.", "08:30 Uhr", "-7pm", "8:30+02:00", "1 day 7 pm", "8:30:00-15:00"),
    *(
        "2 years 3 mons",
        "1yr 11mo",
        "P1Y2M3DT4H",
        "1 year 2 mons 3 days 04:05:06",
        "1:30 h",
        "٨:٣٠",
    ),
    *(
        "2 Std. 30 Min.",
        "1 jour et 2 heures",
        "3 días y 4 horas",
        "-2 mon 3 d",
        "5 y",
        "1 mon 7 pm",
    ),
    *("-1d -2h", "5 µs", "1 Μs", "12:30 pm", "0:30 AM", "13:00 PM", "1 week", "2 weeks 1 day"),
    *("1234567890123456 h", "999999999999999 weeks", "1,5 h", "PT36H", "1d2h3m4s5ms6us"),
)
DATES = (
    *("2020-01-02", "2020-1-2", "1/2/2020", "31/12/2019", "12/31/2019", "03.04.05", "3. 4. 2005"),
    *(
        "20190115",
        "Jan 15 2019",
        "15th of January, 2019",
        "15-Jan-19",
        "1 Sept 2020",
        "2020 Feb 29",
    ),
    *("Wed Jan 15 2020 10:00:00 GMT+0000 (UTC)", "Wed, 15 Jan 2020 10:00:00 GMT", "2020-07"),
    *("Wed Jan 15 10:00:00 UTC 2020", "07/2020", "July '20", "2020Q3", "Q3 2020", "2020-W53-7"),
    *(
        "2020年1月2日",
        "0000-00-00",
        "00/00/0000",
        "2020-02-30",
        "0999-01-01",
        "1-2-3",
        "9999-12-31",
    ),
    *("2020-01-02T01:02:03Z", "2020-01-02 01:02:03.1234567+01:00", "20200102T010203", "2021-W53-1"),
    *("Montag, 4. März 2024", "mardi 5 mars 2024", "Mo. 4.3.2024", "sábado, 2 de marzo de 2024"),
    *(
        "Mar  1 2024  8:30AM",
        "２０２４／０３／０１",
        "٢٠٢٤-٠٣-٠١",
        "terça-feira, 5 de março de 2024",
    ),
    *("2020.01.02.", "2020. 1. 2.", "2020_01_02", "2020:01:02", "31.12.2019.", "2020년 1월 2일"),
    *("3. März 2020", "1er août 2019", "1º de MARÇO de 2020", "15-Dez-19", "Mai 2020", "set 20"),
    *(
        "2020 okt 5",
        "Fév. 3, 2020",
        "agosto del 2019",
        "12 décembre 2019",
        "3 out 2020",
        "dez/2020",
    ),
    *("1/0/1900", "00.01.1900", "0/1/1900", "1/0/00 0:00", "20200102030405", "202001020304"),
    *("02-JAN-20 08.57.07.000000000 PM", "2020-01-02T03:04:05+01:00[Europe/Berlin]"),
    *("02-Jan-2020", "02 January 2020", "Jan 2, 2020", "2020/01/02", "2020.01.02", "1900-02-29"),
)
TIMES = (
    *("", "", "", " 10:00", " 1:2", "T10:00:00", " 10:00:00.5", " 24:00", " 24:01", " 23:59:60"),
    *(
        " 10:00 PM",
        " 0:30 am",
        "Z",
        " UTC",
        " EST",
        "+01",
        "+01:30",
        "-0800",
        " +24:00",
        "T10.20.30",
    ),
    *(" at 5:00 p.m.", ", 10:00", "T1020", "\u22120100", " (x)", "  ", " 10:00:00,5", ":10:00:00"),
    *(" 20h57", " 10:00 Uhr", " 8:57 p. m.", " 8.57.07 AM", "Z[UTC]", " [x]", "."),
)
WORDS = (
    *("yes", "Yes", "NO", "true", "TRUE", "False", "t", "on", "'y'", '"No"', "1", "1.0", "0", "01"),
    *("", "?", "NA", "na", "n/a", "None", "unknown", "-", "\\N", "#REF!", "Not Available", "blanK"),
    *(
        "red",
        "Red",
        "straße",
        "STRASSE",
        "ẞ",
        "ı",
        "I",
        "İ",
        "010",
        "0010",
        "10",
        "1e1",
        "ΟΔΟΣ",
        "οδος",
    ),
    *("9007199254740993", "9007199254740992", "9007199254740992.0", "a\ud800", "a?", "Ꭰ", "ꭰ"),
)


def columns() -> list[Column]:
    """A column of every kind and with every rule of reading."""
    made = [
        Column("n", "number", number_style=style, unit=unit)
        for style in ("", "thousands", "comma", "decimal_point", "decimal_comma", "duration")
        for unit in ("", "$", "kg", "%", "kr", "year", "m", "×", "$×", "CHF×")
        if not unit or style.startswith("decimal")
    ]
    made += [Column("d", "date", date_format=pattern) for pattern in ("", *DATE_FORMATS)]
    made += [
        Column("d", "date", date_order=order, century=century)  # type: ignore[arg-type]
        for order in ("ymd", "dmy", "mdy")
        for century in (0, 1930, 1969)
    ]
    for levels in (
        *(("red", "straße", "οδος"), ("1", "2.5", "10"), ("010", "0010", "7"), ("NA", "None", "b")),
        *(("9007199254740993", "9007199254740992"), ("inf", "-5"), ("a?", "I"), ()),
    ):
        made.append(Column("c", "category", levels=levels))
    for pair in (
        ("no", "yes"),
        ("0", "1"),
        ("N", "y"),
        ("FALSE", "TRUE"),
        ("ı", "I"),
        ("STRASSE", "b"),
    ):
        made.append(Column("b", "yesno", levels=pair))
    return made


def cells_for(column: Column, count: int, rng: random.Random) -> list[str]:
    """Cells such as the column may have, some of them spoilt."""
    return [_cell(column, rng) for _ in range(count)]


def _cell(column: Column, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.1:
        text = rng.choice(WORDS)
    elif column.kind == "date":
        text = _date(column, rng)
    elif column.kind == "number":
        text = rng.choice(CLOCKS if column.number_style == "duration" and chance < 0.7 else NUMBERS)
        text = _mixed(rng, AROUND, 2) + text + _mixed(rng, AROUND, 2)
    else:
        text = rng.choice((*WORDS, *column.levels, *NUMBERS))
        text = rng.choice((text, text.upper(), text.capitalize(), f" {text}\t", f"'{text}'"))
    for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 0, 1, 2))):
        text = _spoilt(text, rng)
    return text


def _date(column: Column, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(DATES) + _mixed(rng, TIMES, 2)
    pattern = column.date_format or rng.choice(DATE_FORMATS)
    for sign, texts in {
        "%Y": ("2020", "2021", "1970", "1999", "2255", "0999", "999", "+2020"),
        "%y": ("20", "69", "70", "5"),
        "%m": ("1", "01", "4", "09", "12", "12", "13", " 2"),
        "%d": ("1", "02", "29", "30", "17", "31", "32"),
        "%b": ("Jan", "feb", "SEP", "Sep", "may", "Dec", "Sept", "March"),
        "%B": ("January", "february", "May", "Sep", "Sept", "June", "OCTOBER"),
        "%H": ("0", "07", "12", "23", "17", "24"),
        "%I": ("1", "12", "06", "11", "13", "00"),
        "%M": ("00", "5", "59", "31", "60"),
        "%S": ("00", "5", "59", "07", "60", "61"),
        "%.f": ("", "", ".5", ".123456789", "."),
        "%p": ("AM", "pm", "p.m."),
        "%#z": ("Z", "+01", "-0130", "+05:30", " +00:00", "\u22120100", "UTC", "+24", "+01:60"),
    }.items():
        pattern = pattern.replace(sign, rng.choice(texts))
    return pattern


def _mixed(rng: random.Random, texts: Sequence[str], most: int) -> str:
    return "".join(rng.choice(texts) for _ in range(rng.choice((0, 0, 1, most))))


def _spoilt(text: str, rng: random.Random) -> str:
    at = rng.randint(0, len(text))
    what = rng.choice(("", " ", "0", "1", ".", ",", "-", "T", ":", "\u00a0", rng.choice(AROUND)))
    return text[:at] + what + text[at + rng.randint(0, 1) :]
