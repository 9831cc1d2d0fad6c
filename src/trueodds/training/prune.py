"""A trained network with fewer units whose probabilities are the same but for a stated part.

Weight decay leaves the outputs of a wide layer nearly linearly dependent: on adult (3 × 256) a
hundredth of the second layer's spread needs 20 of its 256 units, of the third's 8. Units are
chosen by a pivoted QR factorisation of their outputs on training rows (interpolative decomposition;
Chee et al., arXiv 2108.00065), the others are written as a linear combination of those chosen, and
that combination is folded into the next layer's weights: the result is a plain network again,
smaller to store and faster to score.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid
from trueodds.network.engine import aligned
from trueodds.network.forward import forward, log_odds
from trueodds.network.layout import Layout

ROWS = 2048
"""Training rows on which the units' outputs are compared, at most."""
SHARES = (0.2, 0.14, 0.1, 0.07, 0.05, 0.035, 0.025, 0.018, 0.012, 0.009, 0.006, 0.003, 0.0)
"""What a layer's outputs may lose, root mean square as a share of their spread: tried in turn."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """One layer's outputs, factorised: ``order`` ranks the units, most telling first."""

    mean: NDArray[np.float64]
    R: NDArray[np.float64]
    order: NDArray[np.int64]
    left: NDArray[np.float64]
    """``left[k]``: share of the squared spread that the first k units leave unexplained."""
    most: int
    """Units whose pivots are above the level of rounding."""

    def interpolate(
        self, share: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Units to keep, and outputs ≈ outputs[:, kept] @ mix + rest."""
        enough = np.flatnonzero(self.left <= share**2)
        count = max(1, min(self.most, int(enough[0]) if len(enough) else len(self.left)))
        first, others = self.order[:count], self.order[count:]
        mix = np.zeros((count, len(self.order)))
        mix[:, first] = np.eye(count)
        if self.R[0, 0] != 0.0:
            mix[:, others] = solve_triangular(self.R[:count, :count], self.R[:count, count:])
        by_place = np.argsort(first)
        kept, mix = first[by_place], mix[by_place]
        return kept, mix, self.mean - self.mean[kept] @ mix


def prune(
    layout: Layout, parameters: NDArray[np.float32], X: NDArray[np.float32], budget: float
) -> tuple[Layout, NDArray[np.float32]]:
    """Drop hidden units whose outputs the others' outputs already hold.

    Parameters
    ----------
    layout, parameters
        A trained network.
    X
        Rows it was trained on, shape (n, inputs).
    budget
        Mean Kullback–Leibler divergence, in nats, by which the probabilities of these rows may
        part from the wide network's: by so much would the log-loss rise were they true.

    Returns
    -------
    layout, parameters
        The smallest network tried that stays within the budget, at least one unit in each layer.
    """
    flat = parameters.astype(np.float64)
    weights, biases = layout.weights(flat), layout.biases(flat)
    inputs = X.astype(np.float64)
    *hidden, last = forward(inputs, weights, biases, layout.activation)
    ranked, z = [rank(A) for A in hidden], last[:, 0]
    for share in SHARES:
        found = _fold([r.interpolate(share) for r in ranked], weights, biases)
        if divergence(z, log_odds(inputs, *found, layout.activation)) <= budget:
            break
    else:
        return layout, parameters
    return _pack(layout, *found)


def rank(A: NDArray[np.float64]) -> Ranked:
    """Factorise outputs, shape (rows, units)."""
    mean = A.mean(axis=0)
    R, order = qr(A - mean, mode="r", pivoting=True)
    R = R[: min(A.shape)]
    squares = np.cumsum((R**2)[:, ::-1], axis=1)[:, ::-1]
    # Row k of R is what unit k adds; from column k on it is all that units before k leave.
    tails = np.array([squares[k:, k].sum() for k in range(len(R))])
    pivots = np.diag(R) ** 2
    most = int(np.count_nonzero(pivots > 1e-20 * pivots[0])) if pivots[0] > 0.0 else 1
    return Ranked(mean, R, order.astype(np.int64), tails / max(tails[0], 1e-300), most)


def _fold(
    interpolations: list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]],
    weights: list[NDArray[np.float64]],
    biases: list[NDArray[np.float64]],
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    weights, biases = list(weights), list(biases)
    for index, (kept, mix, rest) in enumerate(interpolations):
        weights[index], biases[index] = weights[index][:, kept], biases[index][kept]
        biases[index + 1] = biases[index + 1] + rest @ weights[index + 1]
        weights[index + 1] = mix @ weights[index + 1]
    return weights, biases


def divergence(z: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean KL(σ(z) ‖ σ(other)) in nats."""
    p = sigmoid(z)
    return float(np.mean(log_loss_from_logits(other, p) - log_loss_from_logits(z, p)))


def _pack(
    layout: Layout, weights: list[NDArray[np.float64]], biases: list[NDArray[np.float64]]
) -> tuple[Layout, NDArray[np.float32]]:
    smaller = Layout(layout.inputs, tuple(len(b) for b in biases[:-1]), layout.activation)
    flat = aligned((smaller.size,), np.float32)
    for view, weight in zip(smaller.weights(flat), weights, strict=True):
        view[:] = weight
    for view, bias in zip(smaller.biases(flat), biases, strict=True):
        view[:] = bias
    return smaller, flat
