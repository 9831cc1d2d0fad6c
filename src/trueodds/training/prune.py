"""Pruning: a trained network with fewer units and, within a stated bound, the same probabilities.

Weight decay makes the outputs of a wide layer nearly linearly dependent: on adult (3 × 256), 20 of
the 256 units of the second layer and 8 of the third explain all but a hundredth of the spread. A
pivoted QR factorisation of the outputs on training rows chooses the units to keep (interpolative
decomposition; Chee et al., arXiv 2108.00065). The outputs of the others are linear combinations of
those kept, and the next layer's weights take these combinations over. The result is a plain network
that is smaller to store and faster to score.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from trueodds import functions
from trueodds.functions.portable import sigmoid
from trueodds.network.engine import aligned
from trueodds.network.forward import forward, log_odds
from trueodds.network.layout import Layout

ROWS = 2048
"""Most training rows on which the units' outputs are compared."""
LOSSES = (0.2, 0.14, 0.1, 0.07, 0.05, 0.035, 0.025, 0.018, 0.012, 0.009, 0.006, 0.003, 0.0)
"""Root mean square error of a layer's outputs over their spread; the largest is tried first."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """One layer's outputs, factorised: ``order`` holds the units, the most important first."""

    mean: NDArray[np.float64]
    R: NDArray[np.float64]
    order: NDArray[np.int64]
    left: NDArray[np.float64]
    """``left[k]``: fraction of the squared spread that the first k units do not explain."""
    most: int
    """Number of units whose pivots are above the level of rounding."""

    def interpolate(
        self, error: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Units to keep, so that all outputs ≈ outputs[:, kept] @ combination + rest.

        Parameters
        ----------
        error
            Largest root mean square error of the outputs over their spread.

        Returns
        -------
        kept, combination, rest
            Shapes (count,), (count, units) and (units,).
        """
        enough = np.flatnonzero(self.left <= error**2)
        count = max(1, min(self.most, int(enough[0]) if len(enough) else len(self.left)))
        first, others = self.order[:count], self.order[count:]
        combination = np.zeros((count, len(self.order)))
        combination[:, first] = np.eye(count)
        if self.R[0, 0] != 0.0:
            combination[:, others] = solve_triangular(
                self.R[:count, :count], self.R[:count, count:]
            )
        by_place = np.argsort(first)
        kept, combination = first[by_place], combination[by_place]
        return kept, combination, self.mean - self.mean[kept] @ combination


def prune(
    layout: Layout, parameters: NDArray[np.float32], X: NDArray[np.float32], budget: float
) -> tuple[Layout, NDArray[np.float32]]:
    """Drop hidden units whose outputs are nearly combinations of the other units' outputs.

    Parameters
    ----------
    layout, parameters
        A trained network; its flat buffer, shape (``layout.size``,).
    X
        Training rows, shape (n, inputs).
    budget
        Most mean Kullback–Leibler divergence, in nats, of the probabilities of these rows from the
        wide network's. The log-loss rises by as much if the wide network's probabilities are true.

    Returns
    -------
    layout, parameters
        The smallest network tried that stays within the budget, with at least one unit in each
        layer. The network as given if none does.
    """
    flat = parameters.astype(np.float64)
    weights, biases = layout.weights(flat), layout.biases(flat)
    inputs = X.astype(np.float64)
    *hidden, last = forward(inputs, weights, biases, layout.activation)
    ranked, z = [rank(A) for A in hidden], last[:, 0]
    for error in LOSSES:
        found = _fold([r.interpolate(error) for r in ranked], weights, biases)
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
    # Rows k and below of R, from column k on, are what the units before k do not explain.
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
    for index, (kept, combination, rest) in enumerate(interpolations):
        weights[index], biases[index] = weights[index][:, kept], biases[index][kept]
        biases[index + 1] = biases[index + 1] + rest @ weights[index + 1]
        weights[index + 1] = combination @ weights[index + 1]
    return weights, biases


def divergence(z: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean KL(σ(z) ‖ σ(other)) in nats."""
    p = sigmoid(z)
    return float(
        np.mean(functions.log_loss_from_logits(other, p) - functions.log_loss_from_logits(z, p))
    )


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
