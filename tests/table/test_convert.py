import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns import infer_schema, to_values
from trueodds.errors import TableError
from trueodds.table import Frame, as_column, as_frame


def test_arrays_of_every_kind() -> None:
    frame = as_frame(np.array([[1.5, np.nan], [2.0, 3.0]]))
    assert (frame.names, frame.source, frame.first_line) == (("x0", "x1"), "array", 0)
    assert as_frame(np.array([[1, 2]])).data.dtypes == [pl.Int64] * 2
    assert as_frame(np.array([[True]])).data.dtypes == [pl.Boolean]
    assert as_frame(np.array([["a", ""]])).data.rows() == [("a", "")]
    assert as_frame(np.array([[b"a"]])).data.rows() == [("a",)]
    mixed = as_frame(np.array([["a", 1, None], [None, 2.5, True]], dtype=object))
    assert mixed.data.rows() == [("a", 1.0, None), (None, 2.5, True)]
    for dtype in ("f2", "f4", "g", "i1", "u8"):
        assert as_frame(np.ones((2, 1), dtype=dtype)).data.to_series().sum() == 2
    masked = np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]])
    assert as_frame(masked).data.rows() == [(1.0, None)]
    assert as_frame(np.array([["2020-01-01"]], dtype="M8[D]")).data.dtypes == [pl.Datetime("us")]


def test_a_frame_without_copying_and_new_names() -> None:
    frame = as_frame(pl.DataFrame({"a": [1], "b": ["x"]}))
    assert as_frame(frame) is frame
    assert as_frame(frame, names=["u", "v"]).names == ("u", "v")
    assert as_frame(np.zeros((1, 2)), names=["u", "v"]).names == ("u", "v")
    with pytest.raises(TableError, match="1 names for 2 columns"):
        as_frame(frame, names=["u"])


def test_pandas_dtypes() -> None:
    days = pd.to_datetime(["2020-01-01", None])
    data = pd.DataFrame(
        {
            "cat": pd.Categorical(["a", None]),
            "catint": pd.Categorical([3, None]),
            "catbool": pd.Categorical([True, None]),
            "int": pd.array([2**60 + 1, None], dtype="Int64"),
            "bool": pd.array([True, None], dtype="boolean"),
            "float": pd.array([0.5, None], dtype="Float64"),
            "str": pd.array(["x", None], dtype="string"),
            "obj": ["x", 2],
            "day": days,
            "zone": days.tz_localize("Europe/Berlin"),
            "span": pd.to_timedelta(["1s", None]),
            "arrow": pd.array([1, None], dtype="int64[pyarrow]"),
            "none": [None, None],
        },
        index=[7, 7],
    )
    got = as_frame(data).data
    assert got.dtypes == [
        *(pl.Categorical, pl.Categorical, pl.Boolean, pl.Int64, pl.Boolean, pl.Float64),
        *(pl.String, pl.String, pl.Datetime("us"), pl.Datetime("us"), pl.Duration("us")),
        *(pl.Int64, pl.Null),
    ]
    first = [str(cell) for cell in got.row(0)]
    assert first == [
        *("a", "3", "True", str(2**60 + 1), "True", "0.5", "x", "x"),
        *("2020-01-01 00:00:00", "2019-12-31 23:00:00", "0:00:01", "1", "None"),
    ]
    assert got.row(1)[:7] == (None,) * 7
    assert got.row(1)[7] == "2"


def test_duplicate_and_odd_pandas_labels() -> None:
    data = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "a", 5, ("x", "y")])
    assert as_frame(data).names == ("a", "a.1", "5", "x_y")
    assert as_frame(pa.table([[1], [2]], names=["a", "a"])).data.rows() == [(1, 2)]


def test_dicts_and_lists() -> None:
    assert as_frame({"a": [1, None], 2: np.array([0.5, 1.5])}).data.rows() == [
        (1, 0.5),
        (None, 1.5),
    ]
    assert as_frame([{"a": 1}, {"b": "x"}]).data.rows() == [(1, None), (None, "x")]
    assert as_frame([[1, "a"], [2.5, None]]).data.rows() == [(1.0, "a"), (2.5, None)]
    assert as_frame(pl.LazyFrame({"a": [1]})).rows == 1
    objects = pl.DataFrame({"a": pl.Series([1, "x"], dtype=pl.Object)})
    assert as_frame(objects).data.rows() == [("1",), ("x",)]


