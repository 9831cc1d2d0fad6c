"""From the sums of one layer to the grid of the next, with activations between.

The scorers multiply matrices of whole numbers; their weights are scaled so that the sums come in
the units that the next step takes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.model.fixed import OUTPUT, FixedLayer, FixedNetworks, Grid
from trueodds.network.activations import Activation, activate

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Requantise:
    """Activates the sums of a layer and puts them on the grid of the next layer."""

    activation: Activation | None
    """None after the last layer."""
    after: Grid
    clamp: bool
    """Whether an output can exceed ±limit."""

    @classmethod
    def of(cls, networks: FixedNetworks, index: int) -> "Requantise":
        """For layer ``index`` of all members."""
        last = index == len(networks.grids) - 1
        after = OUTPUT if last else networks.grids[index + 1]
        layers = [networks.members[number].layers[index] for number in networks.mlps]
        clamp = any(_could_leave(layer, networks.grids[index], after) for layer in layers)
        return cls(None if last else networks.activation, after, clamp)

    @property
    def smooth(self) -> bool:
        """Whether the sums come as z itself; otherwise they come in units of the next grid."""
        return self.activation not in (None, "relu")

    def apply(self, A: Float, ones: NDArray[np.int64]) -> None:
        """Change sums in place; ``ones`` are the positions on the last axis that are 1."""
        limit = float(self.after.limit)
        if self.activation == "relu":
            np.maximum(A, 0.0, out=A)
            np.rint(A, out=A)
        else:
            if self.activation is not None:
                A[:] = activate(A, self.activation) * 2.0**self.after.bits
            np.rint(A, out=A)
            if self.clamp:
                np.maximum(A, -limit, out=A)
        if self.clamp:
            np.minimum(A, limit, out=A)
        if self.smooth:
            A[..., ones] = 1.0


def weights_of(networks: FixedNetworks, member: int, index: int, step: Requantise) -> Float:
    """Weights of one layer with ``step`` after it.

    Shape (fan_in + 1, fan_out + 1), or (fan_in + 1, 1) for the last layer. The last input is 1, and
    so is the last output. Sums are in units of the next grid, or z itself before a smooth
    activation.
    """
    layer, grid = networks.members[member].layers[index], networks.grids[index]
    units = (0 if step.smooth else step.after.bits) - grid.bits - layer.shifts.astype(np.int64)
    rows, columns = layer.weights.shape
    out = np.zeros((rows + 1, columns + (step.activation is not None)))
    out[:rows, :columns] = np.ldexp(layer.weights.astype(np.float64), units)
    out[-1, :columns] = np.ldexp(layer.biases.astype(np.float64), units)
    out[-1, columns:] = 1.0
    return out


def _could_leave(layer: FixedLayer, grid: Grid, after: Grid) -> bool:
    """Whether an output may need its clamp; no activation exceeds both its argument and 1."""
    z = np.ldexp(layer.largest_sums(grid.limit), -(grid.bits + layer.shifts.astype(np.int64)))
    return bool(np.maximum(z, 1.0).max() * 2.0**after.bits > after.limit)
