"""Cells of other languages and habits: read as what they mean, or left as words, and said."""

import array
import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from spelled import column_of, column_of_csv
from trueodds.columns import infer_schema, read_target, to_values
from trueodds.columns.durations import microseconds
from trueodds.columns.labels import guess_yes
from trueodds.errors import TableError
from trueodds.table import as_frame

YEAR, MONTH, DAY = 31_557_600.0, 2_629_800.0, 86_400.0


def cycled(cells: list[str], rows: int = 60) -> list[str]:
    return [cells[i % len(cells)] for i in range(rows)]


@pytest.mark.parametrize(
    ("cells", "expected", "said"),
    [
        (["١٢٣", "٤٥٦", "٧"], [123, 456, 7], ""),
        (["۱۲٫۵", "۳٫۴", "۷٬۰۰۰٫۱"], [12.5, 3.4, 7000.1], ""),
        (["१२३", "४५६"], [123, 456], ""),
        (["১২", "৩"], [12, 3], ""),
        (["๑๒", "๓"], [12, 3], ""),
        (["１２３．５", "－４", "（７）"], [123.5, -4, -7], ""),
        (["￥1,200", "￥350", "￥9,999"], [1200, 350, 9999], "as ¥ has no cents"),
        (["1,200円", "350円"], [1200, 350], "as ¥ has no cents"),
        (["₩1,200", "₩1,350"], [1200, 1350], "as ₩ has no cents"),
        (["Rp 1.200", "Rp 350"], [1200, 350], "as rp has no cents"),
        (["1,200", "350", "9,150"], [1200, 350, 9150], "numbers below 1,000 have no comma"),
        (["65+", "30", "41"], [65, 30, 41], '"65+" is read as 65: the sign behind does not count'),
        (
            ["120-", "35", "41"],
            [-120, 35, 41],
            '"120-" is read as -120: the sign behind counts for all',
        ),
        (["1:30 h", "0:45 h"], [5400, 2700], ""),
        (["٨:٣٠", "٩:٠٥"], [30600, 32700], ""),
        (["2 Std. 30 Min.", "45 Min."], [9000, 2700], ""),
        (["2 jours", "1 jour et 3 heures"], [2 * DAY, DAY + 10800], ""),
        (["3 días", "1 día 2 horas"], [3 * DAY, DAY + 7200], ""),
        (["2yr 3mo", "0yr 11mo"], [2 * YEAR + 3 * MONTH, 11 * MONTH], "a year counts as 365.25"),
        (["P1Y2M", "P3M"], [YEAR + 2 * MONTH, 3 * MONTH], "a month as a twelfth of it"),
        (["1 year 2 mons 3 days 04:05:06", "00:00:09"], [YEAR + 2 * MONTH + 273906, 9], "365.25"),
    ],
)
def test_numbers_and_durations(cells: list[str], expected: list[float], said: str) -> None:
    column, values = column_of_csv(cycled(cells), ";")
    assert column.kind == "number"
    assert values[: len(cells)].tolist() == pytest.approx(expected, rel=1e-12)
    assert said in " ".join(column.remarks)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1+", "1-", "2", "2-", "3+"], 'cells such as "1+" and "1-" are read as grades'),
        (["100.00", "20.50 CR", "3.00"], 'cells such as "20.50 CR" may be credits or debits'),
        (["00E1", "01E2", "12E3"], 'read as codes, since leading zeros count, such as "00E1"'),
        (["a\u200b", "a", "b"], "differ in case, blanks or Unicode form only"),
        (["é", "e\u0301", "a"], "differ in Unicode form only and are two levels"),
    ],
)
def test_cells_that_stay_words(cells: list[str], said: str) -> None:
    column, codes = column_of_csv(cycled(cells), ";")
    assert column.kind == "category"
    assert len(set(codes[: len(cells)].tolist())) == len(cells)
    assert said in " ".join(column.remarks)


