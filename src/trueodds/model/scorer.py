"""The exact scorer: all members of a model at once, on stock BLAS, in whole numbers.

All sums are exact (`trueodds.model.fixed`), so members may be glued together, padded with zeros and
cut into blocks as is fastest: the bits stay the same. The first layers of all members are one
matrix; biases are the weights of an input that is always 1. Inputs that are only ever 0 or 1 go
through their own product in float32, in half the time: 16-bit weights add up exactly there too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.model.fixed import OUTPUT, FixedLayer, FixedNetworks, Grid
from trueodds.model.threads import one_blas_thread, side_by_side
from trueodds.network.activations import activate
from trueodds.table.encode import Encoder
from trueodds.table.rates import RateTable, encode_rates
from trueodds.table.values import Values

Float = NDArray[np.float64]

BLOCK = 1 << 17
"""First-layer outputs worked on at a time, so that they stay in the cache."""
EXACT32 = 2.0**24
"""Whole numbers up to here are exact in float32."""
ROWS = 2048
"""Rows encoded at a time, by one thread …"""
CELLS = 1 << 23
"""… but no more inputs than this (64 MB): a table may have tens of thousands of columns."""


@dataclass(frozen=True, eq=False)
class _Stage:
    """One layer of all members, padded to one width.

    ``weights`` has shape (members, fan_in + 1, fan_out + 1): the last input is 1, and so is the
    last output. Sums come out in units of the next grid (``after``), or, before a smooth
    activation, as z itself.
    """

    weights: Float
    after: Grid
    clamp: bool
    """Whether an output could leave ±limit."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows as the first product takes them, in units of the input grid."""

    flags: NDArray[np.float32]
    """Shape (rows, inputs that are only ever 0 or 1), as 0 and 1 themselves."""
    numbers: Float
    """Shape (rows, other inputs + 1); the last is 1."""

    def between(self, start: int, stop: int) -> "Encoded":
        """Return the rows from start to stop, as views."""
        return Encoded(self.flags[start:stop], self.numbers[start:stop])


