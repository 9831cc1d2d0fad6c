"""The sketch of the training rows: the same for every source, a true bottom-k sample."""

import struct
from collections import Counter
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.columns import Schema, infer_schema, to_values
from trueodds.columns import sketch as module
from trueodds.columns.schema import Column
from trueodds.columns.sketch import MOST, REPEATS, row_hashes, sketch_rows
from trueodds.columns.values import Values
from trueodds.table import as_frame, read_table

MASK = 2**64 - 1


def mixed(h: int) -> int:
    """SplitMix64's finaliser in Python's whole numbers."""
    h = h + 0x9E3779B97F4A7C15 & MASK
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & MASK
    h = (h ^ h >> 27) * 0x94D049BB133111EB & MASK
    return h ^ h >> 31


def by_hand(cells: list[object], label: int) -> int:
    """Hash of a row as docs/format.md describes it."""
    h = 0x9E3779B97F4A7C15
    for cell in cells:
        if cell is None:
            bits = 1
        elif isinstance(cell, str):
            bits = int.from_bytes(blake2b(cell.encode(), digest_size=8).digest(), "little")
        else:
            (near,) = struct.unpack("<f", struct.pack("<f", cell))
            (bits,) = struct.unpack("<Q", struct.pack("<d", near))
            bits = 0x7FF8000000000000 if near != near else bits
        h = mixed(h ^ bits)
    return mixed(h ^ label) >> 1


def test_the_hash_is_the_documented_one():
    schema = Schema((Column("x", "number"), Column("c", "category", levels=("b", "ä"))), 4)
    values = Values(
        4,
        {"x": np.array([0.1, -0.0, np.nan, 1e300])},
        {"c": np.array([0, 1, -1, 1], dtype=np.int32)},
    )
    found = row_hashes(values, schema, np.array([0, 1, 1, 0], dtype=np.uint8))
    nan, infinite = float("nan"), float("inf")
    rows = [([0.1, "b"], 0), ([0.0, "ä"], 1), ([nan, None], 1), ([infinite, "ä"], 0)]
    assert found.tolist() == [by_hand(cells, label) for cells, label in rows]
    assert (found >= 0).all()


@pytest.fixture
def table() -> pl.DataFrame:
    rng = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "amount": rng.normal(size=300).astype(np.float32),
            "count": rng.integers(0, 90, 300),
            "town": rng.choice(["Oslo", "Bern", "Rom"], 300),
            "member": rng.choice([True, False], 300),
            "day": pl.Series(rng.integers(15_000, 19_000, 300)).cast(pl.Int32).cast(pl.Date),
        }
    ).with_columns(
        pl.when(pl.int_range(300) % 7 == 0).then(None).otherwise(pl.col("town")).alias("town")
    )


def test_the_same_for_text_typed_files_and_frames(table: pl.DataFrame, tmp_path: Path):
    table.write_csv(tmp_path / "t.csv")
    table.write_parquet(tmp_path / "t.parquet")
    y = np.arange(300, dtype=np.uint8) % 2
    text = read_table(tmp_path / "t.csv")
    schema = infer_schema(text)
    assert {column.kind for column in schema.used} == {"number", "category", "yesno", "date"}
    first = row_hashes(to_values(text, schema), schema, y)
    pandas = pd.DataFrame({name: table[name].to_list() for name in table.columns})
    for other in (read_table(tmp_path / "t.parquet"), as_frame(table), as_frame(pandas)):
        again = row_hashes(to_values(other, schema), schema, y)
        np.testing.assert_array_equal(again, first)
    assert len(np.unique(first)) == 300


def test_every_column_and_the_label_count(table: pl.DataFrame):
    schema = infer_schema(as_frame(table))
    y = np.zeros(300, dtype=np.uint8)
    first = row_hashes(to_values(as_frame(table), schema), schema, y)
    for name in table.columns:
        turned = table.with_columns(pl.col(name).reverse())
        again = row_hashes(to_values(as_frame(turned), schema), schema, y)
        assert (again != first).mean() > 0.3, name
    assert not np.isin(row_hashes(to_values(as_frame(table), schema), schema, y + 1), first).any()


def numbers(cells: list[float]) -> tuple[Values, Schema, np.ndarray]:
    values = Values(len(cells), {"x": np.array(cells, dtype=np.float64)}, {})
    schema = Schema((Column("x", "number"),), len(cells))
    return values, schema, np.zeros(len(cells), dtype=np.uint8)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=200), st.integers(1, 60), st.integers(1, 9)
)
def test_it_holds_the_smallest_hashes(cells: list[int], most: int, block: int):
    given_rows = numbers([float(cell) for cell in cells])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST", most)
        patch.setattr(module, "BLOCK", block)
        sketch = sketch_rows(*given_rows)
    wanted: list[int] = []
    complete = True
    for value, count in sorted(Counter(row_hashes(*given_rows).tolist()).items()):
        if len(wanted) + min(count, REPEATS) > most:
            complete = False
            break
        wanted += [value] * min(count, REPEATS)
    assert sketch.hashes.tolist() == wanted
    assert (sketch.complete, sketch.rows) == (complete, len(cells))


def test_it_stays_small():
    values, schema, y = numbers(np.random.default_rng(0).normal(size=50_000).tolist())
    sketch = sketch_rows(values, schema, y)
    assert len(sketch.hashes) == MOST
    assert sketch.hashes.nbytes <= 16_384
    assert not sketch.complete
