"""Hidden activations φ in plain NumPy, for the scorer and as the reference of the fused kernels.

Every smooth activation is computed from σ, and is as exact as `trueodds.functions`:

- silu(z) = z·σ(z)
- tanh(z) = 2·σ(2z) − 1
- gelu(z) ≈ z·σ(2·√(2/π)·(z + 0.044715·z³)), the tanh form of Hendrycks & Gimpel
  (arXiv 1606.08415, section 2), which differs from the erf form by at most 0.0005.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trueodds.functions.portable import sigmoid

Activation = Literal["relu", "leaky_relu", "silu", "gelu", "tanh", "sigmoid"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)

LEAK = 0.01
"""Slope of leaky ReLU below zero (Maas et al. 2013)."""
GELU_CUBIC = 0.044715
GELU_SCALE = 1.5957691216057308
"""2·√(2/π)."""

CODES: dict[Activation, int] = {name: code for code, name in enumerate(ACTIVATIONS)}
"""The number of each activation in the compiled kernels."""


def activate(z: NDArray[np.float64], activation: Activation) -> NDArray[np.float64]:
    """φ(z), element by element.

    Parameters
    ----------
    z
        Pre-activations, any shape, float64.
    activation
        One of `ACTIVATIONS`.

    Returns
    -------
    NDArray[np.float64]
        Shape of z.
    """
    match activation:
        case "relu":
            return np.maximum(z, 0.0)
        case "leaky_relu":
            return np.where(z > 0.0, z, LEAK * z)
        case "silu":
            return z * sigmoid(z)
        case "gelu":
            return z * sigmoid(GELU_SCALE * (z + GELU_CUBIC * z * z * z))
        case "tanh":
            return 2.0 * sigmoid(2.0 * z) - 1.0
        case "sigmoid":
            return sigmoid(z)


def slope(z: NDArray[np.float64], activation: Activation) -> NDArray[np.float64]:
    """φ′(z), element by element, shape and dtype of z; the slope of ReLU at 0 is 0."""
    match activation:
        case "relu":
            return np.where(z > 0.0, 1.0, 0.0)
        case "leaky_relu":
            return np.where(z > 0.0, 1.0, LEAK)
        case "silu":
            s = sigmoid(z)
            return s * (1.0 + z * (1.0 - s))
        case "gelu":
            s = sigmoid(GELU_SCALE * (z + GELU_CUBIC * z * z * z))
            inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBIC * z * z)
            return s + z * s * (1.0 - s) * inner
        case "tanh":
            t = 2.0 * sigmoid(2.0 * z) - 1.0
            return 1.0 - t * t
        case "sigmoid":
            s = sigmoid(z)
            return s * (1.0 - s)
