"""A look into every hidden layer: spread, saturation, dead units, gradient."""

import numpy as np
from numpy.typing import NDArray

from trueodds.health.state import LayerState
from trueodds.network.activations import activate, slope
from trueodds.network.engine import Engine

LARGEST_SLOPE = {
    "relu": 1.0,
    "leaky_relu": 1.0,
    "silu": 1.0998,
    "gelu": 1.1290,
    "tanh": 1.0,
    "sigmoid": 0.25,
}
"""Maximum of |φ′| of each activation."""


def probe(
    engine: Engine,
    X: NDArray[np.float32],
    y: NDArray[np.float32],
    weight: NDArray[np.float32],
) -> tuple[LayerState, ...]:
    """State of every hidden layer on up to ``engine.batch`` rows.

    ``engine`` must be without dropout; its gradient buffer is overwritten.
    """
    layout = engine.layout
    if not layout.widths:
        return ()
    engine.backward(X, y, weight)
    gradients = layout.weights(engine.gradient)
    weights, biases = layout.weights(engine.parameters), layout.biases(engine.parameters)
    A = X.astype(np.float64)
    states = []
    for index in range(len(layout.widths)):
        Z = A @ weights[index].astype(np.float64) + biases[index]
        slopes = np.abs(slope(Z, layout.activation))
        A = activate(Z, layout.activation)
        flat = slopes < 0.01 * LARGEST_SLOPE[layout.activation]
        rectified = layout.activation in ("relu", "leaky_relu")
        states.append(
            LayerState(
                layer=index + 1,
                mean=float(Z.mean()),
                spread=float(Z.std()),
                output_mean=float(A.mean()),
                saturated=0.0 if rectified else float(flat.mean()),
                dead=float((slopes.max(axis=0) == 0.0).mean()),
                gradient=float(np.sqrt(np.mean(np.square(gradients[index], dtype=np.float64)))),
            )
        )
    return tuple(states)
