"""One table in many containers: the same cells, the same probabilities, or one sentence."""

import csv
import io
import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.feather as feather
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds import Model, TableWarning, TrueOddsClassifier, TrueOddsError
from trueodds.columns.kinds import infer_schema
from trueodds.table import as_frame, read_table, stream_table

ROWS = 60
rng = np.random.default_rng(3)
COLUMNS = {
    "a": rng.integers(0, 50, ROWS).tolist(),
    "b": [None if i % 7 == 0 else float(v) for i, v in enumerate(rng.normal(size=ROWS).round(3))],
    "c": rng.choice(["red", "green", "blue"], ROWS).tolist(),
}
TABLE = pl.DataFrame(COLUMNS)
Y = (TABLE["a"] + TABLE["b"].fill_null(0.0) * 9 > 25).cast(int).to_numpy()
RECORDS = TABLE.to_dicts()
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
    for array in (np.ones((2, 1), complex), pd.DataFrame({"a": [1j, 2j]})):
        with pytest.raises(TrueOddsError, match="Complex data not supported"):
            as_frame(array)


def indexed(name: str | None) -> pd.DataFrame:
    frame = TABLE.to_pandas()
    frame.index = pd.Index([f"k{i}" for i in range(ROWS)], name=name)
    return frame


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".arrow":
        with pa.ipc.new_file(path, (table := pa.Table.from_pandas(frame)).schema) as file:
            file.write_table(table)
    elif path.suffix == ".ipc":
        with pa.ipc.new_stream(path, (table := pa.Table.from_pandas(frame)).schema) as file:
            file.write_table(table)
    elif path.suffix == ".csv":
        pl.from_arrow(pa.Table.from_pandas(frame)).write_csv(path)
    else:
        feather.write_feather(pa.Table.from_pandas(frame), path)
    return path


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".arrow", ".ipc"])
@pytest.mark.parametrize("name", [None, "key", "Schlüssel"])
def test_the_index_of_a_pandas_frame_is_no_feature(
    tmp_path: Path, ending: str, name: str | None
) -> None:
    path = write(indexed(name), tmp_path / f"t{ending}")
    for frame in (read_table(path), stream_table(path, small=0).first):
        assert frame.index == (name or "__index_level_0__",)
        (found,) = [c for c in infer_schema(frame).columns if c.name in frame.index]
        assert (found.kind, found.reason) == ("aside", "the index of a pandas frame")
        assert [c.name for c in infer_schema(frame).used] == ["a", "b", "c"]


def test_an_index_of_two_levels_and_one_that_counts(tmp_path: Path) -> None:
    frame = TABLE.to_pandas()
    counted = read_table(write(frame, tmp_path / "counted.parquet"))
    assert counted.index == ()
    frame.index = pd.MultiIndex.from_arrays(
        [[f"d{i}" for i in range(ROWS)], ["x"] * ROWS], names=["day", None]
    )
    two = as_frame(pa.Table.from_pandas(frame))
    assert two.index == ("day", "__index_level_1__")
    # Without the metadata the name that pandas gives still tells.
    for path in (tmp_path / "plain.parquet", tmp_path / "plain.csv"):
        plain = pa.Table.from_pandas(indexed(None)).replace_schema_metadata(None)
        table = pl.from_arrow(plain)
        assert isinstance(table, pl.DataFrame)
        table.write_parquet(path) if path.suffix == ".parquet" else table.write_csv(path)
        assert read_table(path).index == ("__index_level_0__",)


@pytest.mark.usefixtures("tiny_recipe")
def test_an_index_is_not_missed_when_absent(tmp_path: Path) -> None:
    table = read_table(write(indexed("key"), tmp_path / "t.parquet"))
    model = TrueOddsClassifier().fit(table, Y).model_
    expected = model.predict(table)
    for other in (TABLE, indexed("key"), indexed("key").reset_index()):
        assert model.predict(other).tobytes() == expected.tobytes()


