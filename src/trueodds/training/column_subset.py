"""Column subsets: members that see different columns make different errors (Ho 1998).

A network relies on the strongest columns and leaves the signal of the others unused. Without some
columns it uses the others. Such a member alone is worse; the average of many members is better.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.network.engine import aligned
from trueodds.network.layout import Layout

NONE = np.zeros(0, dtype=np.int64)


def inputs_shown(
    columns: Sequence[NDArray[np.int64]],
    width: int,
    fraction: float,
    rng: np.random.Generator,
    unseen: NDArray[np.int64] = NONE,
) -> tuple[NDArray[np.int64], float]:
    """Choose the inputs that a member sees.

    Parameters
    ----------
    columns
        For every column, its positions among the ``width`` inputs.
    fraction
        Of the columns, 0 < fraction ≤ 1: ⌊(1 − fraction)·count⌋ random columns are left out.
        Columns without inputs do not count.
    unseen
        Positions that no member sees, unless nothing else is left.

    Returns
    -------
    positions
        Of all inputs that depend on a column shown, without those unseen, shape (n,), increasing.
    fraction
        Of the columns that are shown; 1.0 if there are too few columns to leave one out.
    """
    usable = [positions for positions in columns if len(positions)]
    left_out = int((1.0 - fraction) * len(usable) + 1e-9)
    if not left_out:
        return _without(np.arange(width, dtype=np.int64), unseen), 1.0
    shown = rng.permutation(len(usable))[left_out:]
    positions = np.unique(np.concatenate([usable[number] for number in shown]))
    return _without(positions, unseen), 1.0 - left_out / len(usable)


def _without(positions: NDArray[np.int64], unseen: NDArray[np.int64]) -> NDArray[np.int64]:
    left = np.setdiff1d(positions, unseen)
    return left if len(left) else positions


def widened(
    layout: Layout, parameters: NDArray[np.float32], positions: NDArray[np.int64], inputs: int
) -> tuple[Layout, NDArray[np.float32]]:
    """Return the same network on all inputs; inputs that it did not see have weights of 0.

    Parameters
    ----------
    layout, parameters
        A network on some inputs; its flat buffer, float32 of shape (``layout.size``,).
    positions
        Positions of its inputs among all, shape (``layout.inputs``,), increasing.
    inputs
        Number of all inputs.
    """
    wide = Layout(inputs, layout.widths, layout.activation)
    flat = aligned((wide.size,), np.float32)
    first = layout.weights(parameters)[0]
    wide.weights(flat)[0][positions] = first
    flat[-(layout.size - first.size) :] = parameters[first.size :]
    return wide, flat
