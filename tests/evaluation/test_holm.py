"""p-values corrected for their number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.holm import holm


@given(st.lists(st.floats(0.0, 1.0), max_size=12))
def test_adjusted_p_values_keep_their_order_and_lie_between_p_and_bonferroni(
    p: list[float],
) -> None:
    raw = np.array(p, dtype=np.float64)
    found = holm(raw)
    assert np.all(found >= raw)
    assert np.all(found <= np.minimum(raw * len(raw), 1.0))
    order = np.argsort(raw, kind="stable")
    assert np.all(np.diff(found[order]) >= 0.0)


def test_the_smallest_counts_all_comparisons_and_the_largest_one() -> None:
    assert np.allclose(holm(np.array([0.03, 0.001, 0.04])), [0.06, 0.003, 0.06])
