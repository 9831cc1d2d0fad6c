"""Soft splits at work: forward, hand-written backward, and the buffers both reuse."""

from functools import cache

import numpy as np

from trueodds.network import soft_kernels as kernels
from trueodds.network.engine import Matrix, aligned
from trueodds.network.kernels import loss_and_gradient
from trueodds.network.soft_kernels import LANES
from trueodds.network.soft_splits import SoftSplits

BLOCK = 256
"""Rows at a time where there are no batches."""


class _Buffers:
    """Room for one number of lanes; what is computed for each row lies side by side."""

    def __init__(self, layout: SoftSplits, upper: int, lanes: int, kind: np.dtype) -> None:
        trees, gates = layout.trees, (layout.depth, layout.trees, lanes)
        self.inputs = aligned((layout.inputs, lanes), kind)
        self.before, self.gate, self.d_gate = (aligned(gates, kind) for _ in range(3))
        self.pulled = aligned((trees, upper, lanes), kind)
        self.of_lower = aligned((trees, layout.leaves // upper, lanes), kind)
        self.logit, self.d_logit = aligned((lanes,), kind), aligned((lanes,), kind)
        self.ones = np.ones(lanes, kind)


class SoftEngine:
    """Forward and backward of one network of soft splits, for batches of up to ``batch`` rows.

    It has the methods of `trueodds.network.engine.Engine`, which describes the parameters.
    """

    def __init__(self, layout: SoftSplits, parameters: Matrix, batch: int = BLOCK) -> None:
        self.layout = layout
        self.batch = batch
        self.parameters = parameters
        self.gradient = aligned(parameters.shape, parameters.dtype)
        kind = parameters.dtype
        self._part, self._d_part = layout.views(parameters), layout.views(self.gradient)
        self._scale = kind.type(1.0 / layout.trees**0.5)
        self._weight = self._part["weight"]
        if layout.sparse:
            self._weight = aligned(self._weight.shape, kind)
            self._weight[:] = 1.0  # where `sparsemax` starts
        self._steep = np.empty(layout.gates, kind)
        upper = 1 << layout.depth // 2
        self._leaf, self._d_leaf = (
            part["leaf"].reshape(layout.trees, upper, -1) for part in (self._part, self._d_part)
        )
        self._buffers = cache(lambda lanes: _Buffers(layout, upper, lanes, kind))
        self._losses = np.empty(batch)

    def _weigh(self) -> None:
        """Bring what follows from the parameters alone up to date."""
        if self.layout.sparse:
            kernels.sparsemax(self._part["weight"], self._weight)
        np.exp(self._part["slope"], out=self._steep)

    def _room(self, rows: int) -> _Buffers:
        """Buffers whose lanes are at least so many rows, a multiple of `LANES`."""
        return self._buffers(-(-rows // LANES) * LANES)

    def _forward(self, X: Matrix) -> _Buffers:
        """Fill the buffers of the forward pass.

        Their lanes are the rows of X, brought up to a multiple of `LANES` by rows of zeros.
        """
        rows = len(X)
        b = self._room(rows)
        b.inputs[:, :rows] = X.T
        b.inputs[:, rows:] = 0.0
        np.dot(self._weight.T, b.inputs, out=b.before.reshape(self.layout.gates, -1))
        self._trees(b)
        return b

    def _trees(self, b: _Buffers) -> None:
        """From the gates' sums, w·x, to log-odds less the bias."""
        flat = (self.layout.gates, -1)
        U, G = b.before.reshape(flat), b.gate.reshape(flat)
        kernels.gates_forward(U, self._part["offset"], self._steep, G)
        kernels.trees_forward(b.gate, self._leaf, self._scale, b.logit)

    def log_odds(self, X: Matrix) -> Matrix:
        """Logits of all rows of X, shape (n, inputs) → (n,); a new array."""
        self._weigh()
        out = np.empty(len(X), dtype=self.parameters.dtype)
        for start in range(0, len(X), self.batch):
            part = X[start : start + self.batch]
            out[start : start + len(part)] = self._forward(part).logit[: len(part)]
        out += self._part["bias"][0]
        return out

    def sums(self, X: Matrix) -> Matrix:
        """The gates' weighted sums w·x, shape (gates, n)."""
        self._weigh()
        return np.asarray(self._weight.T @ X.T)

    def log_odds_of(self, sums: Matrix) -> Matrix:
        """Logits of rows by their gates' `sums`, which are those of the same parameters."""
        rows = sums.shape[1]
        out = np.empty(rows, dtype=self.parameters.dtype)
        for start in range(0, rows, self.batch):
            part = sums[:, start : start + self.batch]
            count = part.shape[1]
            b = self._room(count)
            flat = b.before.reshape(self.layout.gates, -1)
            flat[:, :count], flat[:, count:] = part, 0.0
            self._trees(b)
            out[start : start + count] = b.logit[:count]
        out += self._part["bias"][0]
        return out

    def flows(self, rows: int) -> list[Matrix]:
        """Nothing: there are no hidden layers of units."""
        return []

    def backward(self, X: Matrix, y: Matrix, weight: Matrix, seed: int = 0) -> float:
        """Weighted mean log-loss of a batch; `gradient` then holds its gradient.

        Nothing is dropped, so ``seed`` is not used.
        """
        rows, part, d_part = len(X), self._part, self._d_part
        self._weigh()
        b = self._forward(X)
        pull = b.d_logit
        pull[rows:] = 0.0
        loss = loss_and_gradient(
            b.logit[:rows], y, weight, part["bias"], pull[:rows], d_part["bias"], self._losses
        )
        pull *= self._scale
        kernels.trees_backward(b.gate, self._leaf, pull, b.d_gate, b.pulled, b.of_lower)
        np.matmul(b.pulled, b.of_lower.transpose(0, 2, 1), out=self._d_leaf)
        flat = (self.layout.gates, -1)
        U, G, D = b.before.reshape(flat), b.gate.reshape(flat), b.d_gate.reshape(flat)
        kernels.gates_backward(D, G, U, self._steep)
        np.dot(D, b.ones, out=d_part["offset"])
        np.dot(G, b.ones, out=d_part["slope"])
        np.dot(b.inputs, D.T, out=d_part["weight"])
        if self.layout.sparse:
            kernels.sparsemax_backward(self._weight, d_part["weight"])
        return float(loss)
