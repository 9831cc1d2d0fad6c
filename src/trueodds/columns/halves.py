"""Halves of the rows for the search for leaks: one learns, the other is forecast."""

import numpy as np
from numpy.typing import NDArray


def halves(y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of each row's half, shape (rows,): 0 and 1 in turn within each class.

    A table that is sorted is split fairly too.

    Parameters
    ----------
    y
        Labels 0 and 1, shape (rows,).
    """
    half = np.zeros(len(y), dtype=np.int64)
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        half[rows] = np.arange(len(rows)) % 2
    return half
