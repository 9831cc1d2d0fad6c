"""Planted faults are found and named; a healthy network stays silent."""

import numpy as np
import pytest

from trueodds.health.findings import findings
from trueodds.health.probe import probe
from trueodds.health.state import LayerState
from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout

ROWS = 200


def states(
    activation: Activation, widths: tuple[int, ...], weights: float = 1.0, bias: float = 0.0
) -> tuple[LayerState, ...]:
    """Probe a fresh network whose hidden weights were scaled and biases shifted."""
    layout = Layout(6, widths, activation)
    flat = initialise(layout, np.random.default_rng(1))
    for weight in layout.weights(flat)[:-1]:
        weight *= weights
    for shift in layout.biases(flat)[:-1]:
        shift += bias
    rng = np.random.default_rng(2)
    X = rng.standard_normal((ROWS, 6)).astype(np.float32)
    y = (X[:, 0] > 0.0).astype(np.float32)
    return probe(Engine(layout, flat, ROWS), X, y, np.ones(ROWS, np.float32))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_healthy_network_is_silent(activation: Activation) -> None:
    found = states(activation, (32, 32, 32))
    assert [state.layer for state in found] == [1, 2, 3]
    assert findings(found, "fold 1") == ()


def test_a_saturated_sigmoid_is_named_with_its_layer() -> None:
    found = findings(states("sigmoid", (32, 32), weights=200.0), "fold 2")
    assert any(line.startswith("fold 2, layer 1") and "saturated" in line for line in found)


def test_dead_relus_are_named() -> None:
    found = findings(states("relu", (32, 32), bias=-50.0), "fold 1")
    assert any("layer 1: 100% of its units are dead" in line for line in found)


def test_a_vanishing_gradient_is_named() -> None:
    found = findings(states("sigmoid", (16,) * 12, weights=0.05), "fold 1")
    assert any("vanishing" in line for line in found)


def test_no_hidden_layer_no_finding() -> None:
    assert states("relu", ()) == ()
    assert findings((), "fold 1") == ()


def test_the_probe_reports_what_numpy_sees() -> None:
    layout = Layout(6, (8,), "relu")
    flat = initialise(layout, np.random.default_rng(1))
    X = np.random.default_rng(2).standard_normal((ROWS, 6)).astype(np.float32)
    y = np.zeros(ROWS, np.float32)
    (state,) = probe(Engine(layout, flat, ROWS), X, y, np.ones(ROWS, np.float32))
    z = X.astype(np.float64) @ layout.weights(flat)[0] + layout.biases(flat)[0]
    assert state.mean == pytest.approx(z.mean())
    assert state.spread == pytest.approx(z.std())
    assert state.output_mean == pytest.approx(np.maximum(z, 0.0).mean())
