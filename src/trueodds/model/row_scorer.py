"""The exact scorer of one row: a few rows of a table added up, then all members' layers at once.

What a category's level adds to the first sums, its indicator and every fold's rate of it, does not
depend on the row; nor does what a bin of a number adds, or a number's stretches that it has passed
or not reached. Sums being exact, each of these is worked out once and then is one row of the table.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from trueodds.features.blocks import Block, Inputs, Levels, Pieces
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import FixedNetworks
from trueodds.model.scorer import Float, Requantise, weights_of
from trueodds.model.soft_scorer import forests
from trueodds.model.threads import one_blas_thread

MOST_WORKED_OUT = 1 << 22
"""Most numbers of the table that are worked out before (32 MB)."""
REMEMBERED = 256
"""Values of a number whose inputs are kept."""

Feed = Callable[[Any], Inputs]
"""From a float or code to positions in the table, and amounts of their rows before rounding."""
Levelled = list[Inputs]
"""A source's inputs by code; the last two entries are those of unseen and of missing cells."""


class RowScorer:
    """Log-odds of single rows, exactly; threads may share it.

    Parameters
    ----------
    networks
        Proved by `require_exact`.
    encoder, rates
        What makes their inputs: those shared by all, and each fold's own.
    sources
        Columns and derived quantities, in the order in which their values will come.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        rates: Sequence[tuple[TargetEncoding, ...]],
        sources: Sequence[str],
    ) -> None:
        self._mlps = len(networks.mlps)
        layers = len(networks.grids) if self._mlps else 0
        self._steps = [Requantise.of(networks, index) for index in range(layers)]
        stacked = [_stacked(networks, index, step) for index, step in enumerate(self._steps)]
        self._layers = stacked[1:]
        self._forests = forests(networks, networks.soft)
        counts = [len(tables) for tables in rates]
        parts = [forest.over_all_folds(encoder.width, counts) for forest in self._forests]
        if self._mlps:
            parts.insert(0, _glued(networks, stacked[0], encoder.width, counts))
        self._stops = np.cumsum([part.shape[1] for part in parts])[:-1]
        table = np.concatenate(parts, axis=1)
        self._grid = networks.grids[0]
        self._unit = 2.0**-self._grid.bits
        feeds = _Feeds(self._unit, *table.shape)
        self._feeds = feeds.of(encoder, rates, sources)
        self._table = np.concatenate([table, self._on_grid(feeds.amounts()) @ table])
        self._bias = len(table) - 1
        self._last = np.array([-1])

    def total(self, values: Sequence[Any]) -> float:
        """Sum of all members' log-odds in units of 2⁻³², a whole number.

        ``values`` holds a float (NaN is missing) or a code for every source.
        """
        inputs = [(self._bias, self._unit)]
        for value, feed in zip(values, self._feeds, strict=True):
            inputs += feed(value)
        positions, amounts = zip(*inputs, strict=True)
        with one_blas_thread:
            Z = self._on_grid(np.array(amounts)) @ self._table.take(positions, axis=0)
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

    def _on_grid(self, amounts: Float) -> Float:
        limit = float(self._grid.limit)
        amounts *= 2.0**self._grid.bits
        np.rint(amounts, out=amounts)
        np.maximum(amounts, -limit, out=amounts)
        np.minimum(amounts, limit, out=amounts)
        return amounts


class _Feeds:
    """Makes the feeds of all sources, and the rows of the table that they need besides.

    ``unit`` is what becomes 1 on the grid of the inputs; the table has one row for each input.
    """

    def __init__(self, unit: float, inputs: int, columns: int) -> None:
        self._unit, self._inputs, self._columns = unit, inputs, columns
        self._rows: list[Inputs] = []

    def of(
        self, encoder: Encoder, rates: Sequence[tuple[TargetEncoding, ...]], sources: Sequence[str]
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
            elif isinstance(block, Pieces):
                feeds[block.source].append(self._pieces(start, block))
            else:
                feeds[block.source].append(_plain(start, block))
            start += block.width
        for tables in rates:
            for table in tables:
                levelled = [[(start, x)] for x in table.log_odds.tolist()]
                by_code.setdefault((table.source, table.cuts), []).append(levelled)
                start += 1
        for (source, cuts), parts in by_code.items():
            levelled = [[i for part in inputs for i in part] for inputs in zip(*parts, strict=True)]
            found = self._together(levelled)
            feeds[source].append(_binned(found, cuts) if cuts else found.__getitem__)
        return [_joined(feeds[source]) for source in sources]

    def amounts(self) -> Float:
        """Amounts of the inputs in the further rows, shape (rows, inputs)."""
        out = np.zeros((len(self._rows), self._inputs))
        for row, inputs in zip(out, self._rows, strict=True):
            for position, amount in inputs:
                row[position] = amount
        return out

    def _pieces(self, start: int, block: Pieces) -> Feed:
        """The stretch that holds the number, and the sum of all others."""
        x, last = block.x, block.width - 1
        others = self._together(
            [
                [(start + i, 0.5 if i < own else -0.5) for i in range(last + 1) if i != own]
                for own in range(last + 1)
            ]
        )

        def feed(value: float) -> Inputs:
            if value != value:
                return []
            own = min(max(bisect_right(x, value) - 1, 0), last)
            return [*others[own], (start + own, block.part(value, own))]

        return feed

    def _together(self, levelled: Levelled) -> Levelled:
        """Each level's inputs as one row of the table, as long as there is room."""
        if (len(self._rows) + len(levelled)) * self._columns > MOST_WORKED_OUT:
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
    """All of a source's inputs; numbers tend to recur, and then need not be encoded again."""
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


def _binned(levelled: Levelled, cuts: tuple[float, ...]) -> Feed:
    """From a number to its bin's inputs."""
    return lambda value: levelled[-1 if value != value else bisect_right(cuts, value)]


def _stacked(networks: FixedNetworks, index: int, step: Requantise) -> Float:
    """One layer of all members, padded with zeros to one shape, the 1's at the ends."""
    parts = [weights_of(networks, member, index, step) for member in networks.mlps]
    rows, columns = (max(part.shape[axis] for part in parts) for axis in (0, 1))
    out = np.zeros((len(parts), rows, columns))
    ones = int(step.activation is not None)
    for stacked, part in zip(out, parts, strict=True):
        units = part.shape[1] - ones
        stacked[: len(part) - 1, :units] = part[:-1, :units]
        stacked[-1, :units] = part[-1, :units]
        stacked[-1, columns - ones :] = 1.0
    return out


def _glued(networks: FixedNetworks, first: Float, shared: int, counts: Sequence[int]) -> Float:
    """All MLPs' first layers side by side, shape (inputs + 1, MLPs × width).

    Inputs are the encoder's, then every fold's rates, of which only its own members have weights;
    the last is the 1. ``counts`` are the folds' numbers of rates.
    """
    glued = np.zeros((shared + sum(counts) + 1, len(first), first.shape[2]))
    for index, number in enumerate(networks.mlps):
        fold = networks.members[number].fold
        start, count = shared + sum(counts[:fold]), counts[fold]
        glued[:shared, index] = first[index, :shared]
        glued[start : start + count, index] = first[index, shared : shared + count]
        glued[-1, index] = first[index, -1]
    return glued.reshape(len(glued), -1)
