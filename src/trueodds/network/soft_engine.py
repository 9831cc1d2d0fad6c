"""Soft splits at work: forward, hand-written backward, and the buffers both reuse."""

import numpy as np

from trueodds.network import soft_kernels
from trueodds.network.engine import Matrix, aligned
from trueodds.network.kernels import loss_and_gradient
from trueodds.network.soft_splits import SoftSplits


class SoftEngine:
    """Forward and backward of one network of soft splits, for batches of up to ``batch`` rows.

    It has the methods of `trueodds.network.engine.Engine`, which describes the parameters.
    """

    def __init__(self, layout: SoftSplits, parameters: Matrix, batch: int) -> None:
        self.layout = layout
        self.batch = batch
        self.parameters = parameters
        self.gradient = aligned(parameters.shape, parameters.dtype)
        kind = parameters.dtype
        self._part, self._slope = layout.views(parameters), layout.views(self.gradient)
        self._scale = kind.type(1.0 / layout.trees**0.5)
        shape = (batch, layout.gates)
        self._before, self._gate, self._sent = (aligned(shape, kind) for _ in range(3))
        self._weight = self._part["weight"]
        if layout.sparse:
            self._weight = aligned(self._weight.shape, kind)
            self._weight[:] = 1.0  # where `sparsemax` starts
        self._share = aligned((2 * layout.leaves, layout.trees), kind)
        self._apart = aligned((layout.leaves, layout.trees), kind)
        self._logit, self._d_logit = aligned((batch,), kind), aligned((batch,), kind)
        self._losses = np.empty(batch)

    def _weigh(self) -> None:
        """Bring what follows from the parameters alone up to date."""
        if self.layout.sparse:
            soft_kernels.sparsemax(self._part["weight"], self._weight)
        self._steep = np.exp(self._part["slope"])

    def _trees(self, X: Matrix, out: Matrix) -> None:
        rows = len(X)
        U, G = self._before[:rows], self._gate[:rows]
        np.dot(X, self._weight, out=U)
        soft_kernels.gates_forward(U, self._part["offset"], self._steep, G)
        soft_kernels.trees_forward(G, self._part["leaf"], self._scale, self._apart, out)

    def log_odds(self, X: Matrix) -> Matrix:
        """Logits of all rows of X, shape (n, inputs) → (n,); a new array."""
        self._weigh()
        out = np.empty(len(X), dtype=self.parameters.dtype)
        for start in range(0, len(X), self.batch):
            part = X[start : start + self.batch]
            self._trees(part, out[start : start + len(part)])
        out += self._part["bias"][0]
        return out

    def flows(self, rows: int) -> list[Matrix]:
        """Nothing: there are no hidden layers of units."""
        return []

    def backward(self, X: Matrix, y: Matrix, weight: Matrix, seed: int = 0) -> float:
        """Weighted mean log-loss of a batch; `gradient` then holds its gradient.

        Nothing is dropped, so ``seed`` is not used.
        """
        rows = len(X)
        self._weigh()
        z, g = self._logit[:rows], self._d_logit[:rows]
        self._trees(X, z)
        loss = loss_and_gradient(
            z, y, weight, self._part["bias"], g, self._slope["bias"], self._losses
        )
        U, G, D = self._before[:rows], self._gate[:rows], self._sent[:rows]
        soft_kernels.trees_backward(
            G, self._part["leaf"], self._scale, g, self._share, self._apart, D, self._slope["leaf"]
        )
        soft_kernels.gates_backward(
            D, G, U, self._steep, self._slope["offset"], self._slope["slope"]
        )
        np.dot(X.T, D, out=self._slope["weight"])
        if self.layout.sparse:
            soft_kernels.sparsemax_backward(self._weight, self._slope["weight"])
        return float(loss)
