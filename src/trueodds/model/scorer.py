"""The exact scorer of tables: BLAS products of whole numbers, the members of a fold side by side.

All sums are exact (`trueodds.model.fixed`), so members can be joined, and rows and sums can be
split into parts, in the fastest way: the bits stay the same. Biases are the weights of an input
that is always 1. Therefore each member's last output is a 1 in every layer before the last. Inputs
that are always 0 or 1 have a product of their own in float32, which takes half the time: sums of
16-bit weights are exact there too. `trueodds.model.row_scorer` scores a single row in another way,
and `trueodds.model.compiled_scorer` many rows of networks with soft splits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.blocks import INDICATORS, Out
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.compiled import Compiled
from trueodds.model.encoded import Encoded
from trueodds.model.fixed import FixedNetworks, Grid
from trueodds.model.requantise import Requantise, weights_of
from trueodds.model.soft_scorer import Forest, forests
from trueodds.model.threads import LEAST_ROWS, side_by_side

Float = NDArray[np.float64]

BLOCK = 1 << 17
"""First-layer outputs of one fold that are computed at a time, so that they stay in the cache."""
EXACT32 = 2.0**24
"""Whole numbers up to here are exact in float32."""
ROWS = 2048
"""Rows that one thread encodes at a time …"""
CELLS = 1 << 23
"""… with at most this many inputs (64 MB): a table may have tens of thousands of columns."""


@dataclass(frozen=True, eq=False)
class _Group:
    """Members of one fold; their first layers form one matrix."""

    fold: int
    members: list[int]
    flags: NDArray[np.float32]
    """Weights of the 0/1 inputs, shape (flags, Σ(units + 1))."""
    numbers: Float
    """Weights of the other inputs, the 1 and the fold's target encodings, in this order."""
    layers: list[list[Float]]
    """Weights of the later layers, for each layer and member."""
    ones: list[NDArray[np.int64]]
    """Positions of the 1 in the outputs of each hidden layer."""
    forest: Forest | None = None
    """What follows the first layer of soft splits; they have no further layers."""

    @property
    def width(self) -> int:
        """Most numbers that a row needs at a time."""
        return max(int(self.numbers.shape[1]), 0 if self.forest is None else self.forest.width)


