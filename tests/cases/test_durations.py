"""Durations and times of day are one quantity in every shape."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelled import column_of, column_of_csv, rescore
from trueodds.columns.durations import microseconds
from trueodds.table import as_frame, write_scored

TIMES = [dt.time(19, 24), dt.time(2, 8), dt.time(0, 59), dt.time(14, 35, 7)]
TOOK = [
    dt.timedelta(days=4, seconds=6247),
    dt.timedelta(seconds=76784),
    dt.timedelta(days=-1, seconds=5),
]
SECONDS_OF_DAY = [69840.0, 7680.0, 3540.0, 52507.0]


def polars_text(value: dt.timedelta) -> str:
    return str(pl.Series([value]).dt.to_string("polars")[0])


def iso_text(value: dt.timedelta) -> str:
    return str(pl.Series([value]).dt.to_string("iso")[0])


@pytest.mark.parametrize("spell", [str, lambda v: str(pd.Timedelta(v)), polars_text, iso_text])
@given(
    values=st.lists(st.timedeltas(dt.timedelta(-999), dt.timedelta(999)), min_size=2, max_size=8)
)
def test_durations_in_every_spelling(spell, values: list[dt.timedelta]) -> None:  # type: ignore[no-untyped-def]
    values = [*values, dt.timedelta(days=1, seconds=61), dt.timedelta(hours=5)]
    expected = [value / dt.timedelta(microseconds=1) / 1e6 for value in values]
    column, typed = column_of(values)
    assert typed.tolist() == expected
    words, found = column_of_csv([spell(value) for value in values])
    assert words.number_style == column.number_style == "duration"
    assert found.tolist() == expected
    assert rescore(column, [spell(value) for value in values]) == expected


def test_times_of_day_in_every_shape() -> None:
    column, values = column_of(TIMES)
    assert values.tolist() == SECONDS_OF_DAY
    frames = [
        as_frame(pd.DataFrame({"v": TIMES})),
        as_frame(pa.table({"v": pa.array(TIMES, pa.time64("us"))})),
        as_frame(pa.table({"v": pa.array(TIMES, pa.time32("s"))})),
        as_frame([{"v": time} for time in TIMES]),
        as_frame({"v": TIMES}),
        as_frame(np.array(TIMES, dtype=object).reshape(-1, 1), names=["v"]),
        as_frame({"v": [time.isoformat() for time in TIMES]}),
        as_frame({"v": [time.strftime("%I:%M:%S %p") for time in TIMES]}),
        as_frame({"v": [time.strftime("%I:%M:%S%p").lower().lstrip("0") for time in TIMES]}),
    ]
    for frame in frames:
        assert rescore(column, frame.data["v"]) == SECONDS_OF_DAY
    for spelled in ([t.isoformat() for t in TIMES], [t.strftime("%I:%M:%S %p") for t in TIMES]):
        assert column_of_csv(spelled)[1].tolist() == SECONDS_OF_DAY
    for pattern in ("T%H:%M:%S", "%H:%M:%S+02:00", "%H:%M:%SZ", "%H:%M:%S Uhr", "%I:%M:%S %p"):
        cells = [t.strftime(pattern).replace("AM", "a. m.").replace("PM", "p. m.") for t in TIMES]
        assert column_of_csv(cells)[1].tolist() == SECONDS_OF_DAY
    assert column_of_csv(["14h30", "8h05", "23h00"])[1].tolist() == [52200.0, 29100.0, 82800.0]
    assert column_of_csv(["7 pm", "7:30 PM", "12am"])[1].tolist() == [68400.0, 70200.0, 0.0]
    assert column_of_csv(["08:30", "13:30", "27:15"])[1].tolist() == [30600.0, 48600.0, 98100.0]


def test_durations_in_every_container() -> None:
    column, expected = column_of(TOOK)
    frames = [
        as_frame(pd.DataFrame({"v": pd.Series(TOOK, dtype="timedelta64[ns]")})),
        as_frame(pd.DataFrame({"v": pd.Series(TOOK, dtype=pd.ArrowDtype(pa.duration("us")))})),
        as_frame(pd.DataFrame({"v": pd.Series(TOOK, dtype=object)})),
        as_frame(pa.table({"v": pa.array(TOOK, pa.duration("ms"))})),
        as_frame([{"v": value} for value in TOOK]),
        as_frame([{"v": pd.Timedelta(value)} for value in TOOK]),
        as_frame({"v": np.array(TOOK, dtype="timedelta64[ns]")}),
        as_frame(np.array(TOOK, dtype="timedelta64[s]").reshape(-1, 1), names=["v"]),
    ]
    for frame in frames:
        assert rescore(column, frame.data["v"]) == expected.tolist()


def test_a_lone_unit_that_may_be_another_is_a_unit() -> None:
    assert column_of_csv(["5 m", "7 m", "12 m"])[0].unit == "m"
    assert column_of_csv(["5 min", "7 min", "12 min"])[1].tolist() == [300.0, 420.0, 720.0]
    assert column_of_csv(["1h 5m", "2h", "5m"])[1].tolist() == [3900.0, 7200.0, 300.0]
    assert column_of_csv(["36 months", "60 months", "48 months"])[0].unit == "month"


@pytest.mark.parametrize(
    "text",
    [
        *("3:1", "24:60", "P", "PT", "PY", "13:00 pm", "1:2:3", "-", "12:30:61", "13 pm", "14h5"),
        *("8:30-17:00", "08:30+02:00", "08:30:00+15:00", "7", "T7", "1 day 7 pm"),
    ],
)
def test_what_is_no_duration(text: str) -> None:
    assert microseconds(text) is None


@given(st.text(max_size=12))
def test_any_text_is_read_or_not(text: str) -> None:
    found = microseconds(text)
    assert found is None or isinstance(found, int)


def test_durations_are_written_to_csv_and_read_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from trueodds.table import read_table

    frame = as_frame(pl.DataFrame({"took": TOOK, "at": TIMES[:3], "tags": [[1], [2], []]}))
    for ending in (".csv", ".tsv", ".jsonl", ".parquet"):
        write_scored(frame, np.array([0.1, 0.2, 0.3]), tmp_path / f"o{ending}")
        back = read_table(tmp_path / f"o{ending}")
        column, expected = column_of(TOOK)
        assert rescore(column, back.data["took"]) == expected.tolist()
    assert (tmp_path / "o.csv").read_text().splitlines()[
        1
    ] == "P4DT1H44M7S,19:24:00.000000000,[1],0.1"


def test_numpy_moments_of_any_unit_are_equal() -> None:
    days = pd.date_range("2021-01-15", periods=3)
    column, expected = column_of(days.strftime("%Y-%m-%d").to_list())
    for unit in ("D", "s", "ms", "us", "ns"):
        array = days.to_numpy().astype(f"datetime64[{unit}]")
        for cells in (array, list(array), [array[0], None, array[2]]):
            found = rescore(column, as_frame({"v": cells}).data["v"])
            assert found[0] == expected[0]
            assert found[2] == expected[2]
        assert rescore(column, as_frame([{"v": array[1]}]).data["v"]) == [expected[1]]
    assert np.isnan(rescore(column, as_frame({"v": [np.datetime64("NaT", "ns")]}).data["v"]))


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_times_of_a_parquet_file(tmp_path, unit: str) -> None:  # type: ignore[no-untyped-def]
    from pyarrow import parquet

    from trueodds.table import read_table, stream_table

    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"v": pa.array([*TIMES, None], pa.time32(unit))}), path)
    column, _ = column_of(TIMES)
    frames = [read_table(path), *stream_table(path, small=0, piece=500).frames]
    assert [frame.rows for frame in frames] == [5, 5]
    for frame in frames:
        assert rescore(column, frame.data["v"])[:4] == SECONDS_OF_DAY


def test_minutes_and_seconds_are_no_guess() -> None:
    column, _ = column_of_csv([f"{i:02}:{59 - i}.{i % 10}" for i in range(30)])
    assert column.kind != "number"
    assert column.remarks == (
        'cells such as "00:59.0" may be minutes and seconds: write them as 0:00:59.0',
    )
