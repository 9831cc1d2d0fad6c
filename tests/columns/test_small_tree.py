import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns.small_tree import CHANCE, FEWEST, best_splits, grow, quadrants, walk

SIZE = 6


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rows = draw(st.integers(8, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    codes = rng.integers(0, SIZE + 1, (rows, 3)).astype(np.int32)
    return codes, (rng.random(rows) < 0.4).astype(np.float64)


def purity(y: np.ndarray) -> float:
    return float(y.sum() ** 2 / max(len(y), 1))


@given(tables())
def test_the_best_split_is_the_best_of_all_or_asks_only_what_is_missing(
    table: tuple[np.ndarray, np.ndarray],
) -> None:
    codes, y = table
    found = best_splits(codes, SIZE, np.zeros(len(y), dtype=np.int64), y)
    for column in range(3):
        code = codes[:, column]
        gains = [0.0]
        for cut in range(SIZE):
            for missing_left in (False, True):
                left = (code <= cut) | ((code == SIZE) & missing_left)
                if min(left.sum(), (~left).sum()) >= FEWEST:
                    gains.append(purity(y[left]) + purity(y[~left]) - purity(y))
        best, chance = max(gains), CHANCE * y.mean() * (1.0 - y.mean())
        missing = code == SIZE
        alone = purity(y[missing]) + purity(y[~missing]) - purity(y)
        if min(missing.sum(), (~missing).sum()) >= FEWEST and 1e-8 < alone >= best - chance:
            best = alone
        assert found.gain[0, column] == pytest.approx(best, abs=1e-8)
        if found.gain[0, column] > 0.0:
            right = (code > found.cut[0, column]) & ~(
                (code == SIZE) & found.missing_left[0, column]
            )
            reached = purity(y[right]) + purity(y[~right]) - purity(y)
            assert reached == pytest.approx(best)


@given(tables())
def test_shares_are_those_of_the_leaves(table: tuple[np.ndarray, np.ndarray]) -> None:
    codes, y = table
    tree = grow(codes, SIZE, y)
    leaf = tree.leaves(codes)
    assert leaf.max() < 8
    for i in np.unique(leaf):
        rows = leaf == i
        expected = (y[rows].sum() + y.mean()) / (rows.sum() + 1)
        assert tree.share[tree.leaves(codes)][rows] == pytest.approx(expected)


@pytest.mark.parametrize("cuts", [(10, 25), (3, 33)])
def test_two_cuts_are_found_together_where_neither_tells_alone(cuts: tuple[int, int]) -> None:
    codes = np.stack(np.meshgrid(np.arange(40), np.arange(40)), axis=-1).reshape(-1, 2)
    codes = codes.astype(np.int32)
    y = ((codes[:, 0] > cuts[0]) ^ (codes[:, 1] > cuts[1])).astype(np.float64)
    levels = quadrants(codes, 40, y, 0, 1)
    leaf = walk(levels, codes, 40)
    assert all(y[leaf == i].std() == 0.0 for i in range(4))
    assert (int(levels[0].cut[0]), int(levels[1].cut[0])) == cuts


def test_missing_cells_alone_are_a_split_that_new_values_keep() -> None:
    learn = np.array([1, 2, 3, 9, 9, 9], dtype=np.int32)[:, None]  # 9 is missing, 8 is new
    tree = grow(learn, 9, np.array([0.0, 0, 0, 1, 1, 1]))
    leaf = tree.leaves(np.array([[0], [8], [9]], dtype=np.int32))
    assert leaf[0] == leaf[1] != leaf[2]
