"""Dates in text, in whichever shape, one or several in a column."""

import datetime as dt
from email.utils import format_datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelled import column_of, column_of_csv, csv_frame, rescore
from trueodds.columns.date_text import moment
from trueodds.columns.roles import read_times

START = dt.datetime(2019, 1, 15, 8, 30, 5)
MOMENTS = [START + dt.timedelta(days=3 * i, hours=5 * i) for i in range(40)]

EXACT = {
    "iso": lambda m: m.isoformat(),
    "blank": lambda m: m.isoformat(sep=" "),
    "utc word": lambda m: f"{m:%Y-%m-%d %H:%M:%S} UTC",
    "offset": lambda m: (m + dt.timedelta(hours=2)).isoformat() + "+02:00",
    "mixed": lambda m: m.isoformat() + ("Z" if m.day % 2 else ""),
    "comma": lambda m: f"{m:%Y-%m-%d %H:%M:%S},000",
    "compact": lambda m: f"{m:%Y%m%dT%H%M%SZ}",
    "rfc 2822": lambda m: format_datetime(m.replace(tzinfo=dt.UTC), usegmt=True),
    "rfc 2822 offset": lambda m: format_datetime(m.replace(tzinfo=dt.UTC)),
    "asctime": lambda m: f"{m:%a %b %d %H:%M:%S %Y}",
    "date": lambda m: f"{m:%a %b %d %H:%M:%S} UTC {m:%Y}",
    "javascript": lambda m: f"{m:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)",
    "sas": lambda m: f"{m:%d%b%Y:%H:%M:%S}".upper(),
    "us": lambda m: f"{m:%m/%d/%Y %I:%M:%S %p}",
    "us short": lambda m: f"{m:%m/%d/%y %H:%M:%S}",
    "german": lambda m: f"{m:%d.%m.%y %H:%M:%S}",
    "compact digits": lambda m: f"{m:%Y%m%d%H%M%S}",
    "camera": lambda m: f"{m:%Y:%m:%d %H:%M:%S}",
    "java": lambda m: (m + dt.timedelta(hours=2)).isoformat() + "+02:00[Europe/Berlin]",
    "oracle": lambda m: f"{m:%d-%b-%y %I.%M.%S}.000000000 {m:%p}".upper(),
    "spanish halves": lambda m: f"{m:%d/%m/%Y %I:%M:%S} {'p' if m.hour > 11 else 'a'}. m.",
    "german clock": lambda m: f"{m:%d.%m.%Y, %H:%M:%S} Uhr",
    "points": lambda m: f"{m:%d.%m.%Y %H.%M.%S}",
    "db2": lambda m: f"{m:%Y-%m-%d-%H.%M.%S}.000000",
}
DAYS = {
    "iso": lambda m: f"{m:%Y-%m-%d}",
    "compact": lambda m: f"{m:%Y%m%d}",
    "d/m/yy": lambda m: f"{m:%d/%m/%y}",
    "d.m.yy": lambda m: f"{m.day}.{m.month}.{m:%y}",
    "d.m.yyyy": lambda m: f"{m.day}.{m.month}.{m.year}",
    "d.m.yyyy.": lambda m: f"{m.day}.{m.month}.{m.year}.",
    "yyyy.mm.dd.": lambda m: f"{m:%Y.%m.%d}.",
    "yyyy. m. d.": lambda m: f"{m.year}. {m.month}. {m.day}.",
    "underscores": lambda m: f"{m:%Y_%m_%d}",
    "korean": lambda m: f"{m.year}년 {m.month}월 {m.day}일",
    "d. m. yyyy": lambda m: f"{m.day}. {m.month}. {m.year}",
    "m/d/yy": lambda m: f"{m.month}/{m.day}/{m:%y}",
    "yy-mm-dd": lambda m: f"{m:%y-%m-%d}",
    "mon d yyyy": lambda m: f"{m:%b %d %Y}",
    "mon d, yyyy": lambda m: f"{m:%B} {m.day}, {m.year}",
    "d mon yy": lambda m: f"{m:%d-%b-%y}",
    "weekday": lambda m: f"{m:%A, %B} {m.day}, {m.year}",
    "ordinal": lambda m: f"{m.day}th {m:%B} {m.year}",
    "japanese": lambda m: f"{m.year}年{m.month}月{m.day}日",
}


