import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns.leak_search import Search, pair_purity
from trueodds.columns.ranked import RankedColumn


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(1, 4))
def test_the_purity_of_pairs_is_that_of_their_cells(seed: int, columns: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, most + 1, (40, columns)).astype(np.int32)
    y = (rng.random(40) < 0.5).astype(np.float64)
    found = pair_purity(codes, y)
    for a in range(columns):
        for b in range(columns):
            cells = [
                y[(codes[:, a] == i) & (codes[:, b] == j)]
                for i in range(most + 1)
                for j in range(most + 1)
            ]
            expected = sum(c.sum() ** 2 / len(c) for c in cells if len(c)) if a < b else 0.0
            assert found[a, b] == pytest.approx(expected, rel=1e-5)


def test_blocks_of_columns_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (100, 9)).astype(np.int32)
    y = (rng.random(100) < 0.5).astype(np.float64)
    whole = pair_purity(codes, y)
    monkeypatch.setattr("trueodds.columns.leak_search._MOST_CELLS", 9 * 16 * 2)
    assert np.array_equal(pair_purity(codes, y), whole)


def test_columns_left_out_are_not_found() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2, (400, 5)).astype(np.int32)
    y = (codes[:, 1] & codes[:, 3]).astype(np.float64)
    search = Search([RankedColumn(f"c{i}", True, codes[:, i], 2) for i in range(5)], y)
    levels = ((0.999,) * 3, (0.99,) * 3)
    found = search.together([], levels)
    assert found is not None
    assert (set(found.columns), found.auc, found.stand_ins) == ({1, 3}, 1.0, ())
    assert search.together([3], levels) is None
