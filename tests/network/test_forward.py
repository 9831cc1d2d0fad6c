"""The forward pass in float64 is the engine's, layer by layer."""

import numpy as np
import pytest

from trueodds.network.activations import ACTIVATIONS
from trueodds.network.engine import Engine
from trueodds.network.forward import forward, log_odds
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("widths", [(), (7,), (9, 5, 6)])
def test_forward_equals_the_engine_in_float64(activation, widths) -> None:
    rng = np.random.default_rng(0)
    layout = Layout(4, widths, activation)
    parameters = initialise(layout, rng, 0.4)
    parameters += rng.normal(0.0, 0.1, parameters.shape).astype(np.float32)
    X = rng.normal(size=(33, 4)).astype(np.float32)
    flat = parameters.astype(np.float64)
    weights, biases = layout.weights(flat), layout.biases(flat)
    outputs = list(forward(X.astype(np.float64), weights, biases, activation))
    assert [out.shape for out in outputs] == [(33, width) for width in (*widths, 1)]
    assert all(out.dtype == np.float64 for out in outputs)
    found = log_odds(X.astype(np.float64), weights, biases, activation)
    assert np.array_equal(found, outputs[-1][:, 0])
    plain = Engine(layout, parameters, 33).log_odds(X)
    np.testing.assert_allclose(found, plain, rtol=1e-5, atol=1e-5)


def test_two_layers_by_hand() -> None:
    weights = [np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([[3.0], [-2.0]])]
    biases = [np.array([0.5, -0.5]), np.array([0.25])]
    X = np.array([[1.0, 2.0], [-3.0, 1.0]])
    first, last = forward(X, weights, biases, "relu")
    assert first.tolist() == [[5.5, 0.0], [0.0, 3.0]]
    assert last.tolist() == [[16.75], [-5.75]]


def test_a_later_layer_may_be_the_first_one_given() -> None:
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) for shape in ((3, 4), (4, 5), (5, 1))]
    biases = [rng.normal(size=n) for n in (4, 5, 1)]
    X = rng.normal(size=(6, 3))
    first, *rest = forward(X, weights, biases, "tanh")
    again = forward(first, weights[1:], biases[1:], "tanh")
    assert all(np.array_equal(a, b) for a, b in zip(rest, again, strict=True))
