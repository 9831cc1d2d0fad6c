"""Many rows in the compiled scorer: products of matrices between compiled loops.

A single row leaves out its silent units and looks up all first sums
(`trueodds.model.compiled_loops`). For many rows a product of matrices is quicker, although it
multiplies zeros too. Sums are exact, so the bits are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.model.compiled_loops import activate_rows, first_rows, soft_rows, to_output_grid
from trueodds.model.fixed import FixedNetworks
from trueodds.model.places import Looked
from trueodds.model.requantise import Requantise, weights_of

Float = NDArray[np.float64]
Index = NDArray[np.int64]

LEAST_ROWS = 32
"""Fewer rows go through the loop of single rows."""
BLOCK = 512
"""Rows whose sums stay in the cache between the layers."""
WORTH_A_COPY = 8
"""Rows of sums that are copied in less time than the copy saves for one row of a table."""


@dataclass(frozen=True, eq=False)
class Tables:
    """What first sums are made of; see `trueodds.model.compiled_loops.score_rows`."""

    sums: Float
    narrow: NDArray[np.int16]
    plan: Index

    def of_member(self, member: int, rows: int) -> tuple[Float, NDArray[np.int16], int]:
        """Sums and weights with the member's columns, and where its columns begin in them."""
        first, columns = self.plan[member, :2].tolist()
        if rows * WORTH_A_COPY < len(self.sums):
            return self.sums, self.narrow, first
        there = slice(first, first + columns)  # in a copy they lie side by side
        sums = np.ascontiguousarray(self.sums[:, there])
        return sums, np.ascontiguousarray(self.narrow[:, there]), 0


class Batches:
    """Fills log-odds of all members, MLPs with ReLU and soft splits; threads may share it.

    Parameters
    ----------
    networks
        The members.
    steps
        What follows each layer of the MLPs.
    wide
        Columns of an MLP's first sums: its units, zeros, and the 1.
    tables, weights, scale
        As `trueodds.model.compiled_loops.score_rows` takes them.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        steps: Sequence[Requantise],
        wide: int,
        tables: Tables,
        weights: Float,
        scale: float,
    ) -> None:
        self._tables, self._weights, self._scale = tables, weights, scale
        self._limits = [float(step.after.limit) for step in steps]
        self._layers: dict[int, list[Float]] = {}
        """Later layers of every MLP."""
        for member in networks.mlps:
            layers = [weights_of(networks, member, n + 1, s) for n, s in enumerate(steps[1:])]
            if layers:
                first = np.zeros((wide, layers[0].shape[1]))
                first[: len(layers[0]) - 1], first[-1] = layers[0][:-1], layers[0][-1]
                layers[0] = first
            self._layers[member] = layers

    def fill(self, looked: Looked, out: Float) -> None:
        """Fill ``out``, shape (members, rows), with log-odds in units of 2⁻³²."""
        rows, count = out.shape[1], looked.common
        places = looked.at[0, :count]
        for member in range(len(out)):
            sums, narrow, first = self._tables.of_member(member, rows)
            _, columns, depth, fold, last = self._tables.plan[member].tolist()
            amounts = looked.amounts[fold]
            common = narrow[places, first : first + columns].astype(np.float64)
            A, P = np.empty((2, min(BLOCK, rows), columns))
            for start in range(0, rows, BLOCK):
                some = slice(start, min(start + BLOCK, rows))
                X, Y = A[: some.stop - start], P[: some.stop - start]
                # A scaled number and a quantile have the same row of weights in every row.
                np.matmul(amounts[some, :count], common, out=Y)
                units, at, by = looked.units[some], looked.at[some], amounts[some]
                first_rows(units, at, by, count, sums, narrow, first, X, Y)
                if depth:
                    soft_rows(X, depth, self._weights[last:], self._scale, out[member, some])
                else:
                    self._onward(X, self._layers[member], out[member, some])

    def _onward(self, A: Float, layers: list[Float], out: Float) -> None:
        """Log-odds of an MLP from its first sums, which are overwritten."""
        for limit, weights in zip(self._limits, layers, strict=False):
            activate_rows(A, limit)
            A = A @ weights
        to_output_grid(A, out)
