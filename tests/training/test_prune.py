"""Redundant units go, the probabilities stay; a network without any keeps all its units."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.prune import prune

rng = np.random.default_rng(0)
X = rng.normal(size=(600, 5)).astype(np.float32)


def log_odds(layout: Layout, flat: NDArray[np.float32]) -> NDArray[np.float32]:
    return Engine(layout, flat, len(X)).log_odds(X)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_units_made_of_others_go(activation: Activation) -> None:
    layout = Layout(5, (6, 4), activation)
    flat = initialise(layout, rng)
    wide = Layout(5, (18, 12), activation)
    doubled = np.zeros(wide.size, dtype=np.float32)
    (a, b, c), (p, q, r) = layout.weights(flat), layout.biases(flat)
    (aa, bb, cc), (pp, qq, rr) = wide.weights(doubled), wide.biases(doubled)
    aa[:], pp[:] = np.tile(a, 3), np.tile(p, 3)
    bb[:], qq[:] = np.tile(b, (3, 3)) / 3.0, np.tile(q, 3)
    cc[:], rr[:] = np.tile(c, (3, 1)) / 3.0, r
    smaller, parameters = prune(wide, doubled, X, 1e-9)
    assert smaller.widths <= (6, 4)
    np.testing.assert_allclose(
        log_odds(smaller, parameters), log_odds(layout, flat), atol=2e-3, rtol=1e-3
    )


def test_the_budget_bounds_the_divergence() -> None:
    layout = Layout(5, (64, 64))
    flat = initialise(layout, rng)
    p = 1.0 / (1.0 + np.exp(-log_odds(layout, flat).astype(np.float64)))
    widths = []
    for budget in (1e-8, 1e-4, 1e-2):
        smaller, parameters = prune(layout, flat, X, budget)
        q = 1.0 / (1.0 + np.exp(-log_odds(smaller, parameters).astype(np.float64)))
        divergence = np.mean(p * np.log(p / q) + (1.0 - p) * np.log((1.0 - p) / (1.0 - q)))
        assert divergence <= budget * 1.1 + 1e-9
        widths.append(sum(smaller.widths))
    assert widths[0] >= widths[1] >= widths[2]
    assert widths[2] < 128


def test_units_that_never_vary_become_a_bias() -> None:
    layout = Layout(5, (4, 3))
    flat = initialise(layout, rng)
    layout.weights(flat)[0][:, 1:] = 0.0
    layout.biases(flat)[0][1:] = [0.5, -1.0, 2.0]
    smaller, parameters = prune(layout, flat, X, 1e-9)
    assert smaller.widths[0] == 1
    np.testing.assert_allclose(log_odds(smaller, parameters), log_odds(layout, flat), atol=1e-4)


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_few_rows(rows: int) -> None:
    layout = Layout(5, (32, 16))
    flat = initialise(layout, rng)
    smaller, parameters = prune(layout, flat, X[:rows], 1e-6)
    assert min(smaller.widths) >= 1
    np.testing.assert_allclose(
        log_odds(smaller, parameters)[:rows], log_odds(layout, flat)[:rows], atol=2e-2
    )


def test_a_logistic_regression_has_nothing_to_drop() -> None:
    layout = Layout(5, ())
    flat = initialise(layout, rng)
    smaller, parameters = prune(layout, flat, X, 1e-6)
    assert smaller == layout
    np.testing.assert_array_equal(parameters, flat)
