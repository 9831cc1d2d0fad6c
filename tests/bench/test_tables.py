"""Sets of tables, and the folds that are scored."""

import pytest

import tables
from real_tables import needs_tables


@needs_tables
def test_every_table_is_in_one_set() -> None:
    declared = [name for names in tables.SETS.values() for name in names]
    assert len(declared) == len(set(declared))
    assert set(declared) == {entry["name"] for entry in tables.manifest()}
    assert {name: len(names) for name, names in tables.SETS.items()} == {
        "tuned": 15,
        "untouched": 17,
    }


@pytest.mark.parametrize(("rows", "folds"), [(208, 5), (2_999, 5), (3_000, 1), (10_000, 1)])
def test_small_tables_are_scored_on_all_folds(rows: int, folds: int) -> None:
    assert list(tables.folds_scored(rows)) == list(range(folds))
