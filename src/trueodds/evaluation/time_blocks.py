"""Blocks of time: rows that may depend on each other because they happened together."""

import numpy as np
from numpy.typing import NDArray

BLOCKS = 10


def time_blocks(time: NDArray[np.float64], blocks: int = BLOCKS) -> NDArray[np.int64]:
    """Cut rows into blocks of time with about equal numbers of rows, for ``score(clusters=…)``.

    What happens at one time happens to many rows: a season, a campaign, a broken sensor. Such rows
    err together, so that an interval that takes them for independent is too narrow. Blocks that
    are longer than what lasts are nearly independent of each other, so blocks are long and few; ten
    are enough to see how they differ.

    Parameters
    ----------
    time
        Shape (n,), any unit; NaN counts as earliest.
    blocks
        Most blocks; there are fewer where equal times, which stay together, fill several.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,), the number of each row's block, from 0 (earliest), none empty.
    """
    _, moment = np.unique(np.where(np.isnan(time), -np.inf, time), return_inverse=True)
    ends = np.cumsum(np.bincount(moment, minlength=1))
    block = (ends - 1) * blocks // max(len(time), 1)
    _, number = np.unique(block, return_inverse=True)
    return np.asarray(number[moment], dtype=np.int64)
