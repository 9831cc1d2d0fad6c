"""Where the knots of the piecewise-linear encoding stand, and how many there are."""

import numpy as np
import pytest

from trueodds.features.blocks import PiecewiseLinear
from trueodds.features.feature_rules import BINS_IN_ALL, MOST_BINS, bins_each, number_blocks


def knots(values: list[float] | np.ndarray, bins: int = MOST_BINS) -> list[float]:
    blocks = number_blocks("x", np.asarray(values, dtype=np.float64), bins)
    return [x for b in blocks if isinstance(b, PiecewiseLinear) for x in b.x]


def test_many_values_are_cut_at_quantiles() -> None:
    x = np.random.default_rng(0).exponential(size=8000)
    found = np.array(knots(x))
    assert len(found) == MOST_BINS + 1
    assert found[[0, -1]].tolist() == [x.min(), x.max()]
    inside = np.histogram(x, found)[0]
    assert inside.min() > 0.9 * len(x) / MOST_BINS
    assert inside.max() < 1.1 * len(x) / MOST_BINS


def test_few_values_are_knots_themselves() -> None:
    assert knots([3.0, 1.0, 2.0, 7.0] * 5) == [1.0, 2.0, 3.0, 7.0]


def test_a_dominant_value_leaves_the_knots_to_the_others() -> None:
    rng = np.random.default_rng(1)
    x = np.where(rng.random(4000) < 0.9, 0.0, 1.0 + rng.random(4000))
    found = knots(x)
    assert found[0] == 0.0
    assert sum(k > 1.0 for k in found) == MOST_BINS + 1


@pytest.mark.parametrize("values", [[], [1.0], [0.0, 1.0] * 9, [1e301, 1e302, 1e303]])
def test_fewer_than_two_bins_make_no_encoding(values: list[float]) -> None:
    assert knots(values) == []


def test_many_numbers_share_the_bins() -> None:
    assert bins_each(0) == bins_each(1) == MOST_BINS
    for numbers in (20, 40, 64):
        assert bins_each(numbers) * numbers <= BINS_IN_ALL
    assert bins_each(10_000) == 2
