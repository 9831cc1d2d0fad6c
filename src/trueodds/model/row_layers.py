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
    joined = np.zeros((shared + sum(counts) + 1, len(first), first.shape[2]))
    for index, number in enumerate(networks.mlps):
        fold = networks.members[number].fold
        start, count = shared + sum(counts[:fold]), counts[fold]
        joined[:shared, index] = first[index, :shared]
        joined[start : start + count, index] = first[index, shared : shared + count]
        joined[-1, index] = first[index, -1]
    return joined.reshape(len(joined), -1)
