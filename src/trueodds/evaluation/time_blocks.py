"""Blocks of time: rows of one block may depend on each other."""

import numpy as np
from numpy.typing import NDArray

BLOCKS = 10
"""Most blocks, if nothing else is asked for."""


def time_blocks(time: NDArray[np.float64], blocks: int = BLOCKS) -> NDArray[np.int64]:
    """Cut rows into blocks of time with about equal numbers of rows, for ``score(clusters=…)``.

    A season, a campaign or a broken sensor affects many rows of one time. The forecasts of such
    rows have errors in common, and an interval that treats them as independent is too narrow.
    Blocks longer than such events are nearly independent of each other. Hence there are few and
    long blocks; ten are enough to measure how they differ.

    Parameters
    ----------
    time
        Shape (n,), any unit; NaN counts as earliest.
    blocks
        Most blocks; there are fewer if equal times, which stay together, fill several.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,), the number of each row's block, from 0 (earliest), without gaps.
    """
    _, moment = np.unique(np.where(np.isnan(time), -np.inf, time), return_inverse=True)
    ends = np.cumsum(np.bincount(moment, minlength=1))
    block = (ends - 1) * blocks // max(len(time), 1)
    _, number = np.unique(block, return_inverse=True)
    return np.asarray(number[moment], dtype=np.int64)
