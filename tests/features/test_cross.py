"""Crosses: a level for each combination that recurs, the same for a row and for a table."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns.values import MISSING, UNSEEN, Values
from trueodds.features.cross import Cross, Part, keys_end, names_of, positions

CATEGORY = Part("town", 3)
NUMBER = Part("x", 3, (0.0, 2.5))
CELLS = st.tuples(
    st.sampled_from([UNSEEN, MISSING, 0, 1, 2]),
    st.one_of(st.just(float("nan")), st.floats(allow_nan=False)),
)


@given(st.lists(CELLS, min_size=1, max_size=30), st.sets(st.integers(0, 24)))
def test_a_row_has_the_code_that_a_table_gives_it(
    cells: list[tuple[int, float]], kept: set[int]
) -> None:
    cross = Cross((CATEGORY, NUMBER), np.array(sorted(kept), dtype=np.int64))
    codes, numbers = (np.array(column) for column in zip(*cells, strict=True))
    values = Values(len(cells), {"x": numbers}, {"town": codes.astype(np.int32)})
    found = cross.codes(values)
    assert found.tolist() == [cross.code(row) for row in cells]
    for (town, x), code in zip(cells, found, strict=True):
        bin_of = -1 if x != x else int(x >= 0.0) + int(x >= 2.5)
        key = (town + 2) * 5 + bin_of + 2
        assert key < keys_end(cross.parts)
        assert code == (sorted(kept).index(key) if key in kept else UNSEEN)


def test_places_tell_unseen_and_missing_apart() -> None:
    values = Values(3, {"x": np.array([np.nan, 0.0, np.inf])}, {"town": np.array([-1, -2, 2])})
    assert NUMBER.places(values).tolist() == [1, 3, 4]
    assert CATEGORY.places(values).tolist() == [1, 0, 4]


def test_no_keys_have_no_positions() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert positions(none, np.array([0, 5])).tolist() == [UNSEEN, UNSEEN]


def test_names_are_no_columns_and_no_other_cross_s() -> None:
    exact = Part("x", 5, (1.0, 2.0, 3.0, 4.0))
    crosses = [(CATEGORY, NUMBER), (CATEGORY, exact), (exact,)]
    names = names_of(crosses, ["town", "x", "town × x", "x, by value"])
    assert names == ["town × x'", "town × x''", "x, by value'"]
