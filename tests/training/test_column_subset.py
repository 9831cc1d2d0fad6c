"""Members that see a part of the columns: which, and the same network on all inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.kernels import gather_some
from trueodds.network.layout import Layout
from trueodds.training.column_subset import inputs_shown, widened


@given(st.integers(1, 30), st.sampled_from([1.0, 0.8, 0.6, 0.5]), st.integers(0, 2**32))
def test_the_fraction_of_columns_is_kept_and_at_least_one(
    count: int, share: float, seed: int
) -> None:
    columns = [np.arange(3 * i, 3 * i + 3) for i in range(count)]
    positions, kept = inputs_shown(columns, 3 * count, share, np.random.default_rng(seed))
    shown = {int(p) // 3 for p in positions}
    assert len(shown) == count - int((1.0 - share) * count + 1e-9) >= 1
    assert len(positions) == 3 * len(shown)
    assert (np.diff(positions) > 0).all()
    assert kept == pytest.approx(len(shown) / count)
    assert (kept == 1.0) == (len(shown) == count)


def test_an_input_of_two_columns_stays_while_one_is_shown() -> None:
    """A difference of two dates; a column without inputs is none to choose from."""
    columns = [np.array([0, 2]), np.array([1, 2]), np.array([], dtype=np.int64)]
    found = {
        tuple(inputs_shown(columns, 3, 0.5, np.random.default_rng(seed))[0].tolist())
        for seed in range(20)
    }
    assert found == {(0, 2), (1, 2)}


def test_unseen_inputs_are_left_out_unless_nothing_is_left() -> None:
    columns = [np.array([0, 1]), np.array([2, 3])]
    unseen = np.array([1, 2, 3])
    rng = np.random.default_rng(0)
    positions, share = inputs_shown(columns, 4, 1.0, rng, unseen)
    assert (positions.tolist(), share) == ([0], 1.0)
    found = {tuple(inputs_shown(columns, 4, 0.5, rng, unseen)[0].tolist()) for _ in range(20)}
    assert found == {(0,), (2, 3)}


def test_widened_is_the_same_network_and_ignores_other_inputs() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 7)).astype(np.float32)
    positions = np.array([1, 2, 5])
    layout = Layout(3, (6, 4))
    parameters = initialise(layout, rng, 0.3)
    wide, flat = widened(layout, parameters, positions, 7)
    assert wide == Layout(7, (6, 4))
    narrow = Engine(layout, parameters, 50).log_odds(np.ascontiguousarray(X[:, positions]))
    np.testing.assert_allclose(Engine(wide, flat, 50).log_odds(X), narrow, rtol=1e-5, atol=1e-6)
    X[:, [0, 3, 4, 6]] = 1e3
    np.testing.assert_allclose(Engine(wide, flat, 50).log_odds(X), narrow, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("positions", [[0, 1, 2, 3, 4], [0, 3], [3, 4], [1]])
def test_some_inputs_are_gathered_from_both_matrices(positions: list[int]) -> None:
    rng = np.random.default_rng(1)
    shared, own = (rng.normal(size=(9, n)).astype(np.float32) for n in (3, 2))
    rows = np.array([8, 0, 3])
    out = np.empty((3, len(positions)), np.float32)
    gather_some(shared, own, np.array(positions), rows, out)
    assert np.array_equal(out, np.concatenate([shared, own], axis=1)[rows][:, positions])
