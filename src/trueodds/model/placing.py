"""What the loop of `trueodds.model.placing_loops` needs to place rows in tables of first sums."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.blocks import ClippedScale, PiecewiseLinear, QuantileTransform
from trueodds.features.cross import Part
from trueodds.features.derive import derive
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.lookups import Lookups
from trueodds.model.places import Looked
from trueodds.model.placing_loops import CURVE, PIECE, SCALE, place_rows
from trueodds.model.scorer import Float, on_grid

Line = tuple[int, ...]


class Placing:
    """Places rows whose cells are given by sources: columns and quantities derived from dates.

    Parameters
    ----------
    lookups
        The tables.
    sources
        Names of the sources of a row, in their order; those of words come last, if at all.
    """

    def __init__(self, lookups: Lookups, sources: Sequence[str]) -> None:
        self._lookups = lookups
        words = [each for each in lookups.of_folds if each.words]
        self._said = [(each.source, table) for each in words for _, _, table in each.inputs]
        self._plain = [name for name in sources if name not in dict(self._said)]
        given = len(self._plain) + len(self._said)
        packed = Packed(lookups, self._plain)
        smooth = sum(len(steps.smooth) for steps in lookups.steps)
        pieces = sum(len(steps.pieces) for steps in lookups.steps)
        self._common = padded(smooth + len(lookups.of_folds))
        self._parts = padded(self._common + pieces)
        self._units = padded(len(lookups.slots))
        packed.add_numbers(self._common)
        packed.add_folds(smooth, given)
        self.folds = len(lookups.target_encodings) if lookups.of_folds else 1
        """Folds whose amounts differ."""
        self.arrays = packed.arrays(self._units)
        """What `place_rows` takes between cells and places."""
        self._cells = given + packed.made  # codes that are made are filled
        self.shape = (self._cells, self._units, self._parts, self.folds)
        """Numbers of cells of a row, of its rows of sums, of its parts, and of folds."""

    def cells_of(self, sources: Sequence[str]) -> Callable[[Sequence[Any]], Float]:
        """A function of one row's values, a float, a code or words' positions for each source.

        It gives the cells but for those of codes that are made.
        """
        if not self._said:
            return lambda values: np.array(values, np.float64)
        plain = len(self._plain)
        said = []
        for source, table in self._said:
            assert table.text is not None
            by_place = dict(zip(table.text.places, table.log_odds.tolist(), strict=True))
            said.append((sources.index(source), by_place))

        def cells(values: Sequence[Any]) -> Float:
            sums = [sum(each.get(word, 0.0) for word in values[at]) for at, each in said]
            return np.array([*values[:plain], *sums], np.float64)

        return cells

    def look(self, values: Values) -> Looked:
        """Places of all rows."""
        rows = values.rows
        derived = self._lookups.encoder.derived
        columns: dict[str, NDArray[Any]] = {**values.codes, **values.numbers}
        columns |= derive(values, derived)
        cells = np.empty((self._cells, rows))
        for place, source in enumerate(self._plain):
            cells[place] = columns[source]
        for place, (_, table) in enumerate(self._said, len(self._plain)):
            cells[place] = table.inputs(values)
        units = np.empty((rows, self._units), np.int32)
        at = np.full((rows, self._parts), self._lookups.weights - 1, np.int32)
        amounts = np.zeros((self.folds, rows, self._parts))
        place_rows(cells, *self.arrays, units, at, amounts)
        return Looked(units, at, amounts, self._common)


class Packed:
    """The lookups as flat arrays."""

    def __init__(self, lookups: Lookups, sources: Sequence[str]) -> None:
        self._lookups = lookups
        self._places = {source: place for place, source in enumerate(sources)}
        self._slots = {
            base: (slot, stride)
            for slot, each in enumerate(lookups.slots)
            for base, stride in each.sources
        }
        self._numbers: list[Line] = []
        self._parts: list[Line] = []
        self._made: list[Line] = []
        self._codes: dict[tuple[str, tuple[float, ...]], int] = {}
        self._sides: list[Line] = []
        self._folds: list[Line] = []
        self._ranks: list[int] = []
        self._keys: list[int] = []
        self._breaks: list[float] = []
        self._params: list[float] = []
        self._levels: list[float] = []

    @property
    def made(self) -> int:
        """Number of codes that are made of cells."""
        return len(self._made)

    def _make(self, sides: Sequence[Part], keys: list[int] | None) -> None:
        """A further code that is made of cells."""
        start = len(self._sides)
        for side in sides:
            cuts = (len(self._breaks), len(side.cuts))
            self._sides.append((self._places[side.source], side.size, *cuts))
            self._breaks += side.cuts
        count = -1 if keys is None else len(keys)
        self._made.append((start, len(self._sides), len(self._keys), count))
        self._keys += keys or []

    def add_numbers(self, common: int) -> None:
        """All numbers; so many parts come before those of pieces."""
        smooth = 0
        for steps in self._lookups.steps:
            knots = [block.x for _, block in steps.pieces]
            knots += [block.x for _, block in steps.smooth if isinstance(block, QuantileTransform)]
            breaks = np.unique(np.concatenate([steps.edges, *knots]))
            start, first = len(self._breaks), len(self._parts)
            self._breaks += breaks.tolist()
            slot, stride = self._slots[steps.base]
            rows = self._add_ranks(_by_rank(breaks, steps.edges) * stride)
            self._ranks.append((steps.rows - 1) * stride)
            for position, block in steps.smooth:
                self._add_smooth(smooth, position, block, breaks)
                smooth += 1
            for position, pieces in steps.pieces:
                self._add_pieces(common, position, pieces, breaks)
                common += 1
            stop = len(self._parts)
            source = self._places[steps.source]
            self._numbers.append((source, start, len(breaks), slot, rows, first, stop))

    def _add_smooth(
        self, place: int, position: int, block: ClippedScale | QuantileTransform, breaks: Float
    ) -> None:
        start = len(self._params)
        if isinstance(block, ClippedScale):
            self._parts.append((SCALE, place, position, 0, start))
            self._params += [block.centre, block.scale]
            return
        segments = self._add_ranks(_segments(breaks, block.x))
        self._parts.append((CURVE, place, position, segments, start))
        x, y = np.array(block.x), np.array(block.y)
        with np.errstate(over="ignore", invalid="ignore"):
            slope = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
        self._params += [block.x[0], block.x[-1]]
        self._params += np.stack([x[:-1], y[:-1], y[1:], slope], 1).ravel().tolist()

    def _add_pieces(self, place: int, position: int, block: PiecewiseLinear, breaks: Float) -> None:
        segments = self._add_ranks(_segments(breaks, block.x))
        self._parts.append((PIECE, place, position, segments, len(self._params)))
        x = np.array(block.x)
        self._params += [block.x[0], block.x[-1]]
        self._params += np.stack([x[:-1], x[1:] - x[:-1]], 1).ravel().tolist()

    def _add_ranks(self, ranks: NDArray[np.int64]) -> int:
        self._ranks += ranks.tolist()
        return len(self._ranks) - len(ranks)

    def add_folds(self, first: int, given: int) -> None:
        """Inputs by fold; they begin at a part, and made codes behind the cells given."""
        words, grid = len(self._places), self._lookups.grid
        for part, each in enumerate(self._lookups.of_folds, first):
            for _, fold, table in each.inputs:
                levels: list[float] = []
                if each.words:
                    source, words = words, words + 1
                else:
                    levels = on_grid(table.log_odds.astype(np.float64), grid).tolist()
                    source = self._code_of(table, given)
                line = (source, fold, part, each.at, len(self._levels), len(levels))
                self._folds.append(line)
                self._levels += levels

    def _code_of(self, table: TargetEncoding, given: int) -> int:
        """The place of a target encoding's code among the cells."""
        if table.cross is None and not table.cuts:
            return self._places[table.source]
        key = (table.source, table.cuts)
        if key not in self._codes:
            self._codes[key] = given + len(self._made)
            if table.cross is not None:
                self._make(table.cross.parts, table.cross.keys.tolist())
            else:
                self._make([Part(table.source, len(table.cuts) + 1, table.cuts)], None)
        return self._codes[key]

    def arrays(self, units: int) -> tuple[NDArray[np.generic], ...]:
        """Everything, for rows with so many rows of sums."""
        lookups = self._lookups
        bases = [slot.base for slot in lookups.slots]
        bases += [lookups.sums - 1] * (units - len(bases))
        codes = [
            (self._places[each.source], slot, each.rows, stride)
            for each in lookups.codes
            for slot, stride in [self._slots[each.base]]
        ]
        return (
            np.array(bases, np.int32),
            _table(self._numbers, 7),
            _table(self._parts, 5),
            np.array(self._ranks, np.int32),
            np.array(self._breaks, np.float64),
            np.array(self._params, np.float64),
            _table(codes, 4),
            _table(self._made, 4),
            _table(self._sides, 4),
            np.array(self._keys, np.int64),
            _table(self._folds, 6),
            np.array(self._levels, np.float64),
            np.array([2.0**lookups.grid.bits, float(lookups.grid.limit)]),
        )


def padded(count: int) -> int:
    """The next multiple of 4: the loops take as many rows at a time."""
    return -(-count // 4) * 4


def _table(lines: Sequence[Line], columns: int) -> NDArray[np.int64]:
    return np.array(lines, np.int64).reshape(-1, columns)


def _by_rank(breaks: Float, edges: Float) -> NDArray[np.int64]:
    """For each rank among the breaks how many of the edges, which are among them, count to it."""
    return np.concatenate([[0], np.searchsorted(edges, breaks, side="right")])


def _segments(breaks: Float, x: Sequence[float]) -> NDArray[np.int64]:
    """For each rank the segment between two knots; the first or last one beyond them."""
    return np.clip(_by_rank(breaks, np.array(x)) - 1, 0, len(x) - 2)
