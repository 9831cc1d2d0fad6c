"""The exact scorer of one row: adds a few rows of a table, then runs all members' layers at once.

A level of a category adds the same amount to the first sums in every row: its indicator and its
target encodings of all folds. So does a bin of a number with a target encoding, and so do those
bins of a piecewise-linear encoding that do not hold the number. Because the sums are exact, each of
these amounts is computed once and is then one row of the table.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from trueodds.features.blocks import Block, Inputs, Levels, PiecewiseLinear
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.compiled import Compiled
from trueodds.model.fixed import FixedNetworks
from trueodds.model.requantise import Requantise
from trueodds.model.row_layers import first_layers, stacked
from trueodds.model.scorer import Float, on_grid
from trueodds.model.soft_scorer import forests
from trueodds.model.threads import one_blas_thread

MOST_PRECOMPUTED = 1 << 22
"""Most numbers of the table that are computed in advance (32 MB)."""
REMEMBERED = 256
"""Number of values of a column whose inputs are cached."""

Feed = Callable[[Any], Inputs]
"""Gives, for a float or a code, positions in the table and the unrounded amounts of their rows."""
Levelled = list[Inputs]
"""A source's inputs by code; the last two entries are for unseen levels and for missing cells."""


class RowScorer:
    """Log-odds of single rows, exactly; threads may share it.

    Parameters
    ----------
    networks
        Networks that `require_exact` accepts.
    encoder, target_encodings
        They make the inputs: the encoder those of all folds, the target encodings those of each
        fold.
    sources
        Columns, derived quantities and texts, in the order of the values.
    compiled
        What may score a row quicker.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        target_encodings: Sequence[tuple[TargetEncoding, ...]],
        sources: Sequence[str],
        compiled: Compiled | None = None,
    ) -> None:
        self._compiled, self._sources = compiled, sources
        self._quick: Callable[[Sequence[Any]], float] | None = None
        self._mlps = len(networks.mlps)
        count = len(networks.grids) if self._mlps else 0
        self._steps = [Requantise.of(networks, index) for index in range(count)]
        layers = [stacked(networks, index, step) for index, step in enumerate(self._steps)]
        self._layers = layers[1:]
        self._forests = forests(networks, networks.soft)
        counts = [len(tables) for tables in target_encodings]
        parts = [forest.over_all_folds(encoder.width, counts) for forest in self._forests]
        if self._mlps:
            parts.insert(0, first_layers(networks, layers[0], encoder.width, counts))
        self._stops = np.cumsum([part.shape[1] for part in parts])[:-1]
        table = np.concatenate(parts, axis=1)
        self._grid = networks.grids[0]
        self._unit = 2.0**-self._grid.bits
        feeds = _Feeds(self._unit, *table.shape)
        tables = [table for tables in target_encodings for table in tables]
        crosses = {table.source: table.cross for table in tables if table.cross is not None}
        self._crosses = [(c, [sources.index(n) for n in c.columns]) for c in crosses.values()]
        self._feeds = feeds.of(encoder, target_encodings, [*sources, *crosses])
        self._table = np.concatenate([table, on_grid(feeds.amounts(), self._grid) @ table])
        self._bias = len(table) - 1
        self._last = np.array([-1])

    def total(self, values: Sequence[Any]) -> float:
        """Sum of all members' log-odds in units of 2⁻³², a whole number.

        ``values`` holds for every source a float (NaN is missing), a code, or words' positions.
        """
        if self._quick is not None:
            return self._quick(values)
        if self._compiled is not None and (quick := self._compiled.for_a_row()) is not None:
            self._quick = quick.total_of(self._sources)
        codes = [cross.code([values[at] for at in places]) for cross, places in self._crosses]
        values = [*values, *codes]
        inputs = [(self._bias, self._unit)]
        for value, feed in zip(values, self._feeds, strict=True):
            inputs += feed(value)
        positions, amounts = zip(*inputs, strict=True)
        with one_blas_thread:
            Z = on_grid(np.array(amounts), self._grid) @ self._table.take(positions, axis=0)
            parts = np.split(Z, self._stops)
            total = 0.0
            if self._mlps:
                A = parts.pop(0).reshape(self._mlps, 1, -1)
                for step, weights in zip(self._steps, self._layers, strict=False):
                    step.apply(A, self._last)
                    A = np.matmul(A, weights)
                self._steps[-1].apply(A, self._last)
                total += float(A.sum())
            for forest, sums in zip(self._forests, parts, strict=True):
                total += float(forest.outputs(sums[None]).sum())
        return total


class _Feeds:
    """Makes the feeds of all sources, and the further rows of the table that they need.

    ``unit`` becomes 1 on the grid of the inputs; the table has one row for each input.
    """

    def __init__(self, unit: float, inputs: int, columns: int) -> None:
        self._unit, self._inputs, self._columns = unit, inputs, columns
        self._rows: list[Inputs] = []

    def of(
        self,
        encoder: Encoder,
        target_encodings: Sequence[tuple[TargetEncoding, ...]],
        sources: Sequence[str],
    ) -> list[Feed]:
        """One feed for every source."""
        feeds: dict[str, list[Feed]] = {source: [] for source in sources}
        by_code: dict[tuple[str, tuple[float, ...]], list[Levelled]] = {}
        start = 0
        for block in encoder.blocks:
            if isinstance(block, Levels):
                codes = [*range(len(block.slots)), -2, -1]
                levelled = [_placed(start, block.nonzero(code)) for code in codes]
                by_code.setdefault((block.source, ()), []).append(levelled)
            elif isinstance(block, PiecewiseLinear):
                feeds[block.source].append(self._pieces(start, block))
            else:
                feeds[block.source].append(_plain(start, block))
            start += block.width
        for tables in target_encodings:
            for table in tables:
                if table.text is not None:
                    by_place = dict(zip(table.text.places, table.log_odds.tolist(), strict=True))
                    feeds[table.source].append(_of_words(start, by_place))
                    start += 1
                    continue
                levelled = [[(start, x)] for x in table.log_odds.tolist()]
                by_code.setdefault((table.source, table.cuts), []).append(levelled)
                start += 1
        for (source, cuts), parts in by_code.items():
            levelled = [[i for part in inputs for i in part] for inputs in zip(*parts, strict=True)]
            found = self._summed(levelled)
            feeds[source].append(_binned(found, cuts) if cuts else found.__getitem__)
        return [_joined(feeds[source]) for source in sources]

    def amounts(self) -> Float:
        """Amounts of the inputs in the further rows, shape (rows, inputs)."""
        out = np.zeros((len(self._rows), self._inputs))
        for row, inputs in zip(out, self._rows, strict=True):
            for position, amount in inputs:
                row[position] = amount
        return out

    def _pieces(self, start: int, block: PiecewiseLinear) -> Feed:
        """The bin that holds the number, and the sum of all other bins."""
        x, last = block.x, block.width - 1
        others = self._summed(
            [
                [(start + i, 0.5 if i < own else -0.5) for i in range(last + 1) if i != own]
                for own in range(last + 1)
            ]
        )

        def feed(value: float) -> Inputs:
            if value != value:
                return []
            own = min(max(bisect_right(x, value) - 1, 0), last)
            return [*others[own], (start + own, block.input_at(value, own))]

        return feed

    def _summed(self, levelled: Levelled) -> Levelled:
        """Each level's inputs as one row of the table, while there is room."""
        if (len(self._rows) + len(levelled)) * self._columns > MOST_PRECOMPUTED:
            return levelled
        found: Levelled = []
        for inputs in levelled:
            if len(inputs) > 1:
                found.append([(self._inputs + len(self._rows), self._unit)])
                self._rows.append(inputs)
            else:
                found.append(inputs)
        return found


def _joined(feeds: list[Feed]) -> Feed:
    """All inputs of a source; values are cached, because they often recur."""
    if len(feeds) == 1:
        return feeds[0]

    @lru_cache(REMEMBERED)
    def feed(value: Any) -> Inputs:
        return [each for one in feeds for each in one(value)]

    return feed


def _placed(start: int, inputs: Inputs) -> Inputs:
    return [(start + offset, amount) for offset, amount in inputs]


def _plain(start: int, block: Block) -> Feed:
    nonzero = block.nonzero
    return lambda value: [(start + offset, amount) for offset, amount in nonzero(value)]


def _of_words(start: int, log_odds: Mapping[int, float]) -> Feed:
    """Gives, for the positions of a cell's words, their sum, which is exact."""
    return lambda places: [(start, sum(log_odds.get(place, 0.0) for place in places))]


def _binned(levelled: Levelled, cuts: tuple[float, ...]) -> Feed:
    """Gives, for a number, the inputs of its bin."""
    return lambda value: levelled[-1 if value != value else bisect_right(cuts, value)]
