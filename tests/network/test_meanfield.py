"""The critical line holds in theory by other means of integration, and in wide networks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from trueodds.network.activations import ACTIVATIONS, activate, slope
from trueodds.network.engine import Engine
from trueodds.network.initialisations import INITIALISATIONS
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.network.meanfield import SMOOTH, critical_point, moments, on_critical_line


def expectation(function, q):
    def integrand(x):
        return float(function(np.array([q**0.5 * x]))[0]) * np.exp(-x * x / 2) / (2 * np.pi) ** 0.5

    return sum(quad(integrand, *ends)[0] for ends in ((-12, 0), (0, 12)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("q", [0.05, 1.0])
def test_moments_equal_those_of_adaptive_integration(activation, q):
    found = moments(activation, q)
    mean = expectation(lambda z: activate(z, activation), q)
    assert found.mean == pytest.approx(mean, abs=1e-7)
    square = expectation(lambda z: activate(z, activation) ** 2, q)
    assert found.variance == pytest.approx(square - mean**2, abs=1e-7)
    for power, value in ((2, found.slope2), (4, found.slope4)):
        steep = expectation(lambda z, power=power: slope(z, activation) ** power, q)
        assert value == pytest.approx(steep, abs=1e-6)


@given(st.sampled_from(SMOOTH), st.integers(1, 300))
def test_the_critical_point_is_a_fixed_point_that_keeps_gradients(activation, depth):
    point = critical_point(activation, depth)
    q, chi = point.mapped(activation)
    assert q == pytest.approx(point.q, rel=1e-9)
    assert chi == pytest.approx(1.0, rel=1e-9)
    assert point.bias >= 0.0


def test_deeper_networks_start_more_linear():
    spreads = [critical_point("tanh", depth).q for depth in (1, 4, 16, 64, 256)]
    assert spreads == sorted(spreads, reverse=True)
    # Close to 0, tanh is z: weights of variance 1 / fan_in (arXiv 1611.01232, figure 1).
    assert critical_point("tanh", 256).weight == pytest.approx(1.0, abs=0.03)
    assert critical_point("sigmoid", 256).weight == pytest.approx(4.0, abs=0.1)
    assert critical_point("relu", 64).weight == pytest.approx(2.0**0.5)


@pytest.mark.parametrize("q", [0.0, -1.0, float("inf"), float("nan")])
def test_impossible_variances_are_refused(q):
    with pytest.raises(ValueError, match="above 0 and finite"):
        on_critical_line("tanh", q)


@pytest.mark.parametrize("activation", SMOOTH)
def test_signals_and_gradients_keep_their_size_over_sixty_four_layers(activation):
    layout = Layout(96, (96,) * 64, activation)
    flat = initialise(layout, np.random.default_rng(0), init="critical")
    rng = np.random.default_rng(1)
    X = rng.standard_normal((64, 96)).astype(np.float32)
    engine = Engine(layout, flat, 64)
    engine.backward(X, (rng.random(64) < 0.5).astype(np.float32), np.ones(64, np.float32))
    sizes = [float(np.sqrt((g.astype(float) ** 2).mean())) for g in engine.flows(64)]
    assert 0.1 < sizes[0] / sizes[-1] < 10.0


def test_a_textbook_initialisation_loses_a_deep_sigmoids_gradient():
    layout = Layout(32, (32,) * 24, "sigmoid")
    X = np.random.default_rng(1).standard_normal((64, 32)).astype(np.float32)
    for init in ("xavier", "pytorch"):
        engine = Engine(layout, initialise(layout, np.random.default_rng(0), init=init), 64)
        engine.backward(X, np.ones(64, np.float32), np.ones(64, np.float32))
        first, *_, last = engine.flows(64)
        assert np.abs(first).max() < 1e-8 * np.abs(last).max()


def test_textbook_initialisations_have_their_variances_and_unknown_ones_are_refused():
    layout = Layout(300, (200,), "relu")
    variance = {"he": 2 / 300, "xavier": 2 / 500, "pytorch": 1 / 900}
    for init, expected in variance.items():
        flat = initialise(layout, np.random.default_rng(0), logit=-1.0, init=init)
        assert float(layout.weights(flat)[0].var()) == pytest.approx(expected, rel=0.03)
        assert abs(float(layout.biases(flat)[-1][0]) + 1.0) < 0.1
    assert set(variance) < set(INITIALISATIONS)
    with pytest.raises(ValueError, match="unknown initialisation"):
        initialise(layout, np.random.default_rng(0), init="lucky")  # type: ignore[arg-type]
