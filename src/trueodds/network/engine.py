"""One network at work: forward, hand-written backward, and the buffers both reuse.

Matrix products go to NumPy's BLAS with ``out=``; everything between them is one fused loop
(`trueodds.network.kernels`). A training step allocates nothing that grows with the batch.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trueodds.network import kernels
from trueodds.network.activations import CODES
from trueodds.network.layout import Layout

Matrix: TypeAlias = NDArray[np.floating[Any]]


class Engine:
    """Forward and backward of one network for batches of up to ``batch`` rows.

    Parameters
    ----------
    layout
        Shapes and activation.
    parameters
        Flat buffer of ``layout.size`` elements, float32 (or float64 for gradient checks); kept,
        not copied: an optimiser that writes to it changes this network.
    batch
        Most rows in one call, at least 1.
    dropout
        Share of hidden units dropped in `backward`'s forward pass, in [0, 1).
    """

    def __init__(
        self, layout: Layout, parameters: Matrix, batch: int, dropout: float = 0.0
    ) -> None:
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must be in [0, 1), got {dropout}")
        self.layout = layout
        self.batch = batch
        self.parameters = parameters
        self.gradient = np.zeros_like(parameters)
        self._kind = parameters.dtype.type
        self._code = CODES[layout.activation]
        self._relu = layout.activation == "relu"
        self._keep_below = np.uint32(round((1.0 - dropout) * 2.0**32)) if dropout else np.uint32(0)
        self._scale = self._kind(1.0 / (1.0 - dropout))
        self._weights, self._biases = layout.weights(parameters), layout.biases(parameters)
        self._d_weights = layout.weights(self.gradient)
        self._d_biases = layout.biases(self.gradient)
        new = lambda width: np.empty((batch, width), dtype=parameters.dtype)  # noqa: E731
        self._outputs = [new(width) for width in layout.widths]
        self._slopes = [new(0 if self._relu else width) for width in layout.widths]
        self._deltas = [new(width) for width in layout.widths]
        self._logit = np.empty(batch, dtype=parameters.dtype)
        self._d_logit = np.empty(batch, dtype=parameters.dtype)

    def _hidden(self, X: Matrix, dropping: bool, seed: int) -> Matrix:
        """Run the hidden layers; each layer's outputs (and slopes) stay in its buffer."""
        rows = len(X)
        A = X
        off = np.uint32(0)
        one = self._kind(1.0)
        for index, buffer in enumerate(self._outputs):
            Z = buffer[:rows]
            np.dot(A, self._weights[index], out=Z)
            keep = self._keep_below if dropping else off
            layer_seed = np.uint32(kernels.hashed(index, seed)) if keep else off
            if self._relu:
                scale = self._scale if dropping else one
                kernels.relu_forward(Z, self._biases[index], keep, scale, layer_seed)
            else:
                D = self._slopes[index][:rows]
                kernels.smooth_forward(Z, D, self._biases[index], self._code)
                if keep:
                    kernels.dropout(Z, D, keep, self._scale, layer_seed)
            A = Z
        return A

    def log_odds(self, X: Matrix) -> Matrix:
        """Logits of all rows of X, shape (n, inputs) → (n,), without dropout; a new array."""
        out = np.empty(len(X), dtype=self.parameters.dtype)
        for start in range(0, len(X), self.batch):
            part = X[start : start + self.batch]
            A = self._hidden(part, dropping=False, seed=0)
            np.dot(A, self._weights[-1][:, 0], out=out[start : start + len(part)])
        out += self._biases[-1][0]
        return out

    def backward(self, X: Matrix, y: Matrix, weight: Matrix, seed: int = 0) -> float:
        """Weighted mean log-loss of a batch; `gradient` then holds its gradient.

        Parameters
        ----------
        X
            Shape (n, inputs), n ≤ batch, C-contiguous.
        y
            Shape (n,), targets in [0, 1].
        weight
            Shape (n,), sample weights ≥ 0, not all 0.
        seed
            Chooses the dropout mask.
        """
        rows = len(X)
        top = self._hidden(X, dropping=True, seed=seed)
        z, g = self._logit[:rows], self._d_logit[:rows]
        np.dot(top, self._weights[-1][:, 0], out=z)
        total = self._kind(weight.sum())
        loss = kernels.loss_and_gradient(z, y, weight, self._biases[-1][0], total, g)
        self._d_biases[-1][0] = g.sum()
        np.dot(g, top, out=self._d_weights[-1][:, 0])
        if self._deltas:
            kernels.outer(g, self._weights[-1][:, 0], self._deltas[-1][:rows])
        for index in range(len(self._deltas) - 1, -1, -1):
            G = self._deltas[index][:rows]
            if self._relu:
                A = self._outputs[index][:rows]
                kernels.relu_backward(G, A, self._scale, self._d_biases[index])
            else:
                kernels.smooth_backward(G, self._slopes[index][:rows], self._d_biases[index])
            below = self._outputs[index - 1][:rows] if index else X
            np.dot(below.T, G, out=self._d_weights[index])
            if index:
                np.dot(G, self._weights[index].T, out=self._deltas[index - 1][:rows])
        return float(loss) / float(total)
