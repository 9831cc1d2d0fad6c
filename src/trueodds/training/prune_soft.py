"""Soft splits as they are kept: of fewer trees, without free parameters, on all inputs.

The trees of a trained network give nearly linearly dependent outputs, as do the units of a layer
(`trueodds.training.prune`): those that the others' outputs hold are dropped in the same way, and
the others' leaf values are scaled for them.
"""

import numpy as np
from numpy.typing import NDArray

from trueodds.functions import sigmoid
from trueodds.network.engine import aligned
from trueodds.network.soft_forward import leaf_shares
from trueodds.network.soft_splits import SoftSplits
from trueodds.training.prune import LOSSES, divergence, rank

Float = NDArray[np.float64]


def prune_trees(
    layout: SoftSplits, parameters: NDArray[np.float32], X: NDArray[np.float32], budget: float
) -> tuple[SoftSplits, NDArray[np.float32]]:
    """Drop trees whose outputs the others' outputs already hold; sparse gates become dense ones.

    Parameters
    ----------
    layout, parameters
        A trained network.
    X
        Rows it was trained on, shape (n, inputs).
    budget
        As for `trueodds.training.prune.prune`.

    Returns
    -------
    layout, parameters
        The smallest network tried that stays within the budget, at least one tree.
    """
    outputs, scale = tree_outputs(layout, parameters, X), layout.trees**-0.5
    part = layout.views(parameters)
    bias, ranked = float(part["bias"][0]), rank(outputs)
    z = outputs.sum(axis=1) * scale + bias
    kept, times, offset = np.arange(layout.trees), np.ones(layout.trees), bias
    for error in LOSSES:
        found, mix, rest = ranked.interpolate(error)
        factors, shift = mix.sum(axis=1), bias + scale * float(rest.sum())
        if divergence(z, outputs[:, found] @ factors * scale + shift) <= budget:
            kept, times, offset = found, factors, shift
            break
    smaller = SoftSplits(layout.inputs, len(kept), layout.depth)
    flat = aligned((smaller.size,), np.float32)
    new = smaller.views(flat)
    gates = (np.arange(layout.depth)[:, None] * layout.trees + kept).ravel()
    new["weight"][:] = layout.gate_weights(parameters)[:, gates]
    new["offset"][:], new["slope"][:] = part["offset"][gates], part["slope"][gates]
    new["leaf"][:] = part["leaf"][kept] * (times * scale * len(kept) ** 0.5)[:, None]
    new["bias"][:] = offset
    return smaller, flat


def tree_outputs(
    layout: SoftSplits, parameters: NDArray[np.float32], X: NDArray[np.float32]
) -> Float:
    """Σ share·value of every tree, shape (rows, trees)."""
    (weights, offsets), _ = layout.as_layers(parameters)
    leaf = layout.views(parameters)["leaf"].T.astype(np.float64)
    gates = sigmoid(X.astype(np.float64) @ weights + offsets)
    parts = np.array_split(gates, max(1, gates.size // (1 << 16)))
    return np.concatenate(
        [np.einsum("rlt,lt->rt", leaf_shares(g, layout.depth), leaf) for g in parts]
    )


def widened_trees(
    layout: SoftSplits, parameters: NDArray[np.float32], positions: NDArray[np.int64], inputs: int
) -> tuple[SoftSplits, NDArray[np.float32]]:
    """Return the same network on all ``inputs``: those it was not shown have weights of 0."""
    wide = SoftSplits(inputs, layout.trees, layout.depth)
    flat = aligned((wide.size,), np.float32)
    weight = layout.views(parameters)["weight"]
    wide.views(flat)["weight"][positions] = weight
    flat[wide.inputs * wide.gates :] = parameters[weight.size :]
    return wide, flat
