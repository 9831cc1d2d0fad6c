"""Members that share weights: they are plain MLPs where the factors are 1, and their gradient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shared_network
from shared_network import SharedEngine, SharedLayout
from trueodds import functions
from trueodds.network.engine import Engine

ROWS = 7


def random_parameters(layout: SharedLayout, seed: int) -> shared_network.Flat:
    return np.random.default_rng(seed).standard_normal(layout.size)


def batch(inputs: int, seed: int) -> tuple[shared_network.Flat, ...]:
    rng = np.random.default_rng([seed, 1])
    y = rng.integers(0, 2, ROWS).astype(np.float64)
    return rng.standard_normal((ROWS, inputs)), y, rng.uniform(0.5, 2.0, ROWS)


@given(
    st.integers(1, 5), st.lists(st.integers(1, 4), max_size=3), st.integers(1, 4), st.integers(0)
)
@settings(max_examples=30, deadline=None)
def test_the_gradient_agrees_with_finite_differences(
    inputs: int, widths: list[int], members: int, seed: int
) -> None:
    layout = SharedLayout(inputs, tuple(widths), members)
    flat = random_parameters(layout, seed)
    X, y, weight = batch(inputs, seed)
    engine = SharedEngine(layout, flat, ROWS)
    engine.backward(X, y, weight)
    found = engine.gradient.copy()
    step = 1e-6
    for place in range(layout.size):
        kept = flat[place]
        sides = []
        for moved in (kept - step, kept + step):
            flat[place] = moved
            sides.append(engine.backward(X, y, weight))
        flat[place] = kept
        # A unit whose pre-activation is at 0 has two slopes; random numbers are not there.
        assert found[place] == pytest.approx((sides[1] - sides[0]) / (2 * step), rel=1e-4, abs=1e-6)


def test_members_with_factors_of_one_and_equal_heads_are_one_mlp() -> None:
    layout = SharedLayout(6, (5, 4), 3)
    flat = random_parameters(layout, 0)
    named, plain = layout.views(flat), layout.plain
    alone = np.empty(plain.size)
    own = plain.views(alone)
    for layer in range(2):
        named[f"in{layer}"][:] = named[f"out{layer}"][:] = 1.0
        named[f"bias{layer}"][:] = named[f"bias{layer}"][0]
        own[f"weight{layer}"][:], own[f"bias{layer}"][:] = (
            named[f"weight{layer}"],
            named[f"bias{layer}"][0],
        )
    named["head"][:], named["shift"][:] = named["head"][0], named["shift"][0]
    own["weight2"][:, 0], own["bias2"][0] = named["head"][0], named["shift"][0]
    X, y, weight = batch(6, 0)
    shared, one = SharedEngine(layout, flat, ROWS), Engine(plain, alone, ROWS)
    assert shared.log_odds(X) == pytest.approx(one.log_odds(X), rel=1e-12)
    assert shared.backward(X, y, weight) == pytest.approx(one.backward(X, y, weight), rel=1e-12)
    gradients, expected = layout.views(shared.gradient), plain.views(one.gradient)
    for layer in range(2):
        assert gradients[f"weight{layer}"] == pytest.approx(expected[f"weight{layer}"], rel=1e-9)
        assert gradients[f"bias{layer}"].sum(axis=0) == pytest.approx(expected[f"bias{layer}"])


def test_members_begin_different_and_forecast_about_the_base_rate() -> None:
    layout = SharedLayout(20, (32, 32), 8)
    flat = shared_network.first_parameters(layout, np.random.default_rng(0), -1.0)
    named = layout.views(flat)
    assert set(np.unique(named["in0"])) == {-1.0, 1.0}
    assert len(np.unique(named["head"], axis=0)) == 8
    X = np.random.default_rng(1).standard_normal((500, 20)).astype(np.float32)
    z = SharedEngine(layout, flat, 500).log_odds(X)
    assert functions.sigmoid(z.astype(np.float64)).mean() == pytest.approx(0.27, abs=0.05)
