"""Soft splits: oblivious trees whose splits are sigmoids; layout and first parameters.

Level d of tree t has one gate, g = σ(slope·(w·x + offset)), for all nodes of that level. A leaf's
share is the product over the levels of g or 1 − g; the shares of a tree add up to 1. The tree gives
Σ share·value over its leaves, and the log-odds are the sum over the T trees divided by √T, plus a
bias. So the network is a decision forest that gradient descent can learn (Kontschieder et al. 2015;
Popov et al. 2019, arXiv 1909.06312).

The gates of *sparse* soft splits look at few inputs: their weights are the sparsemax of free
parameters (Martins & Astudillo 2016, arXiv 1602.02068), which is ≥ 0, sums up to 1 and is exactly 0
for most inputs.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import Activation
from trueodds.network.engine import aligned
from trueodds.network.named_parameters import NamedParameters
from trueodds.network.soft_forward import MOST_DEPTH
from trueodds.network.soft_kernels import sparsemax

Layer: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Weights and biases."""

LEAF_SPREAD = 0.01
"""Standard deviation of the first leaf values, nats."""
DENSE_SLOPE = 2.0
"""First slope of a dense gate, whose pre-activation has variance 1."""
SPARSE_SLOPE = 2.0
"""First slope of a sparse gate, over the median distance of the rows from its threshold."""
LEAST_DISTANCE = 0.01
"""The median distance is taken to be at least so much."""


@dataclass(frozen=True)
class SoftSplits(NamedParameters):
    """``trees`` oblivious soft trees of one ``depth`` over ``inputs`` inputs.

    Gates are numbered level by level: gate ``level·trees + tree``. Leaf k of a tree lies, at level
    d, on the side of 1 − g where bit depth − 1 − d of k is set.
    """

    inputs: int
    trees: int
    depth: int
    sparse: bool = False

    widths: ClassVar[tuple[int, ...]] = ()
    """There are no hidden layers of units."""
    activation: ClassVar[Activation] = "sigmoid"

    def __post_init__(self) -> None:
        if self.inputs < 1 or self.trees < 1 or not 1 <= self.depth <= MOST_DEPTH:
            raise ValueError(
                f"soft splits need inputs, trees and 1 to {MOST_DEPTH} levels, got "
                f"{self.inputs}, {self.trees} and {self.depth}"
            )

    @property
    def gates(self) -> int:
        """Number of gates."""
        return self.trees * self.depth

    @property
    def leaves(self) -> int:
        """Leaves of one tree."""
        return 1 << self.depth

    @property
    def shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of every parameter, in buffer order.

        ``slope`` is the logarithm of a gate's slope; ``weight`` holds the free parameters where the
        gates are sparse.
        """
        return (
            ("weight", (self.inputs, self.gates)),
            ("offset", (self.gates,)),
            ("slope", (self.gates,)),
            ("leaf", (self.trees, self.leaves)),
            ("bias", (1,)),
        )

    def weights(self, flat: NDArray[Any]) -> list[NDArray[Any]]:
        """Weights of layers of units: there are none."""
        return []

    def biases(self, flat: NDArray[Any]) -> list[NDArray[Any]]:
        """Biases of layers of units: there are none."""
        return []

    def gate_weights(self, flat: NDArray[Any]) -> NDArray[Any]:
        """The gates' weights w, shape (inputs, gates): of sparse gates a new array."""
        weight = self.views(flat)["weight"]
        if not self.sparse:
            return weight
        out = np.ones_like(weight)
        sparsemax(weight, out)
        return out

    def as_layers(self, flat: NDArray[Any]) -> tuple[Layer, Layer]:
        """Weights and biases, float64, of the gates and of the leaves.

        A gate is σ of its weighted sum: its slope is in its weights, (inputs, gates), and its bias.
        The log-odds are the leaves' shares, leaf by leaf and tree by tree, times the weights,
        (leaves·trees, 1), plus the bias.
        """
        part = {name: array.astype(np.float64) for name, array in self.views(flat).items()}
        steep = np.exp(part["slope"])
        gates = (self.gate_weights(flat).astype(np.float64) * steep, part["offset"] * steep)
        leaves = part["leaf"].T.reshape(-1, 1) / self.trees**0.5
        return gates, (leaves, part["bias"])

    def scaled(self, flat: NDArray[np.float32], factor: np.float32) -> NDArray[np.float32]:
        """Parameters of the network whose log-odds are ``factor`` times as large."""
        out = flat.copy()
        part = self.views(out)
        part["leaf"] *= factor
        part["bias"] *= factor
        return out


def initialise_soft_splits(
    layout: SoftSplits, rng: np.random.Generator, X: NDArray[np.float32], logit: float = 0.0
) -> NDArray[np.float32]:
    """A flat float32 buffer of first parameters.

    Parameters
    ----------
    layout
        The trees.
    rng
        Source of all randomness.
    X
        Some rows to be trained on, shape (n, inputs), n ≥ 1: sparse gates have their first
        thresholds at the values of these rows.
    logit
        The network's first log-odds but for the small leaf values: those of the base rate.
    """
    flat = aligned((layout.size,), np.float32)
    part = layout.views(flat)
    if layout.sparse:
        part["weight"][:] = rng.random(part["weight"].shape)
        values = X @ layout.gate_weights(flat)
        rows = rng.integers(len(X), size=layout.gates)
        part["offset"][:] = -values[rows, np.arange(layout.gates)]
        distance = np.median(np.abs(values + part["offset"]), axis=0)
        part["slope"][:] = np.log(SPARSE_SLOPE / np.maximum(distance, LEAST_DISTANCE))
    else:
        part["weight"][:] = rng.standard_normal(part["weight"].shape) / layout.inputs**0.5
        part["offset"][:] = 0.5 * rng.standard_normal(layout.gates)
        part["slope"][:] = np.log(DENSE_SLOPE)
    part["leaf"][:] = LEAF_SPREAD * rng.standard_normal(part["leaf"].shape)
    part["bias"][:] = logit
    return flat
