"""From rows to places in a table of first sums, for `trueodds.model.compiled_scorer`.

A source is a category, a cross, a text or a number. All that a code adds to the first sums is one
row of the table; so is all that a number adds by steps: bins of a target encoding, the value
indicators, and those bins of piecewise-linear encodings that do not hold it. What is left of a
number are a few amounts that multiply rows.
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
from trueodds.model.scorer import Float, on_grid

Whole = NDArray[np.int32]
Placed = tuple[int, int, TargetEncoding]
"""Position of a target encoding's input, its fold, and itself."""

MOST_LEVELS = 512
"""A target encoding of more levels multiplies a row by its amount, instead of a row a level."""


@dataclass(frozen=True, eq=False)
class Looked:
    """Some rows as places in the table; see `trueodds.model.compiled_loops.score_rows`."""

    units: Whole
    at: Whole
    amounts: Float


@dataclass(frozen=True, eq=False)
class Steps:
    """A number: all that it adds by steps is the table's row ``base`` + the bin of its value."""

    source: str
    edges: Float
    base: int
    smooth: tuple[tuple[int, ClippedScale | QuantileTransform], ...]
    """Blocks of one input, and the positions of these."""
    pieces: tuple[tuple[int, PiecewiseLinear], ...]


@dataclass(frozen=True, eq=False)
class Codes:
    """A category or a cross: its code's row, from ``base`` on; −2 and −1 are the last two."""

    source: str
    of: Callable[[Values], NDArray[Any]]
    base: int
    rows: int


@dataclass(frozen=True, eq=False)
class OfFolds:
    """A target encoding of too many levels, or of words: an amount of the row ``at`` by fold."""

    source: str
    at: int
    inputs: tuple[tuple[int, TargetEncoding], ...]
    """Positions of its inputs, fold by fold."""
    tables: dict[int, TargetEncoding]
    of: Callable[[Values], NDArray[Any]] | None
    """Codes; None for words."""


@dataclass(eq=False)
class Lookups:
    """Places of rows in a table with one row for each input, and further rows.

    The inputs are the encoder's, those of every fold's target encodings, and the 1. The last row
    is 0.
    """

    encoder: Encoder
    target_encodings: Sequence[tuple[TargetEncoding, ...]]
    grid: Grid
    most: int
    """Most rows of the table; more raise ValueError."""
    rows: int = 0
    """Rows of the table."""
    _filled: list[tuple[int, int, Float]] = field(default_factory=list)
    """What further rows hold: first row, first input, and amounts (rows, inputs), not yet on the
    grid."""
    steps: list[Steps] = field(default_factory=list)
    codes: list[Codes] = field(default_factory=list)
    of_folds: list[OfFolds] = field(default_factory=list)

    def __post_init__(self) -> None:
        starts = np.cumsum([self.encoder.width, *map(len, self.target_encodings)]).tolist()
        self.inputs = self.rows = int(starts[-1]) + 1
        placed: dict[str, list[Placed]] = {}
        for fold, tables in enumerate(self.target_encodings):
            for offset, table in enumerate(tables):
                placed.setdefault(table.source, []).append((starts[fold] + offset, fold, table))
        blocks: dict[str, list[tuple[int, Any]]] = {}
        start = 0
        for block in self.encoder.blocks:
            blocks.setdefault(block.source, []).append((start, block))
            start += block.width
        for source in dict.fromkeys([*blocks, *placed]):
            own, encodings = blocks.get(source, []), placed.get(source, [])
            first = encodings[0][2] if encodings else None
            if first is not None and first.text is not None:
                self._add_amounts(source, encodings, None)
            elif (own and not isinstance(own[0][1], Levels)) or (first and first.cuts):
                self._add_number(source, own, encodings)
            else:
                self._add_codes(source, own, encodings)
        self._reserve(1)
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

    @property
    def multiplied(self) -> NDArray[np.int64]:
        """Rows that may count more than once: those of inputs but the 1, and of folds' amounts."""
        return np.array([*range(self.inputs - 1), *(each.at for each in self.of_folds)], np.int64)

    def _reserve(self, count: int) -> int:
        """The first of so many further rows."""
        self.rows += count
        if self.rows > self.most:
            raise ValueError("the table has too many rows")
        return self.rows - count

    def _add_amounts(
        self, source: str, encodings: list[Placed], of: Callable[[Values], NDArray[Any]] | None
    ) -> None:
        # A member has weights for its own fold only: one row serves all folds.
        at = self._reserve(1)
        unit = np.full((1, 1), 2.0**-self.grid.bits)
        self._filled += [(at, position, unit) for position, _, _ in encodings]
        inputs = tuple((position, table) for position, _, table in encodings)
        by_fold = {fold: table for _, fold, table in encodings}
        self.of_folds.append(OfFolds(source, at, inputs, by_fold, of))

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

    def amounts(self) -> Float:
        """Amounts of the inputs in the further rows, shape (further rows, inputs)."""
        out = np.zeros((self.rows - self.inputs, self.inputs))
        for row, position, amounts in self._filled:
            count, width = amounts.shape
            out[row - self.inputs :][:count, position : position + width] = amounts
        return out

    def look(self, values: Values) -> Looked:
        """Places of all rows."""
        rows = values.rows
        units = np.full((rows, self.units), self.rows - 1, np.int32)
        at = np.full((rows, self.parts), self.rows - 1, np.int32)
        folds = len(self.target_encodings) if self.by_fold else 1
        amounts = np.zeros((folds, rows, self.parts))
        numbers = {**values.numbers, **derive(values, self.encoder.derived)}
        units[:, 0] = self.inputs - 1
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
