"""A member on fixed rows of inputs, seen by its fold or not."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import activate
from trueodds.network.forward import log_odds
from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits
from trueodds.training.member import TrainedMember

Float = NDArray[np.float64]


class OnRows(Protocol):
    """A member on fixed rows; it computes only the changes of its first layer."""

    def log_odds(self, change: Float | None, positions: NDArray[np.int64]) -> Float:
        """Log-odds of the rows after a change (rows, positions) of some inputs."""


def on_rows(member: TrainedMember, X: Float) -> OnRows:
    """A member on rows of inputs, float64 of shape (rows, width)."""
    layout = member.layout
    if isinstance(layout, SoftSplits):
        return _Soft(layout, member.parameters, X)
    return _Mlp(layout, member.parameters, X)


class _Soft:
    """Soft splits, whose first layer are the gates' sums."""

    def __init__(self, layout: SoftSplits, parameters: NDArray[np.float32], X: Float) -> None:
        self._engine = SoftEngine(layout, parameters)
        self._weights = layout.gate_weights(parameters)
        self._sums = self._engine.sums(X.astype(np.float32))
        self._plain = self._onward(self._sums)

    def log_odds(self, change: Float | None, positions: NDArray[np.int64]) -> Float:
        if change is None:
            return self._plain
        weights = self._weights[positions]
        if not weights.any():
            return self._plain
        return self._onward(self._sums + weights.T @ change.T.astype(np.float32))

    def _onward(self, sums: NDArray[np.float32]) -> Float:
        return self._engine.log_odds_of(sums).astype(np.float64)


class _Mlp:
    """Layers of units."""

    def __init__(self, layout: Layout, parameters: NDArray[np.float32], X: Float) -> None:
        flat = parameters.astype(np.float64)
        self._activation = layout.activation
        self._weights, self._biases = layout.weights(flat), layout.biases(flat)
        self._first = X @ self._weights[0] + self._biases[0]
        self._plain = self._onward(self._first)

    def log_odds(self, change: Float | None, positions: NDArray[np.int64]) -> Float:
        if change is None:
            return self._plain
        weights = self._weights[0][positions]
        if not weights.any():
            return self._plain
        return self._onward(self._first + change @ weights)

    def _onward(self, first: Float) -> Float:
        if len(self._weights) == 1:
            return np.asarray(first[:, 0])
        A = activate(first, self._activation)
        return log_odds(A, self._weights[1:], self._biases[1:], self._activation)