@pytest.mark.parametrize(
    "cells",
    [
        ["Montag, 4. März 2024", "Dienstag, 31. Dezember 2024"],
        ["lundi 4 mars 2024", "mardi 31 décembre 2024"],
        ["lunes, 4 de marzo de 2024", "martes, 31 de diciembre de 2024"],
        ["segunda-feira, 4 de março de 2024", "terça-feira, 31 de dezembro de 2024"],
        ["Mo., 04.03.2024", "Di., 31.12.2024"],
        ["måndag 4 mars 2024", "tisdag 31 december 2024"],
        ["Mar  4 2024 12:00AM", "Dec 31 2024 12:00AM"],
        ["２０２４／０３／０４", "２０２４／１２／３１"],
        ["٢٠٢٤-٠٣-٠٤", "٢٠٢٤-١٢-٣١"],
    ],
)
def test_dates(cells: list[str]) -> None:
    column, moments = column_of_csv(cycled(cells), ";")
    assert column.kind == "date"
    days = [dt.datetime(2024, 3, 4, tzinfo=dt.UTC), dt.datetime(2024, 12, 31, tzinfo=dt.UTC)]
    assert moments[:2].tolist() == [day.timestamp() for day in days]


def test_years_of_one_unit_stay_numbers() -> None:
    column, values = column_of_csv(cycled(["2 years", "1 year", "5 years"]))
    assert (column.number_style, column.unit, values[:3].tolist()) == (
        *("decimal_point", "year"),
        [2.0, 1.0, 5.0],
    )


@pytest.mark.parametrize("text", ["3 mo 1 y and", "P1M2Y", "1 day 4 apples", "1 year 99:99"])
def test_no_durations(text: str) -> None:
    assert microseconds(text) is None


@pytest.mark.parametrize(
    ("no", "yes"),
    [
        *(("nein", "ja"), ("non", "oui"), ("no", "sí"), ("não", "sim"), ("нет", "да")),
        *(("いいえ", "はい"), ("否", "是"), ("nie", "tak"), ("hayır", "evet"), ("N", "J")),
        *(("n", "o"), ("N", "S"), ("Н", "Д")),
    ],
)
def test_yes_in_other_languages(no: str, yes: str) -> None:
    # The rarer label would be the other one.
    assert guess_yes({yes: 60, no: 40})[:2] == (no, yes)
    target = read_target(pl.Series("y", [yes] * 60 + [no] * 40))
    assert (target.yes, int(target.y.sum())) == (yes, 60)


def kinds(X: Any) -> dict[str, str]:
    return {c.name: c.number_style or c.kind for c in infer_schema(as_frame(X)).columns}


def values(X: Any) -> list[float]:
    frame = as_frame(X)
    return list(to_values(frame, infer_schema(frame)).numbers["v"][:2])


def test_narrow_arrays_have_the_values_of_their_text() -> None:
    floats = array.array("f", [0.1, 0.2, 0.3])
    assert values({"v": floats}) == values({"v": memoryview(floats)}) == [0.1, 0.2]


def test_categories_of_dates_are_dates() -> None:
    days = pd.Categorical(pd.to_datetime(["2020-01-01", "2020-02-01", None]))
    column, moments = column_of(as_frame(pd.DataFrame({"v": days})).data["v"])
    assert column.kind == "date"
    assert moments[:2].tolist() == [1577836800.0, 1580515200.0]
    assert np.isnan(moments[2])


def test_intervals() -> None:
    relation = duckdb.sql("select interval (i) hour as v, i % 3 as z from range(9) t(i)")
    assert kinds(relation)["v"] == "duration"
    assert values(relation) == [0.0, 3600.0]
    cells = pa.array([(1, 2, 3_000), None, (-1, 0, 0)], pa.month_day_nano_interval())
    assert values(pa.table({"v": cells}))[0] == MONTH + 2 * DAY + 3e-6


def test_cursors_name_their_columns() -> None:
    with sqlite3.connect(":memory:") as connection:
        cursor = connection.execute("select 1.5 as v, 'a' as z union select 2.5, 'b'")
        assert as_frame(cursor).names == ("v", "z")
        with pytest.raises(TableError, match="the Cursor has no result to read: execute a query"):
            as_frame(connection.cursor())


@pytest.mark.parametrize("given", ["t.csv", Path("t.csv")])
def test_paths_are_no_tables(given: Any) -> None:
    with pytest.raises(TableError, match=r"is no table in memory: give what .*read_table\(path\)"):
        as_frame(given)


def test_uuids_are_text(recwarn: pytest.WarningsRecorder) -> None:
    cells = pa.array([bytes([i]) * 16 for i in range(4)], pa.uuid())
    assert as_frame(pa.table({"v": cells})).data["v"][1] == "01010101-0101-0101-0101-010101010101"
    assert not recwarn.list