class Scorer:
    """Exact log-odds of tables; it does not change, so threads may share it.

    Parameters
    ----------
    networks
        Networks that `require_exact` accepts.
    encoder, target_encodings
        They make the inputs: the encoder those of all folds, the target encodings those of each
        fold.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        target_encodings: Sequence[tuple[TargetEncoding, ...]],
    ) -> None:
        self.members = len(networks.members)
        self.compiled = Compiled(networks, encoder, target_encodings)
        self._encoder = encoder
        self._inputs = encoder.width + sum(map(len, target_encodings))
        self._grid = networks.grids[0]
        self._flagged = [isinstance(block, INDICATORS) for block in encoder.blocks]
        widths = [block.width for block in encoder.blocks]
        flags = np.repeat(self._flagged, widths).astype(np.bool_)
        if not _exact_in_float32(networks, flags):
            self._flagged, flags = [False] * len(widths), np.zeros_like(flags)
        self._flags = int(np.count_nonzero(flags))
        self._numbers = len(flags) - self._flags + 1
        self._target_encodings = [
            [(table, on_grid(table.log_odds.astype(np.float64), self._grid)) for table in tables]
            for tables in target_encodings
        ]
        layers = len(networks.grids) if networks.mlps else 0
        self._steps = [Requantise.of(networks, index) for index in range(layers)]
        self._groups: list[_Group] = []
        for fold in sorted({member.fold for member in networks.members}):
            if mlps := [n for n in networks.mlps if networks.members[n].fold == fold]:
                self._groups.append(self._group(networks, fold, mlps, flags))
            soft = [n for n in networks.soft if networks.members[n].fold == fold]
            for forest in forests(networks, soft):
                first = self._first(forest.first, flags)
                self._groups.append(_Group(fold, forest.members, *first, [], [], forest))

        made = [group.forest for group in self._groups if group.forest is not None]
        self._gates = sum(forest.gates for forest in made)

    def _group(
        self, networks: FixedNetworks, fold: int, members: list[int], flags: NDArray[np.bool_]
    ) -> _Group:
        layers = [
            [weights_of(networks, member, index, step) for member in members]
            for index, step in enumerate(self._steps)
        ]
        first = self._first(np.concatenate(layers[0], axis=1), flags)
        ones = [np.cumsum([part.shape[1] for part in parts]) - 1 for parts in layers[:-1]]
        return _Group(fold, members, *first, layers[1:], ones)

    def _first(self, weights: Float, flags: NDArray[np.bool_]) -> tuple[NDArray[np.float32], Float]:
        """Weights of the 0/1 inputs; those of the others, the 1 and the target encodings."""
        shared, encodings, bias = weights[: len(flags)], weights[len(flags) : -1], weights[-1:]
        return (
            (shared[flags] * 2.0**self._grid.bits).astype(np.float32),
            np.concatenate([shared[~flags], bias, encodings]),
        )

    def encode(self, values: Values) -> Encoded:
        """Return the rows as the first products take them."""
        flags = np.zeros((values.rows, self._flags), np.float32)
        numbers = np.zeros((values.rows, self._numbers), order="F")
        parts: list[Out] = []
        flag = number = 0
        for block, flagged in zip(self._encoder.blocks, self._flagged, strict=True):
            if flagged:
                parts.append(flags[:, flag : flag + block.width])
                flag += block.width
            else:
                parts.append(numbers[:, number : number + block.width])
                number += block.width
        self._encoder.encode_blocks(values, parts)
        on_grid(numbers, self._grid)
        numbers[:, -1] = 1.0
        encodings = []
        codes: dict[tuple[str, tuple[float, ...]], NDArray[Any]] = {}
        for tables in self._target_encodings:
            fold = np.empty((values.rows, len(tables)))
            for position, (table, whole) in enumerate(tables):
                if table.text is not None:
                    fold[:, position] = on_grid(table.inputs(values).astype(np.float64), self._grid)
                    continue
                # Folds share their bins, so each number is put into its bin once.
                key = (table.source, table.cuts)
                if key not in codes:
                    codes[key] = table.codes(values)
                fold[:, position] = whole[codes[key]]
            encodings.append(fold)
        return Encoded(flags, numbers, tuple(encodings))

    def outputs(self, values: Values) -> Float:
        """Every member's log-odds in units of 2⁻³², whole numbers, shape (members, rows)."""
        out = np.empty((self.members, values.rows))
        rows = max(16, min(ROWS, CELLS // (self._inputs + 1)))
        quick = self.compiled.for_rows(values.rows) if values.rows >= LEAST_ROWS else None
        if quick is not None:

            def fill(start: int, stop: int) -> None:
                part = np.empty((self.members, stop - start))
                quick.fill(quick.look(values.between(start, stop)), part)
                out[:, start:stop] = part

            side_by_side(fill, values.rows, rows)
            return out

        def score(start: int, stop: int) -> None:
            encoded = self.encode(values.between(start, stop))
            self._fill(out[:, start:stop], encoded, values.rows)

        side_by_side(score, values.rows, rows)
        return out

    def outputs_of(self, rows: Encoded) -> Float:
        """The same as `outputs`, for rows that `encode` made; shape (members, rows)."""
        out = np.empty((self.members, len(rows.flags)))

        def score(start: int, stop: int) -> None:
            self._fill(out[:, start:stop], rows.between(start, stop), len(rows.flags))

        side_by_side(score, len(rows.flags), ROWS)
        return out

    def _fill(self, out: Float, rows: Encoded, of: int) -> None:
        """Outputs of some rows of a table of so many."""
        widest = max(len(group.numbers) for group in self._groups)
        step = max(16, BLOCK // max(group.width for group in self._groups))
        gates = of * self._gates
        for start in range(0, out.shape[1], step):
            part = rows.between(start, start + step)
            X = np.empty((len(part.flags), widest))
            X[:, : self._numbers] = part.numbers
            for group in self._groups:
                stop = len(group.numbers)
                X[:, self._numbers : stop] = part.target_encodings[group.fold]
                A = X[:, :stop] @ group.numbers
                if self._flags:
                    A += part.flags @ group.flags
                out[group.members, start : start + step] = self._onward(A, group, gates).T

    def _onward(self, A: Float, group: _Group, gates: int) -> Float:
        """Outputs, shape (rows, members), from the first sums, shape (rows, Σ(units + 1)).

        The first sums of soft splits have shape (rows, gates).
        """
        if group.forest is not None:
            return group.forest.outputs(A, gates)
        for step, ones, layer in zip(self._steps, group.ones, group.layers, strict=False):
            step.apply(A, ones)
            B = np.empty((len(A), sum(weights.shape[1] for weights in layer)))
            left = to = 0
            for weights in layer:
                right, stop = left + weights.shape[0], to + weights.shape[1]
                np.matmul(A[:, left:right], weights, out=B[:, to:stop])
                left, to = right, stop
            A = B
        self._steps[-1].apply(A, np.zeros(0, np.int64))
        return A


def on_grid(X: Float, grid: Grid) -> Float:
    """Round inputs of any shape to whole units of a grid, in place; return them."""
    limit = float(grid.limit)
    X *= 2.0**grid.bits
    np.rint(X, out=X)
    np.maximum(X, -limit, out=X)
    np.minimum(X, limit, out=X)
    return X


def _exact_in_float32(networks: FixedNetworks, flags: NDArray[np.bool_]) -> bool:
    """Whether sums of the first weights of 0/1 inputs are exact in float32, in any order."""
    grid = networks.grids[0]
    for member in networks.members:
        layer = member.layers[0]
        weights = np.abs(layer.weights[: len(flags)][flags].astype(np.int64))
        # Units of 2^±100 and sums of 24 bits stay within float32's range.
        if weights.sum(axis=0).max(initial=0) > EXACT32 or np.abs(layer.shifts).max() > 60:
            return False
    return bool(grid.limit >= 2**grid.bits)
