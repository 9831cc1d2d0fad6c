import numpy as np
import pytest

from trueodds.network.activations import ACTIVATIONS, activate
from trueodds.network.initialise import initialise, orthogonal
from trueodds.network.layout import Layout


@pytest.mark.parametrize(("fan_in", "fan_out"), [(6, 6), (9, 4), (4, 9)])
def test_orthogonal_weights_keep_unit_variance(fan_in, fan_out):
    W = orthogonal(fan_in, fan_out, np.random.default_rng(0))
    shorter = W.T @ W if fan_in >= fan_out else W @ W.T
    scale = max(1.0, fan_out / fan_in)
    np.testing.assert_allclose(shorter, scale * np.eye(min(fan_in, fan_out)), atol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_signals_keep_their_size_through_the_layers(activation):
    layout = Layout(128, (128,) * 8, activation)
    flat = initialise(layout, np.random.default_rng(1)).astype(np.float64)
    A = np.random.default_rng(2).standard_normal((512, 128))
    spreads = []
    for weight, bias in zip(layout.weights(flat)[:-1], layout.biases(flat)[:-1], strict=True):
        Z = A @ weight + bias
        spreads.append(float(Z.std()))
        A = activate(Z, activation)
    # Tanh on its critical line and the gated ones lose size slowly; a bad rule loses it as 0.5**8.
    assert 0.2 < spreads[-1] / spreads[0] < 5.0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_first_log_odds_lie_around_the_base_rate(activation):
    layout = Layout(16, (32, 32), activation)
    flat = initialise(layout, np.random.default_rng(3), logit=-2.0).astype(np.float64)
    A = np.random.default_rng(4).standard_normal((4096, 16))
    weights, biases = layout.weights(flat), layout.biases(flat)
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        A = activate(A @ weight + bias, activation)
    z = (A @ weights[-1] + biases[-1])[:, 0]
    assert abs(float(z.mean()) + 2.0) < 0.8


def test_the_same_source_of_randomness_gives_the_same_weights():
    layout = Layout(5, (4,), "tanh")
    one, two, other = (initialise(layout, np.random.default_rng(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.dtype == np.float32
