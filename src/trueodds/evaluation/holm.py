"""p-values of several comparisons, corrected for their number."""

import numpy as np
from numpy.typing import NDArray


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted p-values, shape (k,), in the order given (Holm 1979).

    Of all comparisons whose null hypothesis is true, the probability that one or more have an
    adjusted p-value ≤ α is at most α. This holds however the comparisons depend on each other.

    ``p_values`` has shape (k,), each from 0 to 1.

    >>> holm(np.array([0.04, 0.01, 0.9])).round(3).tolist()
    [0.08, 0.03, 0.9]
    """
    order = np.argsort(p_values, kind="stable")
    factor = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factor), 1.0)
    return adjusted
