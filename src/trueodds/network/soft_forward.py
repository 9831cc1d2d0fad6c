"""Shares of soft splits' leaves in NumPy alone, in the order that the model file promises."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

MOST_DEPTH = 8
"""Most levels of a tree, which has 2^depth leaves."""


def leaf_shares(gates: Float, depth: int) -> Float:
    """Products of gates from the first level to the last, each rounded as IEEE 754 says.

    Parameters
    ----------
    gates
        Shape (rows, depth·trees), level by level, values in [0, 1].

    Returns
    -------
    Shape (rows, leaves, trees). At level d a leaf lies on the side of g where bit depth − 1 − d of
    its number is 0, on that of 1 − g where it is 1.
    """
    rows = len(gates)
    levels = gates.reshape(rows, depth, -1)
    trees = levels.shape[2]
    share = np.ones((rows, 1, trees))
    for level in range(depth):
        g = levels[:, level, None]
        both = np.empty((rows, share.shape[1], 2, trees))
        np.multiply(share, g, out=both[:, :, 0])
        np.multiply(share, 1.0 - g, out=both[:, :, 1])
        share = both.reshape(rows, -1, trees)
    return share