class Scorer:
    """Log-odds of encoded rows, exactly; holds no state, so threads may share it.

    Parameters
    ----------
    networks
        Proved by `require_exact`.
    encoder, rates
        What makes their inputs: those shared by all, and each fold's own.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        rates: Sequence[tuple[RateTable, ...]],
    ) -> None:
        self.members = len(networks.members)
        self._encoder, self._rates = encoder, rates
        counts = [len(tables) for tables in rates]
        self._own = [encoder.width + sum(counts[:fold]) for fold in range(len(counts))]
        self._inputs = encoder.width + sum(counts)
        self._activation = networks.activation
        self._grid = networks.grids[0]
        self._stages = [_stage(networks, index) for index in range(len(networks.grids))]
        self._first = self._glue(networks, self._stages[0].weights)
        flags = np.zeros(self._inputs + 1, np.bool_)
        if _exact_in_float32(networks, encoder.indicators):
            flags[: encoder.width] = encoder.indicators
        self._flagged, self._numbered = np.flatnonzero(flags), np.flatnonzero(~flags)
        of_one = self._first[self._flagged] * 2.0**self._grid.bits
        self._flag_weights = of_one.astype(np.float32)
        self._number_weights = self._first[self._numbered]

    def _glue(self, networks: FixedNetworks, weights: Float) -> Float:
        """All first layers side by side, (inputs + 1, members × width); own rates alone count."""
        glued = np.zeros((self._inputs + 1, self.members, weights.shape[2]))
        shared = self._encoder.width
        for index, member in enumerate(networks.members):
            own, count = self._own[member.fold], len(self._rates[member.fold])
            glued[:shared, index] = weights[index, :shared]
            glued[own : own + count, index] = weights[index, shared : shared + count]
            glued[-1, index] = weights[index, -1]
        return glued.reshape(self._inputs + 1, -1)

    def encode(self, values: Values) -> Encoded:
        """Rows as the first product takes them."""
        X = np.zeros((values.rows, self._inputs + 1))
        self._encoder.encode_into(values, X)
        for start, tables in zip(self._own, self._rates, strict=True):
            if tables:
                X[:, start : start + len(tables)] = encode_rates(values, tables)
        flags = X[:, self._flagged].astype(np.float32)
        X = X[:, self._numbered]
        limit = float(self._grid.limit)
        X *= 2.0**self._grid.bits
        np.rint(X, out=X)
        np.maximum(X, -limit, out=X)
        np.minimum(X, limit, out=X)
        X[:, -1] = 1.0
        return Encoded(flags, X)

    def outputs(self, values: Values) -> Float:
        """Every member's log-odds in units of 2⁻³², whole numbers, shape (members, rows)."""
        out = np.empty((self.members, values.rows))
        rows = max(16, min(ROWS, CELLS // (self._inputs + 1)))

        def score(start: int) -> None:
            part = values.between(start, min(start + rows, values.rows))
            self._fill(out[:, start : start + part.rows], self.encode(part))

        side_by_side(score, range(0, values.rows, rows))
        return out

    def outputs_of(self, rows: Encoded) -> Float:
        """`outputs` of rows that `encode` made."""
        out = np.empty((self.members, len(rows.flags)))

        def score(start: int) -> None:
            self._fill(out[:, start : start + ROWS], rows.between(start, start + ROWS))

        side_by_side(score, range(0, len(rows.flags), ROWS))
        return out

    def _fill(self, out: Float, rows: Encoded) -> None:
        step = max(16, BLOCK // self._first.shape[1])
        for start in range(0, out.shape[1], step):
            part = rows.between(start, start + step)
            Z = part.numbers @ self._number_weights
            Z += part.flags @ self._flag_weights
            out[:, start : start + step] = self._onward(Z)

    def row_outputs(self, positions: list[int], amounts: list[float]) -> Float:
        """Every member's output for one row, given by its inputs that are not 0; (members,).

        ``amounts`` are unrounded; ``positions`` count shared inputs, then the folds' rates.
        """
        limit = float(self._grid.limit)
        q = np.array(amounts) * 2.0**self._grid.bits
        q = np.minimum(np.maximum(np.rint(q), -limit), limit)
        with one_blas_thread():
            Z = q @ self._first[positions] + self._first[-1]
            return self._onward(Z.reshape(1, -1))[:, 0]

    def _onward(self, Z: Float) -> Float:
        """From the first sums, shape (rows, members × width), to outputs (members, rows)."""
        A = Z.reshape(len(Z), self.members, -1).transpose(1, 0, 2)
        self._hand_on(A, 0)
        for index in range(1, len(self._stages)):
            A = np.matmul(A, self._stages[index].weights)
            self._hand_on(A, index)
        return A[:, :, 0]

    def _hand_on(self, A: Float, index: int) -> None:
        """Activate and put on the next grid, in place."""
        stage = self._stages[index]
        limit = float(stage.after.limit)
        hidden = index < len(self._stages) - 1
        if hidden and self._activation == "relu":
            np.maximum(A, 0.0, out=A)
            np.rint(A, out=A)
        else:
            if hidden:
                A[..., :-1] = activate(A[..., :-1], self._activation) * 2.0**stage.after.bits
            np.rint(A, out=A)
            if stage.clamp:
                np.maximum(A, -limit, out=A)
        if stage.clamp:
            np.minimum(A, limit, out=A)


def _exact_in_float32(networks: FixedNetworks, flags: NDArray[np.bool_]) -> bool:
    """Whether the first layers' weights of 0/1 inputs add up exactly in float32, in any order."""
    grid = networks.grids[0]
    for member in networks.members:
        layer = member.layers[0]
        weights = np.abs(layer.weights[: len(flags)][flags].astype(np.int64))
        # Units of 2^±100 and sums of 24 bits stay within float32's range.
        if weights.sum(axis=0).max(initial=0) > EXACT32 or np.abs(layer.shifts).max() > 60:
            return False
    return bool(grid.limit >= 2**grid.bits)


def _stage(networks: FixedNetworks, index: int) -> _Stage:
    """Layer ``index`` of all members, padded with units that do nothing."""
    layers = [member.layers[index] for member in networks.members]
    grid = networks.grids[index]
    last = index == len(networks.grids) - 1
    after = OUTPUT if last else networks.grids[index + 1]
    smooth = not last and networks.activation != "relu"
    fan_in = max(len(layer.weights) for layer in layers)
    fan_out = max(len(layer.biases) for layer in layers)
    weights = np.zeros((len(layers), fan_in + 1, fan_out + 1))
    for out, layer in zip(weights, layers, strict=True):
        units = (0 if smooth else after.bits) - grid.bits - layer.shifts.astype(np.int64)
        rows, columns = layer.weights.shape
        out[:rows, :columns] = np.ldexp(layer.weights.astype(np.float64), units)
        out[-1, :columns] = np.ldexp(layer.biases.astype(np.float64), units)
        out[-1, -1] = 1.0
    clamp = any(_could_leave(layer, grid, after) for layer in layers)
    return _Stage(weights, after, clamp)


def _could_leave(layer: FixedLayer, grid: Grid, after: Grid) -> bool:
    """Whether an output may need its clamp; no activation is larger than its argument or 1."""
    z = np.ldexp(layer.largest_sums(grid.limit), -(grid.bits + layer.shifts.astype(np.int64)))
    return bool(np.maximum(z, 1.0).max() * 2.0**after.bits > after.limit)
