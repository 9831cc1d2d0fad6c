"""From rows to places in tables of first sums, for `trueodds.model.compiled_scorer`.

A source is a category, a cross, a text or a number. All that a code adds to the first sums is one
row of a table of sums; so is all that a number adds by steps: bins of a target encoding, the value
indicators, and those bins of piecewise-linear encodings that do not hold it. What is left of a
number are a few amounts that multiply rows of a table of weights. So does a target encoding of too
many levels, or one for which the table of sums has no room: the largest are left out first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.blocks import (
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.cross import bin_codes
from trueodds.features.derive import derive
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import Grid
from trueodds.model.places import Codes, Looked, OfFolds, Steps
from trueodds.model.scorer import Float, on_grid

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
                self._add_amounts(source, encodings, None)
            elif (own and not isinstance(own[0][1], Levels)) or (first and first.cuts):
                self._add_number(source, own, encodings)
            elif own:
                self._add_codes(source, own, encodings)
            else:
                alone[source] = encodings
        self._add_encodings(alone)
        self.rows += 1
        self.weights += 1
        if self._bytes() > self.room:
            raise ValueError("the tables would be too large")
        count = 1 + len(self.steps) + len(self.codes)
        self.units = _padded(count)
        parts = sum(len(each.smooth) + len(each.pieces) for each in self.steps)
        self.parts = _padded(parts + len(self.of_folds))
        self.row_parts_used = parts + sum(len(each.inputs) for each in self.of_folds)
        self.row_parts = _padded(self.row_parts_used)

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
                self._add_amounts(source, encodings, encodings[0][2].codes)
            else:
                self._add_codes(source, [], encodings)

    def _add_amounts(
        self, source: str, encodings: list[Placed], of: Callable[[Values], NDArray[Any]] | None
    ) -> None:
        # A member has weights for its own fold only: one row serves all folds.
        inputs = tuple((position, table) for position, _, table in encodings)
        by_fold = {fold: table for _, fold, table in encodings}
        self.of_folds.append(OfFolds(source, self.weights, inputs, by_fold, of))
        self.weights += 1

    def _add_codes(self, source: str, own: list[tuple[int, Any]], encodings: list[Placed]) -> None:
        of = encodings[0][2].codes if encodings else lambda values: values.codes[source]
        levels = [len(b.slots) for _, b in own] + [len(t.log_odds) - 2 for _, _, t in encodings]
        if encodings and levels[0] > MOST_LEVELS:
            self._add_amounts(source, encodings, of)
            encodings = []
            if not own:
                return
        codes = np.array([*range(levels[0]), -2, -1])
        base = self._reserve(len(codes))
        for position, block in own:
            self._encoded(base, position, block, codes)
        for position, _, table in encodings:
            self._filled.append((base, position, table.log_odds[codes][:, None].astype(float)))
        self.codes.append(Codes(source, of, base, len(codes)))

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
        return out

    def weights_of(self, first: Float) -> Float:
        """The table of weights, from the same."""
        out = np.zeros((self.weights, first.shape[1]))
        out[: self.inputs - 1] = first[:-1]
        for each in self.of_folds:
            out[each.at] = first[[position for position, _ in each.inputs]].sum(axis=0)
        return out

    def look(self, values: Values) -> Looked:
        """Places of all rows."""
        rows = values.rows
        units = np.full((rows, self.units), self.rows - 1, np.int32)
        at = np.full((rows, self.parts), self.weights - 1, np.int32)
        folds = len(self.target_encodings) if self.by_fold else 1
        amounts = np.zeros((folds, rows, self.parts))
        numbers = {**values.numbers, **derive(values, self.encoder.derived)}
        units[:, 0] = 0
        unit, part = 1, 0
        for codes in self.codes:
            found = codes.of(values)
            units[:, unit] = codes.base + np.where(found < 0, codes.rows + found, found)
            unit += 1
        for steps in self.steps:
            column = numbers[steps.source]
            bins = np.searchsorted(steps.edges, column, side="right")
            gone = np.isnan(column)
            units[:, unit] = steps.base + np.where(gone, len(steps.edges) + 1, bins)
            unit += 1
            for position, block in steps.smooth:
                at[:, part] = position
                block.encode(column, amounts[0, :, part : part + 1])
                part += 1
            for position, pieces in steps.pieces:
                held = _bins(pieces, column)
                at[:, part] = position + held
                amounts[0, :, part] = _inside(pieces, column, held)
                part += 1
        on_grid(amounts[0], self.grid)
        amounts[1:] = amounts[0]
        for each in self.of_folds:
            at[:, part] = each.at
            places = None if each.of is None else each.of(values)
            for fold, table in each.tables.items():
                if places is None:
                    inputs = table.inputs(values).astype(np.float64)
                    amounts[fold, :, part] = on_grid(inputs, self.grid)
                else:
                    whole = on_grid(table.log_odds.astype(np.float64), self.grid)
                    amounts[fold, :, part] = whole[places]
            part += 1
        return Looked(units, at, amounts)


def _padded(count: int) -> int:
    """The next multiple of 4: the loop takes as many rows at a time."""
    return -(-count // 4) * 4


def _bins(block: PiecewiseLinear, column: Float) -> NDArray[np.int64]:
    """The bin of each number; any bin where it is missing."""
    found = np.searchsorted(np.array(block.x), column, side="right") - 1
    return np.clip(found, 0, block.width - 1)


def _inside(block: PiecewiseLinear, column: Float, held: NDArray[np.int64]) -> Float:
    """The input of each number's own bin, by the steps of `PiecewiseLinear.encode`."""
    x = np.array(block.x)
    v = np.clip(column, x[0], x[-1])
    with np.errstate(over="ignore"):
        t = (v - x[held]) / (x[1:] - x[:-1])[held]
    return np.where(np.isnan(column), 0.0, np.clip(t, 0.0, 1.0) - 0.5)
