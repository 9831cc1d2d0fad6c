"""Levels whose rows resemble each other are neighbours."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.level_order import of_codes, of_numbers, similar_order


def test_the_order_of_other_columns_is_found() -> None:
    rng = np.random.default_rng(0)
    names = rng.permutation(7)  # of the levels, from the lowest numbers to the highest
    rank = rng.integers(0, 7, 700)
    numbers = [0.5 * rank + rng.normal(size=700), rng.normal(size=700)]
    codes = [(rank + rng.integers(0, 3, 700)).astype(np.int32)]
    found = similar_order(names[rank], 7, numbers, codes)
    expected = names.tolist()
    assert found.tolist() in (expected, expected[::-1])
    assert found[0] < found[-1]


def test_without_other_columns_any_order_is_one() -> None:
    level = np.arange(40) % 4
    assert sorted(similar_order(level, 4, [], []).tolist()) == [0, 1, 2, 3]


@given(st.integers(0, 2**32 - 1))
def test_distances_are_symmetric_and_within_0_and_1(seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = rng.integers(0, 4, 60)
    number = np.where(rng.random(60) < 0.2, np.nan, rng.integers(0, 9, 60))
    for found in (
        of_numbers(level, 4, number),
        of_codes(level, 4, rng.integers(-2, 3, 60).astype(np.int32)),
    ):
        np.testing.assert_allclose(found, found.T)
        assert (np.diag(found) == 0.0).all()
        assert ((found >= 0.0) & (found <= 1.0 + 1e-12)).all()


def test_levels_apart_have_distance_1_and_unknown_ones_0() -> None:
    level = np.array([0, 0, 1, 1, 2, 2])
    number = np.array([1.0, 2.0, 8.0, 9.0, np.nan, np.nan])
    np.testing.assert_allclose(of_numbers(level, 3, number), [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert (of_numbers(level, 3, np.full(6, np.nan)) == 0.0).all()
    codes = np.array([0, 0, 1, 1, 0, 1], np.int32)
    np.testing.assert_allclose(of_codes(level, 3, codes), [[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]])
