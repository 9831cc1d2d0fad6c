"""Dates' parts and differences against Python's own calendar."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.features.derive import Derived, derive, derived_sources

EPOCH = datetime(1970, 1, 1)
moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59))
ALL = (
    Derived("m", "month", ("d",)),
    Derived("w", "weekday", ("d",)),
    Derived("h", "hour", ("d",)),
    Derived("between", "days_between", ("d", "e")),
    Derived("calendar", "calendar_days_between", ("d", "e")),
)


def of(d: list[float], e: list[float] | None = None) -> Values:
    return Values(len(d), {"d": np.array(d), "e": np.array(d if e is None else e)}, {})


def seconds(moment: datetime) -> float:
    return (moment.replace(microsecond=0) - EPOCH) / timedelta(seconds=1)


@settings(deadline=None)
@given(moments, moments)
def test_parts_and_differences_are_those_of_the_calendar(first: datetime, second: datetime) -> None:
    made = derive(of([seconds(first)], [seconds(second)]), ALL)
    first, second = first.replace(microsecond=0), second.replace(microsecond=0)
    assert made["m"][0] == first.month
    assert made["w"][0] == first.weekday()
    clock = first - first.replace(hour=0, minute=0, second=0)
    assert made["h"][0] == pytest.approx(clock / timedelta(hours=1))
    assert made["between"][0] == pytest.approx((second - first) / timedelta(days=1), abs=1e-9)
    assert made["calendar"][0] == (second.date() - first.date()).days


def test_known_moment() -> None:
    moment = datetime(2016, 4, 29, 18, 38, 8, tzinfo=UTC).timestamp()
    made = derive(of([moment]), ALL)
    assert (made["m"][0], made["w"][0]) == (4, 4)  # April, Friday
    assert made["h"][0] == pytest.approx(18 + 38 / 60 + 8 / 3600)


@settings(deadline=None)
@given(st.floats(), st.floats())
def test_extreme_dates_are_a_part_or_missing(first: float, second: float) -> None:
    made = derive(of([first, 0.0], [second, 0.0]), ALL)
    for name, low, high in (("m", 1, 12), ("w", 0, 6), ("h", 0, 24)):
        value = made[name][0]
        assert np.isnan(value) or low <= value <= high
        assert not np.isnan(made[name][1])
    alone = derive(of([first], [second]), ALL)
    for name, values in alone.items():
        assert np.array_equal(values[:1], made[name][:1], equal_nan=True)


def test_a_missing_date_is_missing_in_all_that_comes_from_it() -> None:
    made = derive(of([np.nan], [0.0]), ALL)
    assert all(np.isnan(values[0]) for values in made.values())


def schema_of(*names: str) -> Schema:
    return Schema(tuple(Column(name, "date") for name in names), 0)


def test_constant_quantities_are_left_out() -> None:
    days = [86400.0 * day for day in range(40)]  # midnights
    names = [d.name for d in derived_sources(of(days), schema_of("d", "e"))]
    assert "month of d" in names
    assert "weekday of d" in names
    assert "hour of d" not in names
    assert not any("between" in name for name in names)


def test_names_stay_unique_beside_columns_and_each_other() -> None:
    rng = np.random.default_rng(0)
    names = ("a", "b and c", "a and b", "c", "month of a")
    values = Values(50, {name: rng.uniform(0, 1e9, 50) for name in names}, {})
    schema = schema_of(*names)
    made = [d.name for d in derived_sources(values, schema)]
    assert len(set(made)) == len(made)
    assert not set(made) & set(names)


def test_json_round_trip() -> None:
    for source in ALL:
        assert msgspec.convert(msgspec.to_builtins(source), Derived) == source
