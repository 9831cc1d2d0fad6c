"""Layers of all MLPs in one shape, for the scorers that do not multiply matrices fold by fold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.model.fixed import FixedNetworks
from trueodds.model.requantise import Requantise, weights_of

Float = NDArray[np.float64]


def stacked(networks: FixedNetworks, index: int, step: Requantise) -> Float:
    """One layer of all MLPs, padded with zeros to one shape, with the 1 at the end.

    Shape (MLPs, widest fan_in + 1, widest fan_out + 1), or (MLPs, widest fan_in + 1, 1) for the
    last layer.
    """
    parts = [weights_of(networks, member, index, step) for member in networks.mlps]
    rows, columns = (max(part.shape[axis] for part in parts) for axis in (0, 1))
    out = np.zeros((len(parts), rows, columns))
    ones = int(step.activation is not None)
    for layer, part in zip(out, parts, strict=True):
        units = part.shape[1] - ones
        layer[: len(part) - 1, :units] = part[:-1, :units]
        layer[-1, :units] = part[-1, :units]
        layer[-1, columns - ones :] = 1.0
    return out


def first_layers(
    networks: FixedNetworks, first: Float, shared: int, counts: Sequence[int]
) -> Float:
    """All MLPs' first layers side by side, shape (inputs + 1, MLPs × width).

    The inputs are the encoder's, then the target encodings of every fold, then the 1. A member has
    weights only for the target encodings of its fold. ``counts`` are the folds' numbers of target
    encodings.
    """
    parts = [
        over_all_folds(weights, shared, counts, networks.members[number].fold)
        for weights, number in zip(first, networks.mlps, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def over_all_folds(first: Float, shared: int, counts: Sequence[int], fold: int) -> Float:
    """The first layer of one member, over the same inputs.

    The last row of ``first`` is that of the 1; rows of zeros may stand before it.
    """
    out = np.zeros((shared + sum(counts) + 1, first.shape[1]))
    start, count = shared + sum(counts[:fold]), counts[fold]
    out[:shared], out[-1] = first[:shared], first[-1]
    out[start : start + count] = first[shared : shared + count]
    return out
