import tracemalloc

import numpy as np
import pytest

from trueodds.network.activations import ACTIVATIONS, activate
from trueodds.network.engine import Engine, aligned
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout


def network(activation, widths=(7, 5, 6), inputs=4, dtype=np.float64, batch=16, dropout=0.0):
    layout = Layout(inputs, widths, activation)
    parameters = initialise(layout, np.random.default_rng(3), 0.4).astype(dtype)
    parameters += 0.05 * np.random.default_rng(4).standard_normal(layout.size).astype(dtype)
    return Engine(layout, parameters, batch, dropout)


def batch_of(rows, inputs=4, dtype=np.float64):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((rows, inputs)).astype(dtype)
    y = (X[:, 0] + rng.standard_normal(rows) > 0).astype(dtype)
    return X, y, rng.uniform(0.0, 2.0, rows).astype(dtype)


def plain_log_odds(engine, X):
    A = X.astype(np.float64)
    weights = engine.layout.weights(engine.parameters.astype(np.float64))
    biases = engine.layout.biases(engine.parameters.astype(np.float64))
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        A = activate(A @ weight + bias, engine.layout.activation)
    return (A @ weights[-1] + biases[-1])[:, 0]


def plain_loss(z, y, weight):
    return float(np.average(np.logaddexp(0.0, z) - y * z, weights=weight))


def finite_differences(engine, X, y, weight, seed):
    step, out = 1e-6, np.empty(engine.layout.size)
    for index in range(engine.layout.size):
        kept = engine.parameters[index]
        engine.parameters[index] = kept + step
        above = engine.backward(X, y, weight, seed)
        engine.parameters[index] = kept - step
        below = engine.backward(X, y, weight, seed)
        engine.parameters[index] = kept
        out[index] = (above - below) / (2.0 * step)
    return out


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_of_every_layer_match_finite_differences(activation, dropout):
    engine = network(activation, dropout=dropout)
    X, y, weight = batch_of(11)  # fewer rows than the buffer holds
    expected = finite_differences(engine, X, y, weight, seed=9)
    engine.backward(X, y, weight, seed=9)
    for name, (start, stop) in engine.layout.segments().items():
        found = engine.gradient[start:stop]
        np.testing.assert_allclose(found, expected[start:stop], atol=3e-9, rtol=1e-6, err_msg=name)
    assert np.abs(expected).max() > 1e-3


@pytest.mark.parametrize("widths", [(), (3,), (3, 8)])
def test_gradients_at_other_depths(widths):
    engine = network("silu", widths)
    X, y, weight = batch_of(16)
    expected = finite_differences(engine, X, y, weight, seed=0)
    engine.backward(X, y, weight)
    np.testing.assert_allclose(engine.gradient, expected, atol=3e-9, rtol=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_gradient_is_near_the_float64_one(activation):
    exact, single = network(activation), network(activation, dtype=np.float32)
    exact.parameters[:] = single.parameters
    X, y, weight = batch_of(16, dtype=np.float32)
    loss = single.backward(X, y, weight)
    assert loss == pytest.approx(exact.backward(*(a.astype(float) for a in (X, y, weight))), 1e-5)
    np.testing.assert_allclose(single.gradient, exact.gradient, atol=2e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_log_odds_equal_a_plain_forward_over_several_batches(activation):
    engine = network(activation, batch=8, dropout=0.3)
    X, _, _ = batch_of(27)
    np.testing.assert_allclose(engine.log_odds(X), plain_log_odds(engine, X), rtol=1e-12)


def test_loss_is_the_weighted_mean_log_loss():
    engine = network("tanh")
    X, y, weight = batch_of(13)
    expected = plain_loss(plain_log_odds(engine, X), y, weight)
    assert engine.backward(X, y, weight) == pytest.approx(expected, rel=1e-12)


def test_weights_count_as_repetitions():
    engine = network("gelu")
    X, y, _ = batch_of(6)
    weight = np.array([0.0, 1.0, 2.0, 3.0, 1.0, 0.0])
    loss = engine.backward(X, y, weight)
    gradient = engine.gradient.copy()
    repeated = np.repeat(np.arange(6), weight.astype(int))
    loss_again = engine.backward(X[repeated], y[repeated], np.ones(len(repeated)))
    assert loss == pytest.approx(loss_again, rel=1e-12)
    np.testing.assert_allclose(gradient, engine.gradient, atol=1e-14)


@pytest.mark.parametrize("activation", ["relu", "silu"])
def test_dropout_follows_the_seed_alone(activation):
    engine = network(activation, widths=(32, 32), dropout=0.5)
    X, y, weight = batch_of(16)
    first = engine.backward(X, y, weight, seed=1), engine.gradient.copy()
    engine.backward(X, y, weight, seed=2)
    assert not np.array_equal(engine.gradient, first[1])
    assert engine.backward(X, y, weight, seed=1) == first[0]
    np.testing.assert_array_equal(engine.gradient, first[1])


def test_a_smaller_batch_does_not_see_what_a_larger_one_left():
    used, fresh = network("relu"), network("relu")
    X, y, weight = batch_of(16)
    used.backward(X, y, weight)
    assert used.backward(X[:3], y[:3], weight[:3]) == fresh.backward(X[:3], y[:3], weight[:3])
    np.testing.assert_array_equal(used.gradient, fresh.gradient)


@pytest.mark.parametrize("z", [-1e4, 1e4])
def test_certain_and_wrong_stays_finite(z):
    engine = network("relu", widths=())
    engine.parameters[:] = 0.0
    engine.parameters[-1] = z
    y = np.full(4, float(z < 0.0))
    loss = engine.backward(np.ones((4, 4)), y, np.ones(4))
    assert loss == pytest.approx(1e4)
    assert engine.gradient[-1] == pytest.approx(np.sign(z))


@pytest.mark.parametrize(("activation", "dropout"), [("relu", 0.2), ("gelu", 0.2)])
def test_a_step_allocates_nothing_that_grows_with_the_batch(activation, dropout):
    engine = network(activation, (64, 64), 64, np.float32, batch=1024, dropout=dropout)
    X, y, weight = batch_of(1024, 64, np.float32)
    engine.backward(X, y, weight)
    tracemalloc.start()
    try:
        engine.backward(X, y, weight)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024  # one float32 a row would already be more


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_aligned_arrays_start_on_a_cache_line(dtype):
    for shape in [(1,), (3, 5), (256, 64)]:
        array = aligned(shape, dtype)
        assert array.ctypes.data % 64 == 0
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert not array.any()


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_dropout_out_of_range_is_refused(dropout):
    with pytest.raises(ValueError, match="dropout must be in"):
        network("relu", dropout=dropout)
