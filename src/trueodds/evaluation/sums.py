"""Sums that are the same for any number of threads."""

import numpy as np
from numpy.typing import NDArray


def dot(a: NDArray[np.float64], b: NDArray[np.float64]) -> np.float64:
    """Σ aᵢ·bᵢ of two float64 arrays of shape (n,), in one fixed order.

    NumPy's ``@`` gives long vectors to BLAS, which splits them by the number of its threads. The
    last bits then depend on the machine, and on busy cores it takes many times as long.
    """
    return np.float64(np.einsum("i,i", a, b))


def weighted_sum(
    forecasts: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Σ weight·forecast of each row, in the order of the forecasts.

    ``forecasts`` has shape (n, k), ``weights`` (k,), the result (n,).
    """
    total = np.zeros(len(forecasts))
    for forecast, weight in zip(forecasts.T, weights, strict=True):
        total += weight * forecast
    return total
