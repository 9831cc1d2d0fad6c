import datetime

import polars as pl
import pytest

from trueodds.columns.dates import date_format, parse_any_date, parse_dates, seconds


@pytest.mark.parametrize(
    ("text", "pattern", "moment"),
    [
        ("2016-04-29", "%Y-%m-%d", "2016-04-29T00:00:00"),
        ("2016/04/29", "%Y/%m/%d", "2016-04-29T00:00:00"),
        ("29.04.2016", "%d.%m.%Y", "2016-04-29T00:00:00"),
        ("29/04/2016", "%d/%m/%Y", "2016-04-29T00:00:00"),
        ("04/29/2016", "%m/%d/%Y", "2016-04-29T00:00:00"),
        ("04/05/2016", "%m/%d/%Y", "2016-04-05T00:00:00"),
        ("29-Apr-2016", "%d-%b-%Y", "2016-04-29T00:00:00"),
        ("29APR2016", "%d %b %Y", "2016-04-29T00:00:00"),
        ("Apr 29, 2016", "%b %d, %Y", "2016-04-29T00:00:00"),
        ("2016-04-29 18:38", "%Y-%m-%d %H:%M", "2016-04-29T18:38:00"),
        ("2016-04-29 18:38:08.5", "%Y-%m-%d %H:%M:%S%.f", "2016-04-29T18:38:08.5"),
        ("04/29/2016 6:38 PM", "%m/%d/%Y %I:%M %p", "2016-04-29T18:38:00"),
        ("2016-04-29T18:38:08Z", "%Y-%m-%dT%H:%M:%S%.f%#z", "2016-04-29T18:38:08"),
        ("2016-04-29T18:38:08.25+02:00", "%Y-%m-%dT%H:%M:%S%.f%#z", "2016-04-29T16:38:08.25"),
        ("2016-04-29 18:38:08+0200", "%Y-%m-%d %H:%M:%S%.f%#z", "2016-04-29T16:38:08"),
    ],
)
def test_common_formats(text: str, pattern: str, moment: str) -> None:
    column = pl.Series([text])
    assert date_format(column) == pattern
    utc = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC)
    assert seconds(parse_dates(column, pattern)).tolist() == [utc.timestamp()]


@pytest.mark.parametrize("text", ["12-34", "1.2.3", "abc", "20160429", "10-20-30-40", "1-5", ""])
def test_codes_are_no_dates(text: str) -> None:
    assert date_format(pl.Series([text])) == ""


def test_one_format_reads_the_whole_column() -> None:
    assert date_format(pl.Series(["03/04/2020", "13/04/2020"])) == "%d/%m/%Y"
    assert date_format(pl.Series(["2020-01-01", "01/02/2020"])) == ""
    mostly = [f"0{1 + i % 9}/{1 + i % 12:02d}/{2000 + i % 20}" for i in range(180)]
    assert date_format(pl.Series([*mostly, "13/01/2020"]).unique()) == "%d/%m/%Y"


def test_typed_dates_and_zones() -> None:
    expected = [1.5, None]
    for unit in ("ms", "us", "ns"):
        moment = [datetime.datetime(1970, 1, 1, 0, 0, 1, 500_000), None]
        column = pl.Series(moment, dtype=pl.Datetime(unit))  # type: ignore[arg-type]
        assert seconds(column)[:1].tolist() == expected[:1]
        zoned = column.dt.replace_time_zone("Europe/Berlin")
        assert seconds(zoned)[0] == 1.5 - 3600
    assert seconds(pl.Series([datetime.date(1970, 1, 2)])).tolist() == [86400.0]


def test_iso_text_for_a_column_once_typed() -> None:
    column = pl.Series(["1970-01-02", "1970-01-01T00:00:02", "1970-01-01 00:00:03Z", "x", None])
    assert parse_any_date(column).is_null().to_list() == [False, False, False, True, True]
    assert seconds(parse_any_date(column))[:3].tolist() == [86400.0, 2.0, 3.0]


def test_a_cell_at_which_polars_panics_is_no_date() -> None:
    cells = pl.Series(["17 SepT0999", "17 SEPTEMBER 2020", "1 may2020"])
    found = parse_dates(cells, "%d %B %Y").dt.date().to_list()
    assert found == [None, datetime.date(2020, 9, 17), datetime.date(2020, 5, 1)]
