import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.errors import TableError
from trueodds.table import Frame
from trueodds.table.frame import unique_names


def frame() -> Frame:
    data = pl.DataFrame({"age": [1, 2, 3], "income": ["a", "b", "c"]})
    return Frame(data, (" age", "income"), "t.csv", 2)


def test_column_by_name_and_near_names() -> None:
    assert frame().column(" age ").to_list() == [1, 2, 3]
    with pytest.raises(TableError, match=r't.csv has no column "Incom": did you mean "income"\?'):
        frame().column("Incom")
    with pytest.raises(TableError, match='its columns are "age", "income"'):
        frame().column("zzz")


def test_rows_keep_their_lines() -> None:
    kept = frame().take(np.array([False, True, True]))
    assert kept.data.rows() == [(2, "b"), (3, "c")]
    assert kept.place(0) == "t.csv, line 3"
    assert kept.take(np.array([1])).place(0) == "t.csv, line 4"


def test_without_columns_the_rows_are_still_counted() -> None:
    bare = frame().without(["age", "income", "other"])
    assert bare.headers == ()
    assert bare.rows == 3
    assert bare.take(np.array([True, False, True])).rows == 2
    assert frame().without(["income"]).headers == (" age",)


def test_pandas_way_of_renaming() -> None:
    names, notes = unique_names(["a", "a", "a.1", "", "a", "Unnamed: 3"])
    assert names == ["a", "a.2", "a.1", "Unnamed: 3.1", "a.3", "Unnamed: 3"]
    assert len(notes) == 3


@given(st.lists(st.sampled_from(["a", "a.1", "", "Unnamed: 0", "b", " a", "Unnamed: 1"])))
def test_names_are_always_unique(headers: list[str]) -> None:
    names, _ = unique_names(headers)
    assert len(names) == len(headers) == len(set(names))
    for header, name in zip(headers, names, strict=True):
        assert name.startswith(header.strip() or "Unnamed: ")