def seconds(value: dt.datetime) -> float:
    return value.replace(tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize("name", EXACT)
def test_moments_in_every_spelling(name: str) -> None:
    column, values = column_of_csv([EXACT[name](m) for m in MOMENTS], ";")
    assert column.kind == "date"
    assert values.tolist() == [seconds(m) for m in MOMENTS]
    assert rescore(column, [EXACT[name](MOMENTS[7])]) == [seconds(MOMENTS[7])]


@pytest.mark.parametrize("name", DAYS)
def test_days_in_every_spelling(name: str) -> None:
    days = [m.replace(hour=0, minute=0, second=0) for m in MOMENTS]
    column, values = column_of_csv([DAYS[name](m) for m in days], ";")
    assert column.kind == "date"
    assert values.tolist() == [seconds(m) for m in days]
    assert rescore(column, [DAYS[name](days[7])]) == [seconds(days[7])]


@given(
    st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)), min_size=2, max_size=10),
    st.sampled_from(sorted(set(DAYS) - {"yy-mm-dd"})),
)
def test_any_days_in_any_spelling(days: list[dt.date], name: str) -> None:
    # The 25th and the 13th tell days from months; many days tell them from years.
    known = [
        dt.date(2001, 1, 25),
        dt.date(2001, 3, 13),
        *(dt.date(2001, 5, i) for i in range(1, 31)),
    ]
    moments = [dt.datetime.combine(day, dt.time()) for day in [*known, *days]]
    column, values = column_of_csv([DAYS[name](m) for m in moments], ";")
    assert column.kind == "date"
    assert values.tolist() == [seconds(m) for m in moments]


def test_shapes_may_be_mixed_in_one_column() -> None:
    cells = [
        "2019-01-15 08:30:05",
        "2019-01-18",
        "2019-01-21T10:00:00+02:00",
        "20190124",
        "2019/02/01",
    ]
    column, values = column_of_csv([*cells, *cells])
    assert column.kind == "date"
    expected = [dt.datetime(2019, 1, 15, 8, 30, 5), dt.datetime(2019, 1, 18)]
    expected += [dt.datetime(2019, 1, 21, 8), dt.datetime(2019, 1, 24), dt.datetime(2019, 2, 1)]
    assert values[:5].tolist() == [seconds(m) for m in expected]


def test_the_order_is_decided_by_the_whole_column_and_said() -> None:
    cells = ["03/04/19", "05/06/19", "25/12/19"]
    column, values = column_of_csv(cells)
    assert values[0] == seconds(dt.datetime(2019, 4, 3))
    assert "dates are read as day, month, year" in column.remarks[0]
    column, values = column_of_csv(["03/04/2019", "05/06/2019"])
    assert values[0] == seconds(dt.datetime(2019, 3, 4))
    assert column.remarks == (
        '"03/04/2019" is read as month, day, year, a guess: the cells do not show the order',
    )
    column, values = column_of_csv(["03.04.19", "05.06.19"])
    assert values[0] == seconds(dt.datetime(2019, 4, 3))
    assert "a guess: the cells do not show the order" in column.remarks[0]


@pytest.mark.parametrize("name", ["born", "x"])
def test_birthdays_are_in_the_century_that_the_column_supports(name: str) -> None:
    days = [dt.date(1940, 5, 3) + dt.timedelta(days=61 * i) for i in range(390)]
    column, values = column_of_csv([f"{day:%d-%b-%y}" for day in days], name=name)
    assert values.tolist() == [seconds(dt.datetime.combine(d, dt.time())) for d in days]
    assert column.remarks == ("years have two digits and are taken as 1940 to 2005",)
    assert rescore(column, ["03-May-40"]) == [values[0]]


def test_two_digit_years_of_other_kinds() -> None:
    def years(short: list[int], name: str = "v") -> list[int]:
        _, values = column_of_csv(
            [f"1{d}-May-{yy:02d}" for yy in short for d in range(9)], name=name
        )
        return sorted({dt.datetime.fromtimestamp(v, dt.UTC).year for v in values})

    assert years([15, 19, 20]) == [2015, 2019, 2020]
    assert years([95, 99, 3]) == [1995, 1999, 2003]
    assert years([25, 30, 45]) == [2025, 2030, 2045]
    assert years([35, 45, 60], "birthdate") == [1935, 1945, 1960]
    assert years([40, 60, 75, 99]) == [1940, 1960, 1975, 1999]


