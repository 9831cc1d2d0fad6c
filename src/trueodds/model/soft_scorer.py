"""The exact scorer of soft splits: gates by σ, shares by products in a fixed order, whole sums.

What comes before, the weighted sums of the inputs, is exact like every layer's
(`trueodds.model.fixed`). A gate is the portable σ of its sum, and a leaf's share a product of
doubles (`trueodds.network.soft_forward`): both have the same bits wherever they are computed. From
there on numbers are whole again.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import trueodds.functions as compiled
from trueodds.errors import KernelError
from trueodds.functions import portable
from trueodds.model.fixed import OUTPUT, FixedNetworks
from trueodds.model.row_layers import over_all_folds
from trueodds.network.soft_forward import leaf_shares

Float = NDArray[np.float64]

WORTH = 1 << 24
"""Gates from which on it pays to load the compiled σ: 1 s of the portable one."""


class Forest:
    """Members of soft splits of one depth, their trees side by side.

    Parameters
    ----------
    networks
        Proved by `require_exact`.
    members
        Their numbers.
    """

    def __init__(self, networks: FixedNetworks, members: Sequence[int]) -> None:
        assert networks.shares is not None, "require_exact has seen these networks"
        chosen = [networks.members[number] for number in members]
        depth, bits = chosen[0].depth, networks.shares.bits
        self.members = list(members)
        self._depth, self._scale = depth, 2.0**bits
        counts = [len(member.layers[0].biases) // depth for member in chosen]
        self._starts = np.concatenate([[0], np.cumsum(counts)])[:-1]
        self._folds = [member.fold for member in chosen]
        columns, values, biases = [], [], []
        inputs = max(len(member.layers[0].weights) for member in chosen)
        for member in chosen:
            gates, leaves = member.layers
            units = -networks.grids[0].bits - gates.shifts.astype(np.int64)
            joined = np.zeros((inputs + 1, len(gates.biases)))
            joined[: len(gates.weights)] = np.ldexp(gates.weights.astype(np.float64), units)
            joined[-1] = np.ldexp(gates.biases.astype(np.float64), units)
            columns.append(joined.reshape(inputs + 1, depth, -1))
            unit = OUTPUT.bits - bits - int(leaves.shifts[0])
            weights = leaves.weights.astype(np.float64).reshape(1 << depth, -1)
            values.append(np.ldexp(weights, unit))
            biases.append(np.ldexp(float(leaves.biases[0]), unit))
        together = np.concatenate(columns, axis=2)
        self.first: Float = np.ascontiguousarray(together.reshape(len(together), -1))
        """Weights of the inputs and, last, of the 1: (inputs + 1, gates); sums are z itself.

        Where members have fewer inputs than others, the rest have weights of 0."""
        self._values = np.concatenate(values, axis=1)
        self._biases = np.array(biases)

    @property
    def width(self) -> int:
        """Leaves of all trees."""
        return int(self._values.size)

    @property
    def leaf_values(self) -> Float:
        """Values of a forest of one member, leaf by leaf and tree by tree, and last its bias."""
        return np.concatenate([self._values.ravel(), self._biases])

    def over_all_folds(self, shared: int, counts: Sequence[int]) -> Float:
        """`first` over the shared inputs, every fold's own and the 1: (inputs + 1, gates).

        ``counts`` are the folds' numbers of own inputs.
        """
        levels = self.first.reshape(len(self.first), self._depth, -1)
        stops = [*self._starts[1:], levels.shape[2]]
        parts = []
        for fold, left, right in zip(self._folds, self._starts, stops, strict=True):
            own = levels[:, :, left:right].reshape(len(levels), -1)
            wide = over_all_folds(own, shared, counts, fold)
            parts.append(wide.reshape(len(wide), self._depth, -1))
        joined = np.concatenate(parts, axis=2)
        return joined.reshape(len(joined), -1)

    @property
    def gates(self) -> int:
        """Gates of all trees."""
        return int(self.first.shape[1])

    def outputs(self, Z: Float, gates: int = 0) -> Float:
        """From the gates' sums, (rows, gates), to the members' log-odds in units of 2⁻³².

        ``gates`` says how many gates the whole call has, of all rows and forests, about.

        Returns
        -------
        Whole numbers, shape (rows, members).
        """
        shares = leaf_shares(sigmoid(Z, gates), self._depth)
        shares *= self._scale
        np.rint(shares, out=shares)
        by_tree = np.einsum("rlt,lt->rt", shares, self._values)
        out = np.add.reduceat(by_tree, self._starts, axis=1)
        out += self._biases
        np.rint(out, out=out)
        return np.clip(out, -float(OUTPUT.limit), float(OUTPUT.limit), out=out)


def forests(networks: FixedNetworks, members: Sequence[int]) -> list[Forest]:
    """Some members of soft splits, those of a depth together."""
    depths = sorted({networks.members[number].depth for number in members})
    return [
        Forest(networks, [n for n in members if networks.members[n].depth == depth])
        for depth in depths
    ]


def sigmoid(z: Float, values: int) -> Float:
    """σ by the compiled kernel if Numba is loaded or worth loading, else by NumPy: the same bits.

    NumPy also stands in for a kernel that cannot be loaded. ``values`` says about how many values
    the whole call has.
    """
    if values < WORTH and "numba" not in sys.modules:
        return portable.sigmoid(z)
    try:
        kernel = compiled.sigmoid
    except KernelError:
        return portable.sigmoid(z)
    return np.asarray(kernel(z))
