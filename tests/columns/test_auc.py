import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns.auc import area_of_shares, auc

CASES = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2).filter(
    lambda pairs: len({b for _, b in pairs}) == 2
)


def by_pairs(score: np.ndarray, y: np.ndarray) -> float:
    yes, no = score[y == 1], score[y == 0]
    wins = (yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean()
    return float(wins)


@given(CASES)
def test_auc_is_the_share_of_pairs_in_order(pairs: list[tuple[int, bool]]) -> None:
    score = np.array([float(s) for s, _ in pairs])
    y = np.array([b for _, b in pairs], dtype=np.uint8)
    assert auc(score, y) == pytest.approx(by_pairs(score, y))


@given(CASES, st.lists(st.sampled_from([0.1, 0.3, 0.7]), min_size=5, max_size=5))
def test_groups_of_rows_give_the_auc_of_their_rows(
    pairs: list[tuple[int, bool]], shares: list[float]
) -> None:
    group = np.array([g for g, _ in pairs])
    y = np.array([b for _, b in pairs], dtype=np.float64)
    share = np.array(shares)
    yes = np.bincount(group, y, minlength=5)
    no = np.bincount(group, minlength=5) - yes
    assert area_of_shares(share, yes, no) == pytest.approx(by_pairs(share[group], y))
