"""Forward and hand-written backward pass of one network, and the buffers that both reuse.

NumPy's BLAS computes the matrix products, with ``out=``; one fused loop does all work between two
products (`trueodds.network.kernels`). A training step allocates no memory that grows with the
batch.
"""

from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trueodds.network import kernels
from trueodds.network.activations import CODES
from trueodds.network.layout import Layout

Matrix: TypeAlias = NDArray[np.floating[Any]]


def aligned(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Zeros that start at a multiple of 64 bytes, so that no vector lies in two cache lines."""
    size = prod(shape) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, dtype=np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(shape)


class Engine:
    """Forward and backward of one network for batches of up to ``batch`` rows.

    Parameters
    ----------
    layout
        Shapes and activation.
    parameters
        Flat buffer, shape (``layout.size``,), float32 (or float64 for gradient checks). It is not
        copied: an optimiser that writes to it changes this network.
    batch
        Most rows of one call, at least 1.
    dropout
        Probability that `backward` drops a hidden unit of a row, in [0, 1).

    Attributes
    ----------
    gradient
        Flat buffer, shape (``layout.size``,), that `backward` fills.

    Raises
    ------
    ValueError
        If ``dropout`` is out of range.
    """

    def __init__(
        self, layout: Layout, parameters: Matrix, batch: int, dropout: float = 0.0
    ) -> None:
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must be in [0, 1), got {dropout}")
        self.layout = layout
        self.batch = batch
        self.parameters = parameters
        self.gradient = aligned(parameters.shape, parameters.dtype)
        self._kind = parameters.dtype.type
        self._code = CODES[layout.activation]
        self._relu = layout.activation == "relu"
        self._keep_below = np.uint32(round((1.0 - dropout) * 2.0**32)) if dropout else np.uint32(0)
        self._scale = self._kind(1.0 / (1.0 - dropout))
        self._weights, self._biases = layout.weights(parameters), layout.biases(parameters)
        self._d_weights = layout.weights(self.gradient)
        self._d_biases = layout.biases(self.gradient)
        kind = parameters.dtype
        self._outputs = [aligned((batch, width), kind) for width in layout.widths]
        self._slopes = [
            aligned((0 if self._relu else batch, width), kind) for width in layout.widths
        ]
        self._sent_back = aligned((batch * max(layout.widths, default=0),), kind)
        self._logit, self._d_logit = aligned((batch,), kind), aligned((batch,), kind)
        self._losses = np.empty(batch)

    def _hidden(self, X: Matrix, dropping: bool, seed: int) -> Matrix:
        """Run the hidden layers; the outputs and slopes of each layer stay in its buffers."""
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
        """Log-odds of all rows of X, shape (n, inputs) → (n,), nats, without dropout."""
        out = np.empty(len(X), dtype=self.parameters.dtype)
        for start in range(0, len(X), self.batch):
            part = X[start : start + self.batch]
            A = self._hidden(part, dropping=False, seed=0)
            np.dot(A, self._weights[-1][:, 0], out=out[start : start + len(part)])
        out += self._biases[-1][0]
        return out

    def flows(self, rows: int) -> list[Matrix]:
        """Gradients by every hidden layer's pre-activations, right after `backward` of ``rows``.

        They are views of shape (rows, width); the next call overwrites them.
        """
        return [buffer[:rows] for buffer in (self._outputs if self._relu else self._slopes)]

    def backward(self, X: Matrix, y: Matrix, weight: Matrix, seed: int = 0) -> float:
        """Return the weighted mean log-loss of a batch, nats, and fill `gradient`.

        Parameters
        ----------
        X
            Shape (n, inputs), n ≤ batch, C-contiguous.
        y
            Shape (n,), targets in [0, 1].
        weight
            Shape (n,), sample weights ≥ 0, not all 0.
        seed
            Of the dropout mask, 0 ≤ seed < 2³².
        """
        rows = len(X)
        top = self._hidden(X, dropping=True, seed=seed)
        z, g = self._logit[:rows], self._d_logit[:rows]
        weight_out = self._weights[-1][:, 0]
        np.dot(top, weight_out, out=z)
        loss = kernels.loss_and_gradient(
            z, y, weight, self._biases[-1], g, self._d_biases[-1], self._losses
        )
        np.dot(g, top, out=self._d_weights[-1][:, 0])
        above = weight_out
        for index in range(len(self._outputs) - 1, -1, -1):
            # The gradient overwrites the values that it is computed from: less memory traffic.
            width, bias = self.layout.widths[index], self._d_biases[index]
            G = (self._outputs if self._relu else self._slopes)[index][:rows]
            if above is weight_out:
                if self._relu:
                    kernels.relu_backward_top(g, weight_out, G, self._scale, bias)
                else:
                    kernels.smooth_backward_top(g, weight_out, G, bias)
            else:
                sent = self._sent_back[: rows * width].reshape(rows, width)
                np.dot(above, self._weights[index + 1].T, out=sent)
                if self._relu:
                    kernels.relu_backward(sent, G, self._scale, bias)
                else:
                    kernels.smooth_backward(sent, G, bias)
            below = self._outputs[index - 1][:rows] if index else X
            np.dot(below.T, G, out=self._d_weights[index])
            above = G
        return float(loss)
