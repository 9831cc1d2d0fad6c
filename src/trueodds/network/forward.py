"""The forward pass of a trained network in float64, layer by layer."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import Activation, activate

Float = NDArray[np.float64]


def forward(
    X: Float, weights: Sequence[Float], biases: Sequence[Float], activation: Activation
) -> Iterator[Float]:
    """Outputs of every layer: the hidden layers' after the activation, and last the log-odds.

    Parameters
    ----------
    X
        Inputs of the first of these layers, shape (n, fan_in), float64.
    weights, biases
        Of each layer, shapes (fan_in, fan_out) and (fan_out,); the last layer has fan_out 1.
    activation
        Of all layers but the last.

    Yields
    ------
    ndarray
        Shape (n, fan_out), one a layer.
    """
    A = X
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        A = activate(A @ weight + bias, activation)
        yield A
    yield A @ weights[-1] + biases[-1]


def log_odds(
    X: Float, weights: Sequence[Float], biases: Sequence[Float], activation: Activation
) -> Float:
    """Return the log-odds alone, shape (n,), nats; parameters as for `forward`."""
    *_, last = forward(X, weights, biases, activation)
    return np.asarray(last[:, 0])
