"""Decimals of databases and Parquet files are what their digits are: codes, or numbers."""

import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelled import column_of, column_of_csv, read, rescore
from trueodds.columns import infer_schema
from trueodds.columns.schema import Column
from trueodds.table import as_frame, read_table

CODES = [decimal.Decimal(120330000000000017 + i % 8) for i in range(80)]
TYPED: dict[str, Callable[[list[decimal.Decimal]], Any]] = {
    "polars": lambda cells: pl.DataFrame({"v": pl.Series(cells, dtype=pl.Decimal(38, 0))}),
    "polars, with places": lambda cells: pl.DataFrame(
        {"v": pl.Series(cells, dtype=pl.Decimal(38, 10))}
    ),
    "Arrow": lambda cells: pa.table({"v": pa.array(cells, pa.decimal128(38, 0))}),
    "Arrow, 256 bits": lambda cells: pa.table({"v": pa.array(cells, pa.decimal256(50, 0))}),
    "pandas, objects": lambda cells: pd.DataFrame({"v": pd.Series(cells, dtype=object)}),
    "pandas on Arrow": lambda cells: pd.DataFrame(
        {"v": pd.Series(cells, dtype=pd.ArrowDtype(pa.decimal128(38, 0)))}
    ),
    "dicts": lambda cells: [{"v": cell} for cell in cells],
}


@pytest.mark.parametrize("name", TYPED)
def test_codes_beyond_floats_stay_apart(name: str) -> None:
    column, codes = read(as_frame(TYPED[name](CODES)))
    assert column.kind == "category"
    assert len(np.unique(codes)) == 8
    assert set(column.levels) == {str(code) for code in CODES}
    assert rescore(column, as_frame(TYPED[name](CODES[:8])).data["v"]) == codes[:8].tolist()
    text, from_text = column_of_csv([str(code) for code in CODES])
    assert from_text.tolist() == codes.tolist()
    assert text.levels == column.levels


def test_codes_of_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"v": pl.Series(CODES, dtype=pl.Decimal(38, 0))}).write_parquet(path)
    column = infer_schema(read_table(path)).columns[0]
    assert len(column.levels) == 8
    assert rescore(column, read_table(path).data["v"])[:3] == rescore(column, CODES[:3])


def test_numbers_of_rows_are_ignored_as_in_text() -> None:
    cells = [decimal.Decimal(i) for i in range(1, 41)]
    column, _ = read(as_frame(TYPED["polars"](cells)))
    assert column.reason == "identifier: numbers the rows from 1 to 40"
    assert column_of_csv([str(cell) for cell in cells])[0].reason == column.reason


@given(st.lists(st.decimals(-(10**12), 10**12, places=10), min_size=2, max_size=20))
def test_a_decimal_equals_its_text(cells: list[decimal.Decimal]) -> None:
    expected = [float(cell) for cell in cells]
    column = Column("v", "number")
    assert rescore(column, pl.Series(cells, dtype=pl.Decimal(38, 10))) == expected
    assert rescore(column, as_frame([{"v": cell} for cell in cells]).data["v"]) == expected
    assert rescore(column, [str(cell) for cell in cells]) == expected


def test_amounts_stay_numbers() -> None:
    money = [decimal.Decimal(i * 7919) / 100 for i in range(60)]
    for cells in (pl.Series(money, dtype=pl.Decimal(12, 2)), [*money]):
        column, values = column_of(cells)
        assert (column.kind, column.remarks) == ("number", ())
        assert values.tolist() == [float(amount) for amount in money]
