import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns import Column, Schema, infer_schema, to_values
from trueodds.errors import TableError
from trueodds.table import Frame, as_frame


def one(column: Column, cells: list[Any], dtype: Any = None) -> list[Any]:
    series = pl.Series(column.name, cells, dtype=dtype, strict=False)
    values = to_values(as_frame(pl.DataFrame([series])), Schema((column,), 1))
    got = values.numbers.get(column.name, values.codes.get(column.name))
    assert got is not None
    return [None if x != x else x for x in got.tolist()]


NUMBER = Column("n", "number")
LEVELS = Column("c", "category", levels=("a", "1", "2.5", "none", "007"))
YESNO = Column("b", "yesno", levels=("false", "true"))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", " 2.5 ", "", "?", "none", "inf", "x"], [1.0, 2.5, None, None, None, np.inf, None]),
        ([1, None, 3], [1.0, None, 3.0]),
        ([True, False, None], [1.0, 0.0, None]),
        (["True", "false", "2"], [1.0, 0.0, 2.0]),
        ([0.1, float("nan"), float("-inf")], [0.1, None, -np.inf]),
        ([datetime.date(2020, 1, 1)], [None]),
        ([None, None], [None, None]),
        ([datetime.timedelta(seconds=2)], [2.0]),
        ([[1], [2]], [None, None]),
    ],
)
def test_a_number_column_however_it_comes(cells: list[Any], expected: list[Any]) -> None:
    assert one(NUMBER, cells) == expected


def test_number_styles() -> None:
    assert one(Column("n", "number", number_style="thousands"), ["1,234.5", "7", "1,5"]) == [
        *(1234.5, 7.0, None)
    ]
    assert one(Column("n", "number", number_style="comma"), ["1.234,5", "7", "1,5"]) == [
        *(1234.5, 7.0, 1.5)
    ]
    assert one(NUMBER, ["1,234.5", "1e3", "$5"]) == [None, 1000.0, 5.0]


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        (LEVELS, ["a", " a ", "b", "", None, "NA"], [0, 0, -2, -1, -1, -1]),
        (LEVELS, ["1", "1.0", "2.50", "7", "none", "A"], [1, 1, 2, 4, 3, -2]),
        (LEVELS, [1, 7, 9, None], [1, 4, -2, -1]),
        (LEVELS, [1.0, 2.5, float("nan")], [1, 2, -1]),
        (LEVELS, [None, None], [-1, -1]),
        (YESNO, [True, False, None], [1, 0, -1]),
        (YESNO, ["True", "FALSE", "1", "no", "maybe", ""], [1, 0, 1, 0, -2, -1]),
        (YESNO, [1, 0, 2], [1, 0, -2]),
        (Column("b", "yesno", levels=("No", "Yes")), ["yes", "NO", "'Yes'", True], [1, 0, 1, 1]),
        (Column("b", "yesno", levels=("male", "female")), ["Male", "x"], [0, -2]),
        (Column("b", "yesno", levels=("a", "A")), ["A", "a"], [1, 0]),
        (Column("c", "category", levels=()), ["x", ""], [-2, -1]),
    ],
)
def test_codes(column: Column, cells: list[Any], expected: list[int]) -> None:
    dtype = pl.String if any(isinstance(c, str) for c in cells) else None
    cells = ["true" if c is True and dtype else c for c in cells]
    assert one(column, cells, dtype) == expected
    if dtype:
        assert one(column, cells, pl.Categorical) == expected


def test_dates_however_they_come() -> None:
    text = Column("d", "date", date_format="%d/%m/%Y")
    assert one(text, ["02/01/1970", "1970-01-02", "x", "", "31/02/1970"]) == [
        *(86400.0, 86400.0, None, None, None)
    ]
    assert one(text, [datetime.date(1970, 1, 2)]) == [86400.0]
    typed = Column("d", "date")
    assert one(typed, ["1970-01-02", "1970-01-01T00:00:01Z"]) == [86400.0, 1.0]
    assert one(typed, [datetime.datetime(1970, 1, 1, 0, 0, 2)]) == [2.0]
    assert one(typed, [5, 6]) == [None, None]


def test_odd_cells_are_counted_aloud() -> None:
    frame = Frame(pl.DataFrame({"n": ["1", "abc", "?", "def"]}), ("n",), "new.csv", 2)
    values = to_values(frame, Schema((NUMBER,), 1))
    assert values.notes == (
        'column "n": 2 cells are no numbers and count as missing, such as "abc" (new.csv, line 3)',
    )
    single = to_values(frame.take(np.array([1])), Schema((NUMBER,), 1))
    assert "1 cell is no number and counts as missing" in single.notes[0]
    assert to_values(frame.take(np.array([0, 2])), Schema((NUMBER,), 1)).notes == ()


def test_other_order_and_extra_columns() -> None:
    schema = infer_schema(as_frame({"a": [1, 2], "b": ["x", "y"], "k": [1, 1]}))
    values = to_values(as_frame({"z": [0], "b": ["y"], "a": [5]}), schema)
    assert values.numbers["a"].tolist() == [5.0]
    assert schema.columns[1].levels[values.codes["b"][0]] == "y"


def test_missing_columns_are_named() -> None:
    schema = infer_schema(as_frame({"age": [1, 2], "b": ["x", "y"]}))
    with pytest.raises(TableError, match=r'no column "age": did you mean "Age"\?'):
        to_values(as_frame({"Age": [1], "b": ["x"]}), schema)
    with pytest.raises(TableError, match='lacks 2 columns that are needed: "age", "b"'):
        to_values(as_frame({"c": [1]}), schema)


cells = st.one_of(
    st.none(),
    st.sampled_from(
        ["1", "2.50", "x", "y", "1,234", "none", "NA", "true", "2020-01-01", "inf", "-"]
    ),
    st.text(max_size=4),
    st.floats().map(repr),
)
objects = st.one_of(cells, st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes())


@given(
    st.lists(st.sampled_from(["1", "2.5", "x", "y", "none", "2020-01-01", ""]), min_size=2),
    st.lists(cells, min_size=1, max_size=8),
)
def test_a_row_of_text_has_its_value_whatever_the_batch(
    train: list[str], new: list[str | None]
) -> None:
    schema = infer_schema(as_frame(pl.DataFrame({"c": train})))
    frame = as_frame(pl.DataFrame({"c": pl.Series(new, dtype=pl.String)}))
    together = to_values(frame, schema)
    for row in range(frame.rows):
        alone = to_values(frame.take(np.array([row])), schema)
        for kind in ("numbers", "codes"):
            for name, found in getattr(alone, kind).items():
                same = np.array_equal(
                    found, getattr(together, kind)[name][[row]], equal_nan=kind[0] == "n"
                )
                assert same


@given(
    st.sampled_from(
        [
            *(NUMBER, YESNO, LEVELS, Column("n", "number", number_style="comma")),
            *(Column("d", "date"), Column("d", "date", date_format="%d/%m/%Y")),
        ]
    ),
    st.lists(objects, min_size=1, max_size=6),
)
def test_a_python_object_has_its_value_whatever_its_neighbours(
    column: Column, new: list[Any]
) -> None:
    schema = Schema((column,), 1)

    def read(batch: list[Any]) -> list[float]:
        values = to_values(as_frame({column.name: batch}), schema)
        return [*values.numbers.values(), *values.codes.values()][0].tolist()

    together = read(new)
    alone = [read([cell])[0] for cell in new]
    assert np.array_equal(together, alone, equal_nan=True)
