"""Networks in whole numbers: their sums of products are exact, whatever the order.

Inputs, weights and outputs of every layer are whole multiples of powers of two. If the sum of all
|input|·|weight| stays below 2⁵³ in those units, every partial sum of a float64 matrix product is
exact. Then any order of summation, blocking, fused multiply-add or number of threads gives the same
bits. `require_exact` proves this from the weights alone. docs/format.md states the arithmetic.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.soft_forward import MOST_DEPTH

LARGEST_SUM = 2**52
"""Bound that is proved for every sum; float64 is exact up to 2⁵³."""
FINEST_GRID = 40
FINEST_WEIGHT = 100
"""Finest grids in use; a file with a finer grid is refused."""
OUTPUT_BITS = 32
OUTPUT_LIMIT = 2**41
"""A member's log-odds are rounded to multiples of 2⁻³² and kept within ±2⁹."""
MOST_MEMBERS = 2**11
"""Most members; the sum of their outputs is still exact."""


@dataclass(frozen=True)
class Grid:
    """The inputs of a layer: whole numbers q with |q| ≤ ``limit``; q stands for q·2^−bits."""

    bits: int
    limit: int


OUTPUT = Grid(OUTPUT_BITS, OUTPUT_LIMIT)


@dataclass(frozen=True, eq=False)
class FixedLayer:
    """Unit j gives (Σᵢ qᵢ·weights[i, j] + biases[j])·2^−(bits + shifts[j])."""

    weights: NDArray[np.int16]
    """Shape (fan_in, fan_out)."""
    biases: NDArray[np.int64]
    """Shape (fan_out,)."""
    shifts: NDArray[np.int16]
    """Shape (fan_out,): weights[i, j] stands for weights[i, j]·2^−shifts[j]."""

    def __post_init__(self) -> None:
        for array in (self.weights, self.biases, self.shifts):
            array.setflags(write=False)

    def largest_sums(self, limit: int) -> NDArray[np.float64]:
        """Largest Σ|q·weight| + |bias| of each unit for inputs within ±limit; shape (fan_out,)."""
        size = np.abs(self.weights.astype(np.int64)).sum(axis=0).astype(np.float64)
        return np.asarray(size * float(limit) + np.abs(self.biases.astype(np.float64)))


@dataclass(frozen=True, eq=False)
class Member:
    """One network: its layers, the last with one unit; its target encodings are ``fold``'s.

    With a ``depth`` above 0 it is a network of soft splits (`trueodds.network.soft_splits`): its
    first layer has the gates, level by level, its second the leaf values, leaf by leaf and tree by
    tree.
    """

    fold: int
    layers: tuple[FixedLayer, ...]
    depth: int = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, from the inputs to the logit."""
        return (len(self.layers[0].weights), *(len(layer.biases) for layer in self.layers))

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(layer.weights.size + layer.biases.size for layer in self.layers)


@dataclass(frozen=True, eq=False)
class FixedNetworks:
    """All members' networks: one activation, one depth, and one grid before each layer.

    The output of a hidden layer is clamp(rint(φ(z)·2^bits), ±limit), ties to even, with the bits
    and limit of the next layer's grid. The last unit's z is put on the grid `OUTPUT` in the same
    way. Soft splits share the first grid, that of the inputs; the shares of their leaves are put
    on the grid ``shares``, whose limit stands for 1.
    """

    activation: Activation
    grids: tuple[Grid, ...]
    members: tuple[Member, ...]
    shares: Grid | None = None

    @property
    def mlps(self) -> tuple[int, ...]:
        """Numbers of the members that are no soft splits."""
        return tuple(n for n, member in enumerate(self.members) if not member.depth)

    @property
    def soft(self) -> tuple[int, ...]:
        """Numbers of the members that are soft splits."""
        return tuple(n for n, member in enumerate(self.members) if member.depth)

    def grids_of(self, member: Member) -> tuple[Grid, ...]:
        """Grids before each layer of a member."""
        if not member.depth:
            return self.grids
        return self.grids[:1] if self.shares is None else (self.grids[0], self.shares)

    def header(self) -> dict[str, Any]:
        """Plain values for the model file's header, without the arrays."""
        plain: dict[str, Any] = {
            "activation": self.activation,
            "grids": self.grids,
            "folds": [member.fold for member in self.members],
        }
        if self.shares is not None:
            plain["depths"] = [member.depth for member in self.members]
            plain["shares"] = self.shares
        return plain


def require_exact(networks: FixedNetworks) -> float:
    """Prove that every sum is exact in float64, whatever the inputs.

    Returns
    -------
    float
        The largest sum that can occur, in whole units, at most 2⁵².

    Raises
    ------
    ValueError
        If a bound fails or the layers do not fit together.
    """
    if networks.activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {networks.activation!r}")
    if not networks.grids or not 0 < len(networks.members) <= MOST_MEMBERS:
        raise ValueError("there are no members, no layers, or too many")
    shares = networks.shares
    if shares is not None and shares.limit != 1 << max(0, shares.bits):
        raise ValueError("the grid of shares does not end at 1")
    for grid in networks.grids if shares is None else (*networks.grids, shares):
        if not 0 <= grid.bits <= FINEST_GRID or not 0 < grid.limit <= LARGEST_SUM:
            raise ValueError(f"a layer's inputs have {grid.bits} bits and limit {grid.limit}")
    largest = 0.0
    for member in networks.members:
        grids = networks.grids_of(member)
        if len(member.layers) != (2 if member.depth else len(grids)) or len(grids) < 1:
            raise ValueError("a member has a different number of layers than there are grids")
        width = len(member.layers[0].weights)
        for index, (layer, grid) in enumerate(zip(member.layers, grids, strict=True)):
            width = _require_shape(layer, width)
            if member.depth and not index:
                width = _leaves(width, member.depth)
            largest = max(largest, float(layer.largest_sums(grid.limit).max()))
        if width != 1:
            raise ValueError(f"a last layer has {width} units, not 1")
    if not largest <= LARGEST_SUM:
        raise ValueError("a sum of products could leave the exact whole numbers")
    return largest


def _leaves(gates: int, depth: int) -> int:
    """Leaves of all trees with so many gates."""
    if not 0 < depth <= MOST_DEPTH or gates % depth:
        raise ValueError(f"{gates} gates make no trees of {depth} levels")
    return (gates // depth) << depth


def _require_shape(layer: FixedLayer, width: int) -> int:
    """Check one layer against the number of units before it; return its number of units."""
    shape = layer.weights.shape
    if len(shape) != 2 or shape[0] != width or not min(shape):
        raise ValueError(f"a layer of shape {shape} follows {width} units")
    if layer.biases.shape != shape[1:] or layer.shifts.shape != shape[1:]:
        raise ValueError("a layer's biases or shifts do not fit its weights")
    for name, kind in (("weights", np.int16), ("biases", np.int64), ("shifts", np.int16)):
        if getattr(layer, name).dtype != kind:
            raise ValueError(f"{name} of a layer are of type {getattr(layer, name).dtype}")
    if np.abs(layer.shifts.astype(np.int64)).max() > FINEST_WEIGHT:
        raise ValueError("a weight's grid is out of range")
    return int(shape[1])
