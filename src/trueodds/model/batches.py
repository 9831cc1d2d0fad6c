"""Many rows in the compiled scorer: products of matrices between compiled loops.

A single row leaves out its silent units and looks up all first sums
(`trueodds.model.compiled_loops`). For many rows a product of matrices is quicker, although it
multiplies zeros too. Sums are exact, so the bits are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.model.compiled_loops import activate_rows, first_rows, soft_rows, to_output_grid
from trueodds.model.places import Looked

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

    sums: NDArray[np.int32]
    narrow: NDArray[np.int16]
    ends: Float
    half: float
    plan: Index

    @property
    def all(self) -> tuple[Any, ...]:
        """Everything, as the loops take it."""
        return self.sums, self.narrow, self.ends, self.half, self.plan

    def of_member(self, member: int, rows: int) -> tuple[Any, ...]:
        """All but the plan with the member's columns, and where its columns begin in them."""
        first, columns = self.plan[member, :2].tolist()
        if rows * WORTH_A_COPY < len(self.sums):
            return self.sums, self.narrow, self.ends, self.half, first
        there = slice(first, first + columns)  # in a copy they lie side by side
        copies = (np.ascontiguousarray(of[:, there]) for of in (self.sums, self.narrow, self.ends))
        return *copies, self.half, 0


class Batches:
    """Fills log-odds of all members, MLPs with ReLU and soft splits; threads may share it.

    Parameters
    ----------
    limits
        Largest outputs of the MLPs' layers, shape (layers,).
    layers
        Later layers of every MLP.
    tables, weights, scale
        As `trueodds.model.compiled_loops.score_rows` takes them.
    """

    def __init__(
        self,
        limits: Float,
        layers: Sequence[Sequence[Float]],
        tables: Tables,
        weights: Float,
        scale: float,
    ) -> None:
        self._limits, self._layers = limits.tolist(), layers
        self._tables, self._weights, self._scale = tables, weights, scale

    def fill(self, looked: Looked, out: Float) -> None:
        """Fill ``out``, shape (members, rows), with log-odds in units of 2⁻³²."""
        rows, count = out.shape[1], looked.common
        places = looked.at[0, :count]
        for member in range(len(out)):
            tables = self._tables.of_member(member, rows)
            _, columns, depth, fold, last = self._tables.plan[member].tolist()
            amounts = looked.amounts[fold]
            _, narrow, *_, first = tables
            common = narrow[places, first : first + columns].astype(np.float64)
            A, P = np.empty((2, min(BLOCK, rows), columns))
            for start in range(0, rows, BLOCK):
                some = slice(start, min(start + BLOCK, rows))
                X, Y = A[: some.stop - start], P[: some.stop - start]
                # A scaled number and a quantile have the same row of weights in every row.
                np.matmul(amounts[some, :count], common, out=Y)
                units, at, by = looked.units[some], looked.at[some], amounts[some]
                first_rows(units, at, by, count, *tables, X, Y)
                if depth:
                    soft_rows(X, depth, self._weights[last:], self._scale, out[member, some])
                else:
                    self._onward(X, self._layers[last], out[member, some])

    def _onward(self, A: Float, layers: Sequence[Float], out: Float) -> None:
        """Log-odds of an MLP from its first sums, which are overwritten."""
        for limit, weights in zip(self._limits, layers, strict=False):
            activate_rows(A, limit)
            A = A @ weights
        to_output_grid(A, out)