@pytest.mark.parametrize(
    ("X", "found"),
    [
        (np.arange(3), "Expected 2D array, got 1D array instead.*Reshape your data"),
        (np.zeros((1, 2, 3)), "got 3D array"),
        (np.zeros((2, 2)) * 1j, "Complex data not supported"),
        (np.zeros((2, 0)), r"0 feature\(s\) \(shape=\(2, 0\)\) while a minimum of 1 is required"),
        (np.zeros((0, 2)), r"0 sample\(s\)"),
        (pl.Series([1]), "got 1D"),
        (pd.Series([1]), "got 1D"),
        ([], "got 1D"),
        ([1, 2], "got 1D"),
        ([[1, 2], [3]], "need one length"),
        ([[1, "a"], [3]], "need one length"),
        ({"a": [1], "b": [1, 2]}, 'one length, found "a" 1, "b" 2'),
        ({"a": 1}, "needs a list of cells"),
        ("train.csv", "str is no table in memory"),
        (None, "NoneType is not a table"),
    ],
)
def test_what_is_no_table_is_refused(X: Any, found: str) -> None:
    with pytest.raises(TableError, match=found):
        as_frame(X)


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert as_frame({"a": ["\ud800", "b"]}).data.rows() == [("?",), ("b",)]


def test_sparse_is_refused() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TableError, match="sparse input"):
        as_frame(sparse.csr_matrix(np.eye(2)))


@pytest.mark.parametrize(
    "labels",
    [
        ["a", "b", None],
        ("a", "b", None),
        np.array(["a", "b", None], dtype=object),
        np.array([["a"], ["b"], [None]], dtype=object),
        pl.Series(["a", "b", None]),
        pd.Series(["a", "b", None], index=[3, 3, 1]),
        pd.Series(["a", "b", None], dtype="category"),
        pa.chunked_array([["a", "b", None]]),
        pa.array(["a", "b", None]),
    ],
)
def test_a_column_of_labels_from_anything(labels: Any) -> None:
    column = as_column(labels, "target")
    assert column.name == "target"
    assert column.to_list() == ["a", "b", None]


def test_labels_are_one_dimensional() -> None:
    assert as_column(np.array([0, 1])).dtype == pl.Int64
    assert as_column([True, False]).dtype == pl.Boolean
    for wrong in (np.zeros((3, 2)), [[1, 2], [3, 4]], np.array(1)):
        with pytest.raises(TableError, match="y should be a 1d array, got an array of shape"):
            as_column(wrong)


columns = st.fixed_dictionaries(
    {
        "f": st.lists(st.one_of(st.none(), st.floats(width=64)), min_size=6, max_size=6),
        "i": st.lists(st.integers(-5, 5), min_size=6, max_size=6),
        "b": st.lists(st.booleans(), min_size=6, max_size=6),
        "s": st.lists(st.sampled_from(["x", "y ", "zz", "", None]), min_size=6, max_size=6),
    }
)


@given(columns)
def test_the_same_table_from_any_library(data: dict[str, list[Any]]) -> None:
    rows = [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]
    base = pl.DataFrame(data, schema={"f": pl.Float64, "i": pl.Int64, "b": bool, "s": str})
    frames: list[Frame] = [
        as_frame(base),
        as_frame(base.to_arrow()),
        as_frame(pd.DataFrame(data)),
        as_frame(pd.DataFrame(data).convert_dtypes()),
        as_frame(data),
        as_frame(rows),
        as_frame(np.array([list(r.values()) for r in rows], dtype=object), names=list(data)),
        as_frame([list(r.values()) for r in rows], names=list(data)),
    ]
    schema = infer_schema(frames[0])
    first = to_values(frames[0], schema)
    for frame in frames[1:]:
        values = to_values(frame, schema)
        assert values.rows == 6
        for name, numbers in first.numbers.items():
            assert np.array_equal(values.numbers[name], numbers, equal_nan=True)
        for name, codes in first.codes.items():
            assert np.array_equal(values.codes[name], codes)


def test_the_import_is_light() -> None:
    code = (
        "import sys, trueodds.table; "
        "print([m for m in ('pandas', 'pyarrow', 'sklearn', 'scipy', 'numba') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
