"""From rows to places in tables of first sums, for `trueodds.model.compiled_scorer`.

A source is a category, a cross, a text or a number. All that a code adds to the first sums is one
row of a table of sums; so is all that a number adds by steps: bins of a target encoding, the value
indicators, and those bins of piecewise-linear encodings that do not hold it. What is left of a
number are a few amounts that multiply rows of a table of weights. So does a target encoding of too
many levels, or one for which the table of sums has no room: the largest are left out first.
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
from trueodds.features.cross import Cross, bin_codes
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import Grid
from trueodds.model.places import Codes, OfFolds, Slot, Steps
from trueodds.model.scorer import Float, on_grid
from trueodds.model.slots import joined, slots_of

Placed = tuple[int, int, TargetEncoding]
"""Position of a target encoding's input, its fold, and itself."""

MOST_LEVELS = 512
"""A target encoding of more levels multiplies a row by its amount, instead of a row a level."""
SUM_BYTES, WEIGHT_BYTES = 8, 2
"""Bytes of a number in the table of sums and in that of weights."""


@dataclass(eq=False)
class Lookups:
    """Places of rows in a table of sums and in one of weights.

    The inputs are the encoder's, those of every fold's target encodings, and the 1. The first row
    of the sums is that of the 1, the last is 0. The first rows of the weights are those of the
    other inputs, the last is 0.

    Raises
    ------
    ValueError
        If there is no room.
    """

    encoder: Encoder
    target_encodings: Sequence[tuple[TargetEncoding, ...]]
    grid: Grid
    room: int
    """Most bytes of one column of both tables."""
    rows: int = 1
    """Rows of the sums."""
    _filled: list[tuple[int, int, Float]] = field(default_factory=list)
    """What rows of the sums hold: first row, first input, and amounts (rows, inputs), not yet on
    the grid."""
    steps: list[Steps] = field(default_factory=list)
    codes: list[Codes] = field(default_factory=list)
    of_folds: list[OfFolds] = field(default_factory=list)
    slots: tuple[Slot, ...] = ()
    """Where the sources' rows of the sums stand in the table."""

    def __post_init__(self) -> None:
        starts = np.cumsum([self.encoder.width, *map(len, self.target_encodings)]).tolist()
        self.inputs = int(starts[-1]) + 1
        self.weights = self.inputs - 1
        placed: dict[str, list[Placed]] = {}
        for fold, tables in enumerate(self.target_encodings):
            for offset, table in enumerate(tables):
                placed.setdefault(table.source, []).append((starts[fold] + offset, fold, table))
        blocks: dict[str, list[tuple[int, Any]]] = {}
        start = 0
        for block in self.encoder.blocks:
            blocks.setdefault(block.source, []).append((start, block))
            start += block.width
        alone: dict[str, list[Placed]] = {}
        for source in dict.fromkeys([*blocks, *placed]):
            own, encodings = blocks.get(source, []), placed.get(source, [])
            first = encodings[0][2] if encodings else None
            if first is not None and first.text is not None:
                self._add_amounts(source, encodings)
            elif (own and not isinstance(own[0][1], Levels)) or (first and first.cuts):
                self._add_number(source, own, encodings)
            elif own:
                self._add_codes(source, own, encodings)
            else:
                alone[source] = encodings
        self._add_encodings(alone)
        self.weights += 1
        left = (self.room - self._bytes()) // SUM_BYTES - 1  # the last row is 0
        if left < 0:
            raise ValueError("the tables would be too large")
        self._own_rows = {0: 1} | {steps.base: steps.rows for steps in self.steps}
        self._own_rows |= {codes.base: codes.rows for codes in self.codes}
        self.slots = slots_of(self._own_rows.items(), left)
        self.table_rows = sum(slot.rows for slot in self.slots) + 1
        """Rows of the table of sums; the last is 0."""

    @property
    def crosses(self) -> dict[str, Cross]:
        """All crosses by the names of their target encodings."""
        found = {each.source: each.cross for each in self.codes}
        found |= {each.source: each.cross for each in self.of_folds}
        return {source: cross for source, cross in found.items() if cross is not None}

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the columns and derived quantities that a row's places depend on."""
        crosses = self.crosses
        found = [steps.source for steps in self.steps]
        found += [codes.source for codes in self.codes if codes.cross is None]
        found += [e.source for e in self.of_folds if e.cross is None and not e.words]
        found += [part.source for cross in crosses.values() for part in cross.parts]
        return tuple(dict.fromkeys(found))

    @property
    def by_fold(self) -> bool:
        """Whether amounts differ between folds."""
        return bool(self.of_folds)

    def _bytes(self) -> int:
        """Bytes of one column of both tables."""
        return SUM_BYTES * self.rows + WEIGHT_BYTES * self.weights

    def _reserve(self, count: int) -> int:
        """The first of so many further rows of the sums."""
        self.rows += count
        return self.rows - count

    def _add_encodings(self, alone: dict[str, list[Placed]]) -> None:
        """Target encodings of sources without blocks: as rows of the sums while there is room."""
        by_size = sorted(alone, key=lambda source: len(alone[source][0][2].log_odds))
        for done, source in enumerate(by_size, 1):
            encodings = alone[source]
            size = len(encodings[0][2].log_odds)
            # Each of the others needs at least a row of weights.
            after = WEIGHT_BYTES * (len(by_size) - done + 1) + SUM_BYTES * (size + 1)
            if self._bytes() + after > self.room:
                self._add_amounts(source, encodings)
            else:
                self._add_codes(source, [], encodings)

    def _add_amounts(self, source: str, encodings: list[Placed]) -> None:
        # A member has weights for its own fold only: one row serves all folds.
        self.of_folds.append(OfFolds(source, self.weights, tuple(encodings)))
        self.weights += 1

    def _add_codes(self, source: str, own: list[tuple[int, Any]], encodings: list[Placed]) -> None:
        cross = encodings[0][2].cross if encodings else None
        levels = [len(b.slots) for _, b in own] + [len(t.log_odds) - 2 for _, _, t in encodings]
        if encodings and levels[0] > MOST_LEVELS:
            self._add_amounts(source, encodings)
            encodings = []
            if not own:
                return
        codes = np.array([*range(levels[0]), -2, -1])
        base = self._reserve(len(codes))
        for position, block in own:
            self._encoded(base, position, block, codes)
        for position, _, table in encodings:
            self._filled.append((base, position, table.log_odds[codes][:, None].astype(float)))
        self.codes.append(Codes(source, cross, base, len(codes)))

    def _add_number(self, source: str, own: list[tuple[int, Any]], encodings: list[Placed]) -> None:
        smooth = [(p, b) for p, b in own if isinstance(b, ClippedScale | QuantileTransform)]
        pieces = [(p, b) for p, b in own if isinstance(b, PiecewiseLinear)]
        flags = [(p, b) for p, b in own if isinstance(b, Indicator | Missing)]
        exact = [v for _, b in flags if isinstance(b, Indicator) for v in b.values]
        edges = sorted(
            {x for _, b in pieces for x in b.x}
            | {x for _, _, t in encodings for x in t.cuts}
            | {x for v in exact for x in (v, float(np.nextafter(v, np.inf)))}
        )
        values = np.array([-np.inf, *edges, np.nan])
        base = self._reserve(len(values))
        for position, block in flags:
            self._encoded(base, position, block, values)
        for position, bins in pieces:
            amounts = self._encoded(base, position, bins, values)
            amounts[np.arange(len(values)), _bins(bins, values)] = 0.0
        for position, _, table in encodings:
            found = table.log_odds[bin_codes(values, table.cuts)]
            self._filled.append((base, position, found[:, None].astype(float)))
        self.steps.append(Steps(source, np.array(edges), base, tuple(smooth), tuple(pieces)))

    def _encoded(self, row: int, position: int, block: Any, cells: NDArray[Any]) -> Float:
        """Further rows for some cells of a block's source."""
        amounts = np.zeros((len(cells), block.width))
        block.encode(cells, amounts)
        self._filled.append((row, position, amounts))
        return amounts

    def sums_of(self, first: Float) -> Float:
        """The table of sums, from weights of the inputs and the 1, shape (inputs, columns)."""
        out = np.zeros((self.rows, first.shape[1]))
        out[0] = first[-1]
        for row, position, amounts in self._filled:
            count, width = amounts.shape
            whole = on_grid(amounts.copy(), self.grid)
            out[row : row + count] += whole @ first[position : position + width]
        return joined(self.slots, self._own_rows, out)

    def weights_of(self, first: Float) -> Float:
        """The table of weights, from the same."""
        out = np.zeros((self.weights, first.shape[1]))
        out[: self.inputs - 1] = first[:-1]
        for each in self.of_folds:
            out[each.at] = first[[position for position, _, _ in each.inputs]].sum(axis=0)
        return out


def _bins(block: PiecewiseLinear, column: Float) -> NDArray[np.int64]:
    """The bin of each number; any bin where it is missing."""
    found = np.searchsorted(np.array(block.x), column, side="right") - 1
    return np.clip(found, 0, block.width - 1)
