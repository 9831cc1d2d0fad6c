"""Columns as groups of rows."""

import numpy as np
import polars as pl
import pytest

from trueodds.columns.kinds import infer_schema
from trueodds.columns.schema import Schema
from trueodds.columns.values import to_values
from trueodds.errors import TableError, UsageError
from trueodds.model.slice_columns import groupings
from trueodds.table import as_frame


def cut(data: dict, *names: str, trained: dict | None = None):
    """Groups of columns; ``trained`` are the training rows' columns that the model uses."""
    frame = as_frame(pl.DataFrame(data))
    schema = infer_schema(as_frame(pl.DataFrame(trained))) if trained else Schema((), 0)
    return groupings(names, frame, to_values(frame, schema), schema, "y")


def counts(grouping) -> dict[str, int]:
    found = np.bincount(grouping.codes, minlength=len(grouping.names))
    return {name: int(n) for name, n in zip(grouping.names, found, strict=True) if n}


@pytest.mark.parametrize("trained", [False, True], ids=["not of the model", "of the model"])
def test_numbers_are_cut_at_quartiles_and_missing_is_a_group(trained: bool) -> None:
    data = {"age": [*range(20, 60), *range(20, 60), None, None]}
    (found,), (note,) = cut(data, "age", trained=data if trained else None)
    assert counts(found) == {
        "below 29": 18,
        "29 to below 39": 20,
        "39 to below 49": 20,
        "from 49": 22,
        "missing": 2,
    }
    assert note == 'column "age" is cut at the quartiles of these rows: 29, 39, 49'


def test_few_different_numbers_are_groups_as_they_are() -> None:
    (found,), notes = cut({"score": [1.0, 2.5, 2.5, None]}, "score")
    assert counts(found) == {"1": 1, "2.5": 2, "missing": 1}
    assert notes == ()


def test_a_number_that_most_rows_share_makes_no_empty_group() -> None:
    (found,), _ = cut({"n": [0.0] * 90 + [float(i) for i in range(1, 11)]}, "n")
    assert sum(counts(found).values()) == 100
    assert 0 not in np.bincount(found.codes)[:-1]


def test_dates_are_cut_and_shown_as_dates() -> None:
    days = np.datetime64("2024-01-01") + np.arange(40)
    (found,), (note,) = cut({"day": days}, "day")
    assert list(counts(found)) == [
        "below 2024-01-10",
        "2024-01-10 to below 2024-01-20",
        "2024-01-20 to below 2024-01-30",
        "from 2024-01-30",
    ]
    assert note.endswith("2024-01-10, 2024-01-20, 2024-01-30")


def test_rare_levels_are_one_group_and_that_is_said() -> None:
    data = {"race": ["a"] * 30 + ["b"] * 25 + ["c"] * 19 + ["d"] * 3 + [""] * 2}
    (found,), (note,) = cut(data, "race")
    assert counts(found) == {"a": 30, "b": 25, "other levels (2)": 22, "missing": 2}
    assert note == (
        'column "race": 2 levels are one group, as they have fewer than 20 rows or are not among '
        'the 20 most frequent; such as "c"'
    )


def test_one_rare_level_keeps_its_name() -> None:
    (found,), notes = cut({"race": ["a"] * 30 + ["b"] * 25 + ["c"] * 3}, "race")
    assert counts(found) == {"a": 30, "b": 25, "c": 3}
    assert notes == ()


def test_many_levels_are_20_groups_and_the_others() -> None:
    (found,), _ = cut({"town": [f"town {i % 25}" for i in range(1_000)]}, "town")
    assert len(counts(found)) == 21
    assert counts(found)["other levels (5)"] == 200


def test_spellings_that_the_model_reads_as_one_are_one_group() -> None:
    trained = {"smoker": ["yes", "no"] * 30}
    (found,), _ = cut({"smoker": ["yes", "Yes", "NO"] * 30}, "smoker", trained=trained)
    assert counts(found) == {"yes": 60, "no": 30}


def test_a_level_that_training_did_not_have_keeps_its_text() -> None:
    trained = {"c": ["a", "b", "d"] * 30}
    (found,), _ = cut({"c": ["a", "new"] * 30}, "c", trained=trained)
    assert counts(found) == {"a": 30, "new": 30}


def test_an_identifier_is_one_group() -> None:
    (found,), _ = cut({"id": [f"x{i}" for i in range(100)]}, "id")
    assert counts(found) == {"other levels (100)": 100}


def test_a_name_given_twice_is_one_column() -> None:
    found, _ = cut({"a": ["x", "y"] * 30}, "a", " a ", "a")
    assert [one.column for one in found] == ["a"]


def test_columns_that_cannot_divide_the_rows_are_one_sentence() -> None:
    with pytest.raises(TableError, match='DataFrame has no column "rac": did you mean "race"'):
        cut({"race": ["a", "b"]}, "rac")
    with pytest.raises(UsageError, match=r'^"y" is the target: slices need another column$'):
        cut({"y": ["a", "b"]}, "y")
    with pytest.raises(TableError, match='the column "l" holds lists, not single values: slices'):
        cut({"l": [[1], [2]]}, "l")
