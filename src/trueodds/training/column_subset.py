"""Which columns a member sees: members that see different ones err differently (Ho 1998).

A network leans on the strongest columns and leaves the others' signal unused; with some of its
columns gone it has to find it. Such a member alone is worse, the average of many is better.
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
    share: float,
    rng: np.random.Generator,
    unseen: NDArray[np.int64] = NONE,
) -> tuple[NDArray[np.int64], float]:
    """Choose the inputs that a member sees.

    Parameters
    ----------
    columns
        For every column, its positions among the ``width`` inputs.
    share
        Of the columns, 0 < share ≤ 1: ⌊(1 − share)·count⌋ of them are left out, at random.
    unseen
        Positions that no member sees, but where nothing else would be left.

    Returns
    -------
    positions
        Of all inputs that depend on a column shown but those unseen, increasing.
    share
        Of the columns that are shown; 1.0 where there are too few to leave one out.
    """
    telling = [positions for positions in columns if len(positions)]
    left_out = int((1.0 - share) * len(telling) + 1e-9)
    if not left_out:
        return _but(np.arange(width, dtype=np.int64), unseen), 1.0
    shown = rng.permutation(len(telling))[left_out:]
    positions = np.unique(np.concatenate([telling[number] for number in shown]))
    return _but(positions, unseen), 1.0 - left_out / len(telling)


def _but(positions: NDArray[np.int64], unseen: NDArray[np.int64]) -> NDArray[np.int64]:
    seen = np.setdiff1d(positions, unseen)
    return seen if len(seen) else positions


def widened(
    layout: Layout, parameters: NDArray[np.float32], positions: NDArray[np.int64], inputs: int
) -> tuple[Layout, NDArray[np.float32]]:
    """Return the same network on all ``inputs``: those it was not shown have weights of 0."""
    wide = Layout(inputs, layout.widths, layout.activation)
    flat = aligned((wide.size,), np.float32)
    first = layout.weights(parameters)[0]
    wide.weights(flat)[0][positions] = first
    flat[-(layout.size - first.size) :] = parameters[first.size :]
    return wide, flat
