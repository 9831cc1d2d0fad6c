import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.time_blocks import BLOCKS, time_blocks


@given(
    st.lists(st.one_of(st.integers(-50, 50).map(float), st.just(float("nan"))), max_size=200),
    st.integers(1, 30),
)
def test_blocks_follow_time_and_keep_equal_times_together(times: list[float], most: int) -> None:
    time = np.array(times, dtype=np.float64)
    block = time_blocks(time, most)
    assert block.shape == time.shape
    assert block.dtype == np.int64
    moments = np.where(np.isnan(time), -np.inf, time)
    order = np.argsort(moments, kind="stable")
    steps, moments = np.diff(block[order]), moments[order]
    assert (steps >= 0).all()
    assert not steps[moments[1:] == moments[:-1]].any()
    assert len(set(block)) <= most
    assert set(block) == set(range(len(set(block))))


@pytest.mark.parametrize("rows", [20, 1003])
def test_blocks_are_about_equal(rows: int) -> None:
    sizes = np.bincount(time_blocks(np.random.default_rng(0).random(rows)))
    assert len(sizes) == BLOCKS
    assert sizes.max() - sizes.min() <= 1
