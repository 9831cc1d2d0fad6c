"""The members' networks at scoring time: NumPy only, float64, no compiled kernels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import activate
from trueodds.network.layout import Layout

ROWS = 4096
"""Rows scored at a time, so that memory stays flat."""


@dataclass(frozen=True, eq=False)
class Member:
    """One trained network of the ensemble.

    ``parameters`` is the flat float32 buffer; ``fold`` says whose `RateTable`s feed it.
    """

    fold: int
    parameters: NDArray[np.float32]


def member_log_odds(layout: Layout, member: Member, X: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-odds of one member, X of shape (rows, inputs) → (rows,) float64."""
    flat = member.parameters.astype(np.float64)
    weights, biases = layout.weights(flat), layout.biases(flat)
    out = np.empty(len(X))
    for start in range(0, len(X), ROWS):
        A = X[start : start + ROWS].astype(np.float64)
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            A = activate(A @ weight + bias, layout.activation)
        out[start : start + ROWS] = A @ weights[-1][:, 0] + biases[-1][0]
    return out
