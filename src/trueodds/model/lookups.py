"""From rows to places in tables of first sums, for `trueodds.model.compiled_scorer`.

A source is a category, a cross, a text or a number. What a level of a category adds to the first
sums is one row of a table of sums. So is what a number adds by steps: the value indicators, and
those bins of piecewise-linear encodings that do not hold it. Inputs are then 0, ½, −½ or 1, so a
sum is a whole number of halves of weights. What is left of a number are a few amounts that multiply
rows of a table of weights; so do the target encodings of a fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.features.blocks import (
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import Grid
from trueodds.model.places import Codes, OfFolds, Slot, Steps
from trueodds.model.scorer import Float
from trueodds.model.slots import joined, slots_of

SUM_BYTES, WEIGHT_BYTES = 4, 2
"""Bytes of a number in the table of sums and in that of weights."""
LARGEST = 2**31 - 1
"""No sum of rows of the table of sums exceeds it."""


@dataclass(eq=False)
class Lookups:
    """Places of rows in a table of sums and in one of weights.

    The inputs are the encoder's, those of every fold's target encodings, and the 1. The first rows
    of the weights are those of the inputs but for the 1; the last rows of both tables are 0.

    Raises
    ------
    ValueError
        If there is no room, or the grid cannot hold a half and a 1.
    """

    encoder: Encoder
    target_encodings: Sequence[tuple[TargetEncoding, ...]]
    grid: Grid
    room: int
    """Most bytes of one column of both tables."""
    steps: list[Steps] = field(default_factory=list)
    codes: list[Codes] = field(default_factory=list)
    of_folds: list[OfFolds] = field(default_factory=list)
    slots: tuple[Slot, ...] = ()
    """Where the sources' rows of the sums stand in the table."""
    _rows: int = 0
    _filled: list[tuple[int, int, Float]] = field(default_factory=list)
    """What sources' rows of the sums hold: first row, first input, and amounts (rows, inputs)."""

    def __post_init__(self) -> None:
        if self.grid.bits < 1 or self.grid.limit < 2**self.grid.bits:
            raise ValueError("the grid cannot hold a half and a 1")
        starts = np.cumsum([self.encoder.width, *map(len, self.target_encodings)]).tolist()
        self.inputs = int(starts[-1]) + 1
        placed: dict[str, list[tuple[int, int, TargetEncoding]]] = {}
        for fold, tables in enumerate(self.target_encodings):
            for offset, table in enumerate(tables):
                placed.setdefault(table.source, []).append((starts[fold] + offset, fold, table))
        blocks: dict[str, list[tuple[int, Any]]] = {}
        start = 0
        for block in self.encoder.blocks:
            blocks.setdefault(block.source, []).append((start, block))
            start += block.width
        for source, own in blocks.items():
            if isinstance(own[0][1], Levels):
                self._add_codes(source, own)
            else:
                self._add_number(source, own)
        for at, (source, encodings) in enumerate(placed.items(), self.inputs - 1):
            # A member has weights for its own fold only: one row serves all folds.
            self.of_folds.append(OfFolds(source, at, tuple(encodings)))
        self.weights = self.inputs + len(self.of_folds)
        self._own_rows = {steps.base: steps.rows for steps in self.steps}
        self._own_rows |= {codes.base: codes.rows for codes in self.codes}
        left = (self.room - WEIGHT_BYTES * self.weights) // SUM_BYTES - self._rows - 1
        if left < 0:
            raise ValueError("the tables would be too large")
        self.slots = slots_of(self._own_rows.items(), left)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the columns and derived quantities that a row's places depend on."""
        found = [steps.source for steps in self.steps]
        found += [codes.source for codes in self.codes]
        for each in self.of_folds:
            if each.cross is not None:
                found += each.cross.columns
            elif not each.words:
                found.append(each.source)
        return tuple(dict.fromkeys(found))

    @property
    def sums(self) -> int:
        """Rows of the table of sums."""
        return sum(slot.rows for slot in self.slots) + 1

    def _reserve(self, count: int) -> int:
        """The first of so many further rows."""
        self._rows += count
        return self._rows - count

    def _add_codes(self, source: str, own: list[tuple[int, Any]]) -> None:
        codes = np.array([*range(len(own[0][1].slots)), -2, -1])
        base = self._reserve(len(codes))
        for position, block in own:
            self._encoded(base, position, block, codes)
        self.codes.append(Codes(source, base, len(codes)))

    def _add_number(self, source: str, own: list[tuple[int, Any]]) -> None:
        smooth = [(p, b) for p, b in own if isinstance(b, ClippedScale | QuantileTransform)]
        pieces = [(p, b) for p, b in own if isinstance(b, PiecewiseLinear)]
        flags = [(p, b) for p, b in own if isinstance(b, Indicator | Missing)]
        exact = [v for _, b in flags if isinstance(b, Indicator) for v in b.values]
        edges = sorted(
            {x for _, b in pieces for x in b.x}
            | {x for v in exact for x in (v, float(np.nextafter(v, np.inf)))}
        )
        values = np.array([-np.inf, *edges, np.nan])
        base = self._reserve(len(values))
        for position, block in flags:
            self._encoded(base, position, block, values)
        for position, bins in pieces:
            amounts = self._encoded(base, position, bins, values)
            amounts[np.arange(len(values)), _bins(bins, values)] = 0.0
        self.steps.append(Steps(source, np.array(edges), base, tuple(smooth), tuple(pieces)))

    def _encoded(self, row: int, position: int, block: Any, cells: NDArray[Any]) -> Float:
        """Further rows for some cells of a block's source."""
        amounts = np.zeros((len(cells), block.width))
        block.encode(cells, amounts)
        self._filled.append((row, position, amounts))
        return amounts

    def sums_of(self, weights: Float) -> NDArray[np.int32]:
        """The table of sums in halves, from whole weights of the inputs (inputs − 1, columns).

        Raises
        ------
        ValueError
            If sums could leave 32 bits.
        """
        halves = np.zeros((self._rows, weights.shape[1]))
        for row, position, amounts in self._filled:
            count, width = amounts.shape
            halves[row : row + count] += (2.0 * amounts) @ weights[position : position + width]
        most = sum(np.abs(halves[at : at + n]).max(axis=0) for at, n in self._own_rows.items())
        if np.max(most, initial=0.0) > LARGEST:
            raise ValueError("sums would leave 32 bits")
        return joined(self.slots, self._own_rows, halves).astype(np.int32)

    def weights_of(self, weights: Float) -> Float:
        """The table of weights, from the same."""
        out = np.zeros((self.weights, weights.shape[1]))
        out[: self.inputs - 1] = weights
        for each in self.of_folds:
            out[each.at] = weights[[position for position, _, _ in each.inputs]].sum(axis=0)
        return out


def _bins(block: PiecewiseLinear, column: Float) -> NDArray[np.int64]:
    """The bin of each number; any bin where it is missing."""
    found = np.searchsorted(np.array(block.x), column, side="right") - 1
    return np.clip(found, 0, block.width - 1)
