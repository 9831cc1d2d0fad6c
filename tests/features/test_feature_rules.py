"""Where the knots of the piecewise-linear encoding stand, and how many there are."""

import numpy as np
import pytest

from trueodds.features.blocks import Pieces
from trueodds.features.feature_rules import MOST_PIECES, PIECES_IN_ALL, number_blocks, pieces_each


def knots(values: list[float] | np.ndarray, pieces: int = MOST_PIECES) -> list[float]:
    blocks = number_blocks("x", np.asarray(values, dtype=np.float64), pieces)
    return [x for b in blocks if isinstance(b, Pieces) for x in b.x]


def test_many_values_are_cut_at_quantiles() -> None:
    x = np.random.default_rng(0).exponential(size=8000)
    found = np.array(knots(x))
    assert len(found) == MOST_PIECES + 1
    assert found[[0, -1]].tolist() == [x.min(), x.max()]
    inside = np.histogram(x, found)[0]
    assert inside.min() > 0.9 * len(x) / MOST_PIECES
    assert inside.max() < 1.1 * len(x) / MOST_PIECES


def test_few_values_are_knots_themselves() -> None:
    assert knots([3.0, 1.0, 2.0, 7.0] * 5) == [1.0, 2.0, 3.0, 7.0]


def test_a_dominant_value_leaves_the_knots_to_the_others() -> None:
    rng = np.random.default_rng(1)
    x = np.where(rng.random(4000) < 0.9, 0.0, 1.0 + rng.random(4000))
    found = knots(x)
    assert found[0] == 0.0
    assert sum(k > 1.0 for k in found) == MOST_PIECES + 1


@pytest.mark.parametrize("values", [[], [1.0], [0.0, 1.0] * 9, [1e301, 1e302, 1e303]])
def test_what_has_no_stretch_gets_none(values: list[float]) -> None:
    assert knots(values) == []


def test_many_numbers_share_the_stretches() -> None:
    assert pieces_each(0) == pieces_each(1) == MOST_PIECES
    for numbers in (20, 40, 64):
        assert pieces_each(numbers) * numbers <= PIECES_IN_ALL
    assert pieces_each(10_000) == 2
