import math

import numpy as np
import pytest

from trueodds.network.activations import ACTIVATIONS, CODES, activate, slope

Z = np.linspace(-12.0, 12.0, 4001)
TRUTH = {
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0.0 else 0.01 * z,
    "silu": lambda z: z / (1.0 + math.exp(-z)),
    "gelu": lambda z: 0.5 * z * (1.0 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
    "tanh": math.tanh,
    "sigmoid": lambda z: 1.0 / (1.0 + math.exp(-z)),
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_values_are_those_of_the_formula(activation):
    expected = [TRUTH[activation](z) for z in Z]
    np.testing.assert_allclose(activate(Z, activation), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slope_is_the_derivative(activation):
    z, step = Z[np.abs(Z) > 1e-3], 1e-5
    difference = (activate(z + step, activation) - activate(z - step, activation)) / (2 * step)
    np.testing.assert_allclose(slope(z, activation), difference, atol=1e-9)


def test_gelu_is_near_the_form_with_erf():
    exact = [0.5 * z * (1.0 + math.erf(z / math.sqrt(2.0))) for z in Z]
    assert np.abs(activate(Z, "gelu") - exact).max() < 5e-4


def test_relu_has_slope_zero_at_zero():
    assert slope(np.zeros(1), "relu")[0] == 0.0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_huge_inputs_stay_free_of_nan(activation):
    z = np.array([-1e4, 1e4])
    assert np.isfinite(activate(z, activation)).all()
    assert np.isfinite(slope(z, activation)).all()


def test_every_activation_has_its_own_code():
    assert sorted(CODES.values()) == list(range(len(ACTIVATIONS)))
