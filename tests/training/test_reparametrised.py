"""Centred steps of a sigmoid network are steps of its tanh twin, and let a deep one learn."""

import numpy as np
import pytest

from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW
from trueodds.training.reparametrised import ReparametrisedAdamW, optimiser_for

ROWS = 64


def batch(inputs: int):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((ROWS, inputs))
    return X, (X[:, 0] * X[:, 1] > 0.0).astype(np.float64), np.ones(ROWS)


def tanh_twin(layout: Layout, flat):
    """The tanh network that computes the same: σ(y) − ½ = ½·tanh(y/2)."""
    twin = Layout(layout.inputs, layout.widths, "tanh")
    out = flat.copy()
    weights, biases = twin.weights(out), twin.biases(out)
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        last = index == layout.depth - 1
        if index:
            bias += 0.5 * weight.sum(axis=0)
        bias *= 1.0 if last else 0.5
        weight *= 0.5 if last or index == 0 else 0.25
    return twin, out


def test_a_step_equals_that_of_the_tanh_network():
    layout = Layout(5, (7, 6), "sigmoid")
    flat = initialise(layout, np.random.default_rng(0)).astype(np.float64)
    twin, twin_flat = tanh_twin(layout, flat)
    X, y, weight = batch(5)
    ours, theirs = Engine(layout, flat, ROWS), Engine(twin, twin_flat, ROWS)
    # ε weighs more where gradients are smaller: with Adam's usual 1e-8 the two are 4e-6 apart.
    optimiser = ReparametrisedAdamW(layout, flat, eps=1e-14)
    reference = AdamW(twin_flat, [(twin.size, 1.0, 0.0)], eps=1e-14)
    for _ in range(5):
        assert ours.backward(X, y, weight) == pytest.approx(theirs.backward(X, y, weight))
        optimiser.step(ours.gradient, 0.01, 0.0)
        reference.step(theirs.gradient, 0.01, 0.0)
    np.testing.assert_allclose(ours.log_odds(X), theirs.log_odds(X), rtol=0, atol=1e-10)


def test_decay_shrinks_weights_as_for_any_other_activation():
    layout = Layout(3, (4, 4), "sigmoid")
    flat = initialise(layout, np.random.default_rng(0)).astype(np.float64)
    before = [w.copy() for w in layout.weights(flat)]
    ReparametrisedAdamW(layout, flat).step(np.zeros(layout.size), 0.1, 0.5)
    for old, new in zip(before, layout.weights(flat), strict=True):
        np.testing.assert_allclose(new, old * 0.95, rtol=1e-12)


def test_other_activations_are_refused():
    for activation, kind in (("sigmoid", ReparametrisedAdamW), ("tanh", AdamW), ("relu", AdamW)):
        layout = Layout(3, (4,), activation)
        flat = np.zeros(layout.size, np.float32)
        assert isinstance(optimiser_for(layout, flat), kind)
    with pytest.raises(ValueError, match="must be sigmoid"):
        ReparametrisedAdamW(Layout(3, (4,), "tanh"), np.zeros(21, np.float32))
    empty = Layout(3, (), "sigmoid")
    assert isinstance(optimiser_for(empty, np.zeros(empty.size, np.float32)), AdamW)


def test_a_sigmoid_of_depth_64_learns():
    """The usual start stands still (tests/network/test_meanfield.py); bench/depth.py tells more."""
    layout = Layout(8, (32,) * 64, "sigmoid")
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1000, 8)).astype(np.float32)
    y = (X[:, 0] + X[:, 1] > 0.0).astype(np.float32)
    flat = initialise(layout, rng)
    engine, judge = Engine(layout, flat, ROWS), Engine(layout, flat, 1000)
    optimiser = optimiser_for(layout, flat, beta2=0.999)
    for _ in range(80):
        rows = rng.integers(1000, size=ROWS)
        engine.backward(np.ascontiguousarray(X[rows]), y[rows], np.ones(ROWS, np.float32))
        optimiser.step(engine.gradient, 2e-4, 0.0)
    assert np.mean((judge.log_odds(X) > 0.0) == (y > 0.5)) > 0.9
