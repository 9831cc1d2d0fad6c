"""Sums that come out the same whatever the number of threads."""

import numpy as np
from numpy.typing import NDArray


def dot(a: NDArray[np.float64], b: NDArray[np.float64]) -> np.float64:
    """Σ aᵢ·bᵢ of two float64 arrays of shape (n,), in one fixed order.

    NumPy's ``@`` hands long vectors to BLAS, which cuts them up by the number of its threads: other
    last bits on another machine, and on busy cores many times the time of one thread.
    """
    return np.float64(np.einsum("i,i", a, b))


def weighted_sum(
    forecasts: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Σ weight·forecast of each row, shape (n, forecasts) → (n,), forecast after forecast."""
    total = np.zeros(len(forecasts))
    for forecast, weight in zip(forecasts.T, weights, strict=True):
        total += weight * forecast
    return total
