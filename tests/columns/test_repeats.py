"""Copies of rows are told from rows that are equal by chance."""

import numpy as np
import polars as pl
import pytest

from trueodds.columns.kinds import infer_schema
from trueodds.columns.repeats import Repeats, repeated_rows
from trueodds.columns.values import to_values
from trueodds.table import as_frame


def counted(table: pl.DataFrame, y: np.ndarray, groups: np.ndarray | None = None) -> Repeats | None:
    frame = as_frame(table)
    schema = infer_schema(frame, drop=())
    return repeated_rows(to_values(frame, schema), schema, y.astype(np.uint8), groups)


def mixed(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """A number with many values, a category and a whole number."""
    return pl.DataFrame(
        {
            "x": rng.normal(size=rows),
            "town": [f"town {t}" for t in rng.integers(0, 5, rows)],
            "visits": rng.poisson(3.0, rows),
        }
    )


def test_copied_rows_are_counted_with_their_labels() -> None:
    rng = np.random.default_rng(1)
    table, y = mixed(rng, 500), rng.integers(0, 2, 500)
    copied = pl.concat([table, table.head(20)])
    labels = np.concatenate([y, y[:15], 1 - y[15:20]])
    assert counted(table, y) is None
    assert counted(copied, labels) == Repeats(520, 20, 15)


def test_a_table_of_few_categories_has_equal_rows_by_chance() -> None:
    rng = np.random.default_rng(2)
    for levels in ((4, 4, 3), (2, 2, 2, 2, 2, 2), (30, 30), (9, 9, 9, 9)):
        table = pl.DataFrame(
            {f"c{i}": [f"v{v}" for v in rng.integers(0, n, 800)] for i, n in enumerate(levels)}
        )
        assert counted(table, rng.integers(0, 2, 800)) is None, levels


def test_columns_that_follow_from_one_category_are_no_copies() -> None:
    country = np.random.default_rng(3).integers(0, 50, 1000)
    table = pl.DataFrame(
        {
            "country": [f"country {c}" for c in country],
            "currency": [f"currency {c // 2}" for c in country],
            "continent": [f"continent {c % 6}" for c in country],
        }
    )
    assert counted(table, country % 2) is None


def test_a_table_that_is_written_twice_is_found_whatever_its_columns() -> None:
    rng = np.random.default_rng(4)
    table = pl.DataFrame({f"c{i}": [f"v{v}" for v in rng.integers(0, 9, 400)] for i in range(5)})
    y = rng.integers(0, 2, 400)
    found = counted(pl.concat([table, table]), np.concatenate([y, y]))
    assert found is not None
    assert found.repeated >= 400
    assert found.same_label >= 400


def test_equal_rows_of_one_group_are_one() -> None:
    rng = np.random.default_rng(5)
    table, y = mixed(rng, 300), rng.integers(0, 2, 300)
    copied, labels = pl.concat([table, table.head(30)]), np.concatenate([y, y[:30]])
    same = np.concatenate([np.arange(300), np.arange(30)])
    assert counted(copied, labels, same) is None
    other = np.arange(330)
    assert counted(copied, labels, other) == Repeats(330, 30, 30)


@pytest.mark.parametrize("rows", [1, 2, 6])
def test_small_tables_have_no_finding(rows: int) -> None:
    assert counted(pl.DataFrame({"x": [0.5] * rows}), np.zeros(rows)) is None


def test_independent_rows_of_any_skew_have_a_finding_in_2_percent_at_most() -> None:
    """Levels with Zipf's law, from equal shares to very unequal ones."""
    found = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        rows, skew = int(rng.integers(20, 400)), rng.uniform(0.0, 3.0)
        columns = {}
        for i, n in enumerate(rng.integers(2, 13, rng.integers(1, 7))):
            share = 1.0 / np.arange(1, n + 1) ** skew
            columns[f"c{i}"] = [f"v{v}" for v in rng.choice(n, rows, p=share / share.sum())]
        found += counted(pl.DataFrame(columns), rng.integers(0, 2, rows)) is not None
    assert found <= 6