@pytest.mark.parametrize(
    "word",
    ["0000-00-00", "0000-00-00 00:00:00", "00/00/0000", r"\N", "1/0/1900", "00.01.1900 00:00"],
)
def test_dates_of_zeros_are_missing(word: str) -> None:
    cells = [word if i % 10 == 0 else f"2019-01-{1 + i % 28:02d}" for i in range(60)]
    column, values = column_of_csv(cells)
    assert (column.kind, column.missing) == ("date", 6)
    assert np.isnan(values[0])


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["Jan 2019", "Feb 2019", "Mar 2020"], dt.datetime(2019, 1, 1)),
        (["2019-01", "2019-02", "2020-12"], dt.datetime(2019, 1, 1)),
        (["01/2019", "02/2019", "12/2020"], dt.datetime(2019, 1, 1)),
        (["2019Q2", "2019Q3", "2020Q1"], dt.datetime(2019, 4, 1)),
        (["Q2 2019", "Q3 2019", "Q1 2020"], dt.datetime(2019, 4, 1)),
        (["2019-W03", "2019-W04", "2020-W53"], dt.datetime(2019, 1, 14)),
    ],
)
def test_months_quarters_and_weeks(cells: list[str], first: dt.datetime) -> None:
    column, values = column_of_csv(cells)
    assert column.kind == "date"
    assert values[0] == seconds(first)


@pytest.mark.parametrize(
    "cells",
    [
        ["2009-10", "2010-11", "2011-12"],
        ["1.2.3", "1.2.4", "1.10.0"],
        ["10-20-30-40", "1-2-3-4"],
        ["12-34", "10-11", "11-12"],
        ["192.168.1.10", "10.0.0.1"],
        ["15 Main Street", "3 May Road"],
    ],
)
def test_what_is_no_date(cells: list[str]) -> None:
    assert column_of_csv(cells)[0].kind != "date"


def test_compact_days_are_dates_typed_as_well() -> None:
    days = [20190115 + i for i in range(12)]
    column, values = column_of(days)
    assert column.kind == "date"
    assert values[0] == seconds(dt.datetime(2019, 1, 15))
    assert column.remarks == ('"20190115" is read as a date: year, month, day',)
    assert rescore(column, ["20190115", "2019-01-15"]) == [values[0]] * 2
    assert rescore(column, pl.Series([20190115.0])) == [values[0]]
    assert column_of([20190115 + 7 * i for i in range(30)])[0].kind == "number"
    minutes = [201901150830 + i for i in range(12)]
    column, values = column_of(minutes)
    assert column.kind == "date"
    assert values[0] == seconds(dt.datetime(2019, 1, 15, 8, 30))
    assert column_of([201901150855 + i for i in range(12)])[0].kind == "number"


def test_what_keeps_a_column_from_being_dates_is_said() -> None:
    cells = [f"soon {i}" if i % 9 == 0 else f"2019-01-{1 + i % 28:02d}" for i in range(90)]
    column, _ = column_of_csv(cells)
    assert column.kind == "category"
    assert '10 cells such as "soon 0" keep this from being dates' in column.remarks


def test_years_of_two_digits_in_a_column_of_four_are_no_dates() -> None:
    column, _ = column_of_csv([f"{1 + i}/12/2019" for i in range(20)])
    assert np.isnan(rescore(column, ["5/12/19"]))


def test_times_that_order_the_rows_are_read_as_inputs_are() -> None:
    frame = csv_frame([f"{m:%d/%m/%y};1" for m in MOMENTS], "t;a")
    notes: list[str] = []
    days = [m.replace(hour=0, minute=0, second=0) for m in MOMENTS]
    assert read_times(frame, "t", notes).tolist() == [seconds(m) for m in days]
    assert "day, month, year" in notes[0]
    codes = csv_frame([f"{i:07d};1" for i in range(30)], "t;a")
    assert read_times(codes, "t", []).tolist() == [float(i) for i in range(30)]


@given(st.text(max_size=20), st.sampled_from(["ymd", "dmy", "mdy", ""]), st.sampled_from([0, 1969]))
def test_any_text_is_a_moment_or_not(text: str, order: str, century: int) -> None:
    found = moment(text, order, century)  # type: ignore[arg-type]
    assert found is None or isinstance(found, int)


@given(st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 31)))
def test_iso_moments_are_exact(value: dt.datetime) -> None:
    expected = (value - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    assert moment(value.isoformat(), "ymd", 0) == expected
    assert moment(value.isoformat(sep=" "), "dmy", 1969) == expected