@pytest.mark.usefixtures("tiny_recipe")
class TestPosition:
    """Arrays have no names: their columns are those of training, in the same order."""

    frame = TABLE.select("a", "b").to_pandas()

    def fit(self, X: Any) -> TrueOddsClassifier:
        return TrueOddsClassifier(effort="quick", n_jobs=1).fit(X, Y)

    def test_values_after_a_frame(self) -> None:
        model = self.fit(self.frame)
        expected = model.predict_proba(self.frame)
        with pytest.warns(TableWarning, match="X does not have valid feature names, but"):
            found = model.predict_proba(self.frame.to_numpy())
        assert found.tobytes() == expected.tobytes()
        with pytest.warns(TableWarning, match="taken by position"):
            found = model.model_.predict(self.frame.to_numpy())
        assert found.tobytes() == expected[:, 1].tobytes()

    def test_a_frame_after_values(self) -> None:
        model = self.fit(self.frame.to_numpy())
        expected = model.predict_proba(self.frame.to_numpy())
        with pytest.warns(TableWarning, match="X has feature names, but"):
            found = model.predict_proba(self.frame)
        assert found.tobytes() == expected.tobytes()
        assert not hasattr(model, "feature_names_in_")

    def test_other_order_and_more_columns_of_a_frame(self) -> None:
        model = self.fit(self.frame)
        turned = self.frame[["b", "a"]].assign(extra=1)
        assert (model.predict_proba(turned) == model.predict_proba(self.frame)).all()
        with pytest.raises(TrueOddsError, match='has no column "b"'):
            model.predict(self.frame[["a"]])

    @pytest.mark.parametrize("width", [1, 3])
    def test_another_number_of_columns_is_refused(self, width: int) -> None:
        values = np.ones((4, width))
        for model in (self.fit(self.frame), self.fit(self.frame.to_numpy())):
            for used in (model, model.model_):
                with pytest.raises(TrueOddsError, match=f"X has {width} features, but Model is"):
                    used.predict(values)
        with pytest.raises(TrueOddsError, match=f"X has {width} features, but Model is"):
            self.fit(self.frame.to_numpy()).predict(pd.DataFrame(values))

    def test_names_that_are_numbers_and_objects_for_values(self) -> None:
        model = self.fit(pd.DataFrame(self.frame.to_numpy()))
        expected = model.predict_proba(pd.DataFrame(self.frame.to_numpy()))
        with pytest.warns(TableWarning, match="taken by position"):
            found = model.predict_proba(self.frame.to_numpy().astype(object))
        assert found.tobytes() == expected.tobytes()

    def test_columns_set_aside_count(self) -> None:
        """An array gives all columns of training, those that are not used too."""
        wide = self.frame.assign(k="same")[["k", "a", "b"]]
        model = self.fit(wide)
        with pytest.warns(TableWarning, match="taken by position"):
            found = model.predict_proba(wide.to_numpy())
        assert found.tobytes() == model.predict_proba(wide).tobytes()


@pytest.mark.usefixtures("tiny_recipe")
class TestAbsentKey:
    """A key of JSON that some training rows lacked may be absent from all new rows."""

    def model(self) -> Model:
        return TrueOddsClassifier().fit(RECORDS, Y).model_

    def test_it_is_missing_in_files_lists_and_single_rows(self, tmp_path: Path) -> None:
        model = self.model()
        expected = model.predict([{**row, "b": None} for row in RECORDS[:5]])
        short = [{k: v for k, v in row.items() if k != "b"} for row in RECORDS[:5]]
        lines, whole = tmp_path / "n.jsonl", tmp_path / "n.json"
        lines.write_text("\n".join(map(json.dumps, short)), encoding="utf-8")
        whole.write_text(json.dumps(short), encoding="utf-8")
        for rows in (short, read_table(lines), read_table(whole)):
            with pytest.warns(TableWarning, match='column "b": no row has it, so all 5 cells') as w:
                assert model.predict(rows).tobytes() == expected.tobytes()
            assert len(w) == 1
        for row, p in zip(short, expected, strict=True):
            with pytest.warns(TableWarning, match='column "b": no row has it'):
                assert model.predict(row)[0] == p

    def test_a_key_that_no_training_row_lacked_is_asked_for(self) -> None:
        model = self.model()
        with pytest.raises(TrueOddsError, match='no column "a"'):
            model.predict([{"b": 1.0, "c": "red"}])
        with pytest.raises(TrueOddsError, match='no column "a"'):
            model.predict({"b": 1.0, "c": "red"})

    def test_a_column_of_a_frame_is_asked_for(self) -> None:
        with pytest.raises(TrueOddsError, match='no column "b"'):
            self.model().predict(TABLE.drop("b"))
