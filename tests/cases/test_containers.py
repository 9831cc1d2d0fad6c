"""One table in many containers: the same cells, the same probabilities, or one sentence."""

import csv
import io
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.known_table import COLUMNS, RECORDS, ROWS, TABLE, Y
from trueodds import TrueOddsClassifier, TrueOddsError
from trueodds.table import as_frame

Named = namedtuple("Named", "a b c")
Data = make_dataclass("Data", ["a", "b", "c"])


def sqlite_rows() -> list[Any]:
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.execute("create table t (a, b, c)")
    base.executemany("insert into t values (?, ?, ?)", TABLE.rows())
    return base.execute("select * from t").fetchall()


def duckdb_relation(query: str = "select * from known") -> Any:
    duckdb = pytest.importorskip("duckdb")
    base = duckdb.connect()
    base.register("known", TABLE.to_arrow())
    return base.sql(query)


def duckdb_result() -> Any:
    duckdb = pytest.importorskip("duckdb")
    base = duckdb.connect()
    base.register("known", TABLE.to_arrow())
    return base.execute("select * from known")


CONTAINERS: dict[str, Callable[[], Any]] = {
    "polars": lambda: TABLE,
    "polars, lazy": TABLE.lazy,
    "pandas": TABLE.to_pandas,
    "pandas, nullable": lambda: TABLE.to_pandas().convert_dtypes(),
    "pandas on Arrow": lambda: TABLE.to_pandas(use_pyarrow_extension_array=True),
    "pandas, an index and other order": lambda: TABLE.to_pandas()[["c", "a", "b"]].set_index(
        pd.Index(range(ROWS, 0, -1), name="row")
    ),
    "Arrow table": TABLE.to_arrow,
    "Arrow record batch": lambda: TABLE.to_arrow().combine_chunks().to_batches()[0],
    "Arrow reader": lambda: TABLE.to_arrow().to_reader(),
    "Arrow dataset": lambda: ds.dataset(TABLE.to_arrow()),
    "Arrow scanner": lambda: ds.dataset(TABLE.to_arrow()).scanner(),
    "list of dicts": lambda: RECORDS,
    "dicts without missing cells": lambda: [
        {k: v for k, v in row.items() if v is not None} for row in RECORDS
    ],
    "tuple of dicts": lambda: tuple(RECORDS),
    "generator of dicts": lambda: (row for row in RECORDS),
    "named tuples": lambda: [Named(*row) for row in TABLE.rows()],
    "dataclasses": lambda: [Data(*row) for row in TABLE.rows()],
    "rows of SQLite": sqlite_rows,
    "rows of csv.DictReader": lambda: csv.DictReader(io.StringIO(TABLE.write_csv())),
    "dict of columns": lambda: COLUMNS,
    "dict of arrays": lambda: {name: TABLE[name].to_numpy() for name in TABLE.columns},
    "dict of series": lambda: {"a": TABLE["a"], "b": pd.Series(COLUMNS["b"]), "c": COLUMNS["c"]},
    "structured array": lambda: TABLE.to_pandas().to_records(index=False),
    "DuckDB relation": duckdb_relation,
    "DuckDB result": duckdb_result,
}


@pytest.fixture(scope="module")
def fitted() -> TrueOddsClassifier:
    return TrueOddsClassifier(effort="quick", n_jobs=1).fit(TABLE, Y)


@pytest.mark.parametrize("name", CONTAINERS)
def test_estimator_and_model_take_every_container(name: str, fitted: TrueOddsClassifier) -> None:
    """Estimator and model give the same bits as for the polars frame."""
    expected = fitted.model_.predict(TABLE)
    make = CONTAINERS[name]
    assert fitted.model_.predict(make()).tobytes() == expected.tobytes()
    assert fitted.predict_proba(make())[:, 1].tobytes() == expected.tobytes()


