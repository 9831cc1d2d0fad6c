"""Every rule gives finite float32 whatever the value, the same for a row alone or among others."""

from math import inf, nan

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from trueodds.features.blocks import (
    Block,
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.feature_rules import category_blocks, number_blocks
from trueodds.json_text import json_text

EXTREMES = [nan, inf, -inf, 0.0, -0.0, 5e-324, -5e-324, 1e-320, 1e308, -1.7976931348623157e308, 1.0]
anything = st.floats() | st.sampled_from(EXTREMES)
columns = hnp.arrays(np.float64, st.integers(1, 40), elements=anything)
codes = hnp.arrays(np.int32, st.integers(1, 60), elements=st.integers(-2, 7))


def encoded(block: Block, values: NDArray[np.float64] | NDArray[np.int32]) -> NDArray[np.float32]:
    out = np.zeros((len(values), block.width), dtype=np.float32)
    block.encode(values, out)  # type: ignore[arg-type]
    return out


def twin(block: Block) -> Block:
    return msgspec.json.decode(json_text(block), type=Block)


@settings(max_examples=300, deadline=None)
@given(columns, columns)
def test_numbers_become_finite_and_each_row_stands_alone(
    training: NDArray[np.float64], new: NDArray[np.float64]
) -> None:
    for block in number_blocks("x", training):
        for values in (training, new):
            whole = encoded(block, values)
            assert np.isfinite(whole).all()
            assert np.abs(whole).max(initial=0.0) <= 3.0
            alone = np.concatenate([encoded(block, values[i : i + 1]) for i in range(len(values))])
            assert np.array_equal(whole, alone)
            assert encoded(twin(block), values).tobytes() == whole.tobytes()
            assert not isinstance(block, Levels)
            for value, row in zip(values.tolist(), whole, strict=True):
                single = np.zeros(block.width, dtype=np.float32)
                for position, amount in block.nonzero(value):
                    single[position] = amount
                assert np.array_equal(single, row)


@settings(max_examples=200, deadline=None)
@given(codes, codes, st.integers(0, 3))
def test_codes_become_at_most_one_indicator_and_each_row_stands_alone(
    training: NDArray[np.int32], new: NDArray[np.int32], unused: int
) -> None:
    levels = max(1, int(training.max()) + 1 + unused)
    new = np.minimum(new, levels - 1)
    for block in category_blocks("c", training, levels):
        whole = encoded(block, new)
        assert set(np.unique(whole)) <= {0.0, 1.0}
        assert (whole.sum(axis=1) <= 1.0).all()
        alone = np.concatenate([encoded(block, new[i : i + 1]) for i in range(len(new))])
        assert np.array_equal(whole, alone)
        assert np.array_equal(encoded(twin(block), new), whole)


def test_a_spread_so_small_that_its_reciprocal_overflows() -> None:
    values = np.array([0.0, 1e-320, 2e-320, 3e-320])
    between = np.array([5e-324, 1.5e-320, 2.5e-320])
    for block in number_blocks("x", values):
        assert np.isfinite(encoded(block, between)).all()


def test_quartiles_whose_distance_overflows() -> None:
    values = np.array([-1.7e308, -1.6e308, 1.6e308, 1.7e308] * 5)
    (scale, curve) = number_blocks("x", values)[:2]
    assert np.isfinite([scale.centre, scale.scale]).all()
    assert (np.diff(encoded(curve, np.sort(values))[:, 0]) >= 0).all()


def test_scale_is_robust_and_bends_smoothly_to_three() -> None:
    values = np.concatenate([np.random.default_rng(0).normal(10.0, 2.0, 4000), [1e12]])
    block = number_blocks("x", values)[0]
    assert isinstance(block, ClippedScale)
    assert block.centre == pytest.approx(10.0, abs=0.1)
    assert 1.0 / block.scale == pytest.approx(2.0, rel=0.05)
    x = np.array([10.0, 12.0, 1e12, inf, -inf, nan])
    got = encoded(block, x)[:, 0]
    t = (x[:2] - block.centre) * block.scale
    assert got[:2] == pytest.approx(t / np.sqrt(1 + t**2 / 9), abs=1e-6)
    assert got[2:].tolist() == pytest.approx([3.0, 3.0, -3.0, 0.0], abs=1e-5)


def test_bins_add_up_to_any_piecewise_linear_function() -> None:
    block = PiecewiseLinear("x", (0.0, 1.0, 3.0, 7.0))
    x = np.array([-5.0, 0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 99.0])
    got = encoded(block, x)
    assert got[:, 0].tolist() == [-0.5, -0.5, 0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    heights = np.array([2.0, -1.0, 4.0])
    wanted = np.interp(x, block.x, np.concatenate([[0.0], np.cumsum(heights)]))
    assert got @ heights + 0.5 * heights.sum() == pytest.approx(wanted, abs=1e-6)
    assert encoded(block, np.array([nan]))[0].tolist() == [0.0, 0.0, 0.0]
    infinite = encoded(block, np.array([-inf, inf]))
    assert infinite.tolist() == [[-0.5] * 3, [0.5] * 3]


def test_the_quantile_transform_gives_normal_scores() -> None:
    values = np.exp(np.random.default_rng(1).normal(size=5000))
    curve = next(b for b in number_blocks("x", values) if isinstance(b, QuantileTransform))
    got = encoded(curve, values)[:, 0]
    assert got.mean() == pytest.approx(0.0, abs=0.02)
    assert got.std() == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(got, np.log(values))[0, 1] > 0.995
    assert encoded(curve, np.array([-5.0, 1e9]))[:, 0].tolist() == pytest.approx(
        [curve.y[0], curve.y[-1]]
    )


def test_a_dominant_value_gets_an_indicator_and_leaves_the_others_their_ranks() -> None:
    rng = np.random.default_rng(2)
    values = np.where(rng.random(2000) < 0.6, 0.0, rng.exponential(size=2000) + 1.0)
    blocks = number_blocks("x", values)
    equals = next(b for b in blocks if isinstance(b, Indicator))
    assert equals.values == (0.0,)
    curve = next(b for b in blocks if isinstance(b, QuantileTransform))
    assert 0.0 not in curve.x
    assert curve.y[0] < -2.0
    assert curve.y[-1] > 2.0


def test_few_values_get_an_indicator_each_unless_rare() -> None:
    values = np.array([1.0] * 30 + [2.0] * 30 + [3.0] * 30 + [9.0] * 2)
    equals = next(b for b in number_blocks("x", values) if isinstance(b, Indicator))
    assert equals.values == (1.0, 2.0, 3.0)
    assert encoded(equals, np.array([2.0, 9.0, nan])).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_two_values_need_no_indicator() -> None:
    assert not any(isinstance(b, Indicator) for b in number_blocks("x", np.array([0.0, 1.0] * 20)))


def test_missing_cells_in_training_get_an_indicator() -> None:
    with_gap = number_blocks("x", np.array([1.0, 2.0, nan]))
    assert isinstance(with_gap[-1], Missing)
    assert encoded(with_gap[-1], np.array([nan, inf, 0.0]))[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert not any(isinstance(b, Missing) for b in number_blocks("x", np.array([1.0, 2.0, inf])))


@pytest.mark.parametrize("values", [[], [inf, -inf], [7.0, 7.0]])
def test_a_constant_gives_no_input(values: list[float]) -> None:
    assert number_blocks("x", np.array(values, dtype=np.float64)) == []


def test_all_missing_gives_the_indicator_alone() -> None:
    assert [type(b) for b in number_blocks("x", np.full(5, nan))] == [Missing]


def test_yesno_is_one_input_and_missing_cells_another() -> None:
    codes = np.array([0, 1] * 20 + [-1] * 3, dtype=np.int32)
    (block,) = category_blocks("c", codes, 2)
    assert isinstance(block, Levels)
    got = encoded(block, np.array([0, 1, -1, -2], dtype=np.int32))
    assert block.width == 2
    assert len({tuple(row) for row in got[:3].tolist()}) == 3
    assert not got[3].any()


def test_rare_and_unseen_levels_share_an_input() -> None:
    codes = np.repeat(np.arange(4, dtype=np.int32), [50, 30, 20, 2])
    (block,) = category_blocks("c", codes, 4)
    got = encoded(block, np.array([0, 1, 2, 3, -2, -1], dtype=np.int32))
    assert block.width == 4
    assert np.argmax(got[:5], axis=1).tolist() == [0, 1, 2, 3, 3]
    assert not got[5].any()


def test_thousands_of_levels_make_few_inputs() -> None:
    codes = np.random.default_rng(0).integers(0, 5000, 50_000).astype(np.int32)
    (block,) = category_blocks("c", codes, 5000)
    assert block.width == 65