@pytest.mark.usefixtures("tiny_recipe")
@pytest.mark.parametrize("name", CONTAINERS)
def test_fit_takes_every_container(name: str) -> None:
    found = TrueOddsClassifier().fit(CONTAINERS[name](), Y)
    assert found.n_features_in_ == 3
    assert sorted(found.feature_names_in_) == ["a", "b", "c"]
    assert found.predict_proba(TABLE).shape == (ROWS, 2)


def test_the_same_name_twice_is_told_in_one_sentence() -> None:
    twice = ["a", "b", "a"]
    tables = [
        pa.table([[1, 2], [3, 4], [5, 6]], names=twice),
        pa.table([[1, 2], [3, 4], [5, 6]], names=twice).to_reader(),
        pd.DataFrame([[1, 3, 5], [2, 4, 6]], columns=twice),
    ]
    for table in tables:
        frame = as_frame(table)
        assert frame.names == ("a", "b", "a.1")
        assert frame.notes == ('column 3 repeats the header "a": now "a.1"',)
        assert frame.data.rows() == [(1, 3, 5), (2, 4, 6)]


def test_the_same_name_twice_in_a_query_is_told_in_one_sentence() -> None:
    with pytest.raises(TrueOddsError, match="two columns"):
        as_frame(duckdb_relation("select 1 as a, 2 as a"))


@pytest.mark.parametrize("odd", [object(), 5, "text", iter("text"), {"a": 5}, {"a": "text"}, None])
def test_what_is_no_table_is_one_sentence(odd: Any) -> None:
    with pytest.raises(TrueOddsError):
        as_frame(odd)


ORDERS = ["<", ">", "="]
WIDTHS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "g", "?"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("width", WIDTHS)
@given(values=st.lists(st.integers(0, 100), min_size=1, max_size=5))
def test_byte_orders_and_widths_mean_their_numbers(
    order: str, width: str, values: list[int]
) -> None:
    dtype = np.dtype(width).newbyteorder(order)
    array = np.array([values], dtype=dtype).T
    expected = np.array(values).astype(bool if width == "?" else float).tolist()
    frames = [
        as_frame(array),
        as_frame(pd.DataFrame(array)),
        as_frame({"x": array[:, 0]}),
        as_frame(np.rec.fromarrays([array[:, 0]], names="x")),
        as_frame(np.array([[cell] for cell in array[:, 0]], dtype=object)),
    ]
    for frame in frames:
        assert frame.data.to_series().to_list() == expected


def test_long_doubles_and_complex_cells() -> None:
    third = np.longdouble(1) / 3
    cells = as_frame(np.array([[third, None], [np.longdouble("nan"), 1]], dtype=object)).data
    assert cells.rows() == [(float(third), None), (None, 1)]
    halves = np.ones(2, np.complex64)
    for array in (np.ones((2, 1), complex), pd.DataFrame({"a": [1j, 2j]}), {"a": halves}):
        with pytest.raises(TrueOddsError, match="Complex data not supported"):
            as_frame(array)


def test_types_of_arrow_that_polars_lacks() -> None:
    tables = {
        "decimal256": pa.array([1, 2, 2, 3], pa.decimal256(60, 2)),
        "runs": pa.RunEndEncodedArray.from_arrays([1, 3, 4], [1.0, 2.0, 3.0]),
        "union": pa.UnionArray.from_sparse(
            pa.array([0, 1, 1, 0], pa.int8()),
            [pa.array([1, 0, 0, 3]), pa.array([0.0, 2.0, 2.0, 0.0])],
        ),
    }
    for array in tables.values():
        frame = as_frame(pa.table({"v": array}))
        assert frame.data["v"].cast(float).to_list() == [1.0, 2.0, 2.0, 3.0]


def test_arrow_s_views_of_lists_are_text_as_lists_of_objects_are() -> None:
    views = pa.array([[1, 2], [3]], pa.list_view(pa.int64()))
    assert as_frame(pa.table({"v": views})).data["v"].to_list() == ["[1, 2]", "[3]"]
