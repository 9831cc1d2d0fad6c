"""The exact scorer with a compiled loop: quicker for many rows, with the bits of the other scorers.

The first layers take nearly all products of a row, but most inputs are steps of few values:
instead of multiplying them, rows of a table are added (`trueodds.model.lookups`). The tables of one
member fit into the cache. What follows stays there for each row, or for a block of many
(`trueodds.model.batches`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trueodds.columns.values import Values
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.batches import LEAST_ROWS, Batches, Tables
from trueodds.model.compiled_loops import score_row, score_rows
from trueodds.model.fixed import FixedNetworks
from trueodds.model.lookups import Lookups
from trueodds.model.places import Looked
from trueodds.model.placing import Placing
from trueodds.model.requantise import Requantise, weights_of
from trueodds.model.row_layers import over_all_folds
from trueodds.model.scorer import Float
from trueodds.model.soft_scorer import Forest

ROOM = 1 << 26
"""Bytes that all tables may take: 64 MB …"""
TIMES_WEIGHTS = 2
"""… or so many times what the first layers take in float64, as the scorer of one row has them."""

LANES = 8
"""Columns that a processor adds at once; the few that are left take as long as so many."""


class CompiledScorer:
    """Log-odds of rows by `trueodds.model.compiled_loops`; threads may share it.

    The parameters are those of `trueodds.model.scorer.Scorer`; the networks are such as
    `trueodds.model.compiled.scores` accepts.

    Raises
    ------
    ValueError
        If the tables would be too large.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        target_encodings: Sequence[tuple[TargetEncoding, ...]],
    ) -> None:
        counts = [len(tables) for tables in target_encodings]
        firsts: dict[int, Float] = {}
        later: list[list[Float]] = []
        starts: list[list[tuple[int, ...]]] = []
        whole, flat = _Flat(), _Flat()
        steps: list[Requantise] = []
        self._plan = np.zeros((len(networks.members), 5), np.int64)
        if networks.mlps:
            steps = [Requantise.of(networks, index) for index in range(len(networks.grids))]
        for number, member in enumerate(networks.mlps):
            layers = [weights_of(networks, member, n, step) for n, step in enumerate(steps)]
            first, *rest = with_silent_units(layers)
            fold = networks.members[member].fold
            firsts[member] = over_all_folds(first, encoder.width, counts, fold)
            later.append(rest)
            starts.append([])
            for layer in rest:
                inputs, outputs = len(layer) - 1, layer.shape[1]
                units = column_units(layer)
                places = whole.add(in_units(layer[:-1], units)), flat.add(units, layer[-1])
                starts[-1].append((inputs, outputs, *places))
            self._plan[member, 4] = number
        for member in networks.soft:
            forest = Forest(networks, [member])
            firsts[member] = forest.over_all_folds(encoder.width, counts)
            self._plan[member, 2] = networks.members[member].depth
            self._plan[member, 4] = flat.add(forest.leaf_values)
        self._limits = np.array([float(step.after.limit) for step in steps])
        self._layers = np.array(starts, np.int64).reshape(len(later), len(steps[1:]), 4)
        self._later, self._weights = whole.joined().astype(np.int16), flat.joined()
        self._scale = 1.0 if networks.shares is None else 2.0**networks.shares.bits
        columns = sum(first.shape[1] for first in firsts.values())
        room = max(ROOM // columns, TIMES_WEIGHTS * 8 * len(firsts[0]))
        self._lookups = Lookups(encoder, target_encodings, networks.grids[0], room)
        self._placing = Placing(self._lookups, self._lookups.sources)
        self._tables = self._tables_of(networks, firsts, columns)
        given = (self._tables, self._weights, self._scale)
        self._batches = Batches(self._limits, later, *given)

    def _tables_of(
        self, networks: FixedNetworks, firsts: Mapping[int, Float], columns: int
    ) -> Tables:
        """The tables, the columns of a fold side by side; fills the plan."""
        sums = np.empty((self._lookups.sums, columns), np.int32)
        narrow = np.empty((self._lookups.weights, columns), np.int16)
        ends = np.empty((2, columns))
        folds = [member.fold for member in networks.members]
        start = 0
        self._spans = np.zeros((self._placing.folds, 2), np.int64)
        for member in sorted(firsts, key=folds.__getitem__):
            first, there = firsts[member], slice(start, start + firsts[member].shape[1])
            units = column_units(first)
            whole = in_units(first[:-1], units)
            sums[:, there] = self._lookups.sums_of(whole)
            narrow[:, there] = self._lookups.weights_of(whole)
            ends[:, there] = units, first[-1]
            fold = folds[member] if self._placing.folds > 1 else 0
            self._plan[member, [0, 1, 3]] = start, first.shape[1], fold
            if self._spans[fold, 1] == 0:
                self._spans[fold, 0] = start
            start = self._spans[fold, 1] = there.stop
        half = 2.0 ** (networks.grids[0].bits - 1)
        return Tables(sums, narrow, ends, half, self._plan)

    def total_of(self, sources: Sequence[str]) -> Callable[[Sequence[Any]], float]:
        """What `trueodds.model.row_scorer.RowScorer.total` does, for values of these sources."""
        placing = Placing(self._lookups, sources)
        rest = (self._layers, self._limits, self._later, self._weights, self._scale, self._spans)
        given = (placing.shape, *placing.arrays, *self._tables.all, *rest)
        cells_of = placing.cells_of(sources)

        def total(values: Sequence[Any]) -> float:
            found: float = score_row(cells_of(values), *given)
            return found

        return total

    def look(self, values: Values) -> Looked:
        """Rows as `fill` takes them."""
        return self._placing.look(values)

    def fill(self, looked: Looked, out: Float) -> None:
        """Fill ``out``, shape (members, rows), with log-odds in units of 2⁻³²."""
        if out.shape[1] >= LEAST_ROWS:
            self._batches.fill(looked, out)
            return
        places = (looked.units, looked.at, looked.amounts)
        rest = (self._layers, self._limits, self._later, self._weights, self._scale)
        score_rows(*places, *self._tables.all, *rest, out)


class _Flat:
    """Weights one behind the other."""

    def __init__(self) -> None:
        self._parts: list[Float] = [np.zeros(0)]
        self._size = 0

    def add(self, *weights: Float) -> int:
        """Take some more; return where they begin."""
        start = self._size
        self._parts += [each.ravel() for each in weights]
        self._size += sum(each.size for each in weights)
        return start

    def joined(self) -> Float:
        """All of them."""
        return np.concatenate(self._parts)


def with_silent_units(layers: Sequence[Float]) -> list[Float]:
    """Layers of an MLP whose first has silent units more, up to a multiple of `LANES`.

    They stand before the last output, which is 1.
    """
    first, *rest = layers
    silent = -first.shape[1] % LANES
    if not rest or not silent:
        return [first, *rest]
    last = first.shape[1] - 1
    second = np.insert(rest[0], [last] * silent, 0.0, axis=0)
    return [np.insert(first, [last] * silent, 0.0, axis=1), second, *rest[1:]]


def column_units(first: Float) -> Float:
    """For each column a power of two in whose units all weights are whole and of 16 bits.

    Weights are such by `trueodds.model.fixed`, but for the last row, the biases.
    """
    weights = first[:-1]
    units = np.ldexp(1.0, np.frexp(np.abs(weights).max(axis=0, initial=0.0))[1] - 15)
    # The largest 16-bit number below 0 has no counterpart above.
    whole = (weights == np.rint(weights / units) * units).all(axis=0)
    return np.asarray(np.where(whole, units, units / 2))


def in_units(weights: Float, units: Float) -> Float:
    """Weights, shape (rows, columns), in units of their columns: whole numbers.

    Raises
    ------
    ValueError
        If they are not whole or leave 16 bits.
    """
    whole = weights / units
    if not np.array_equal(np.clip(np.rint(whole), -(2.0**15), 2.0**15 - 1), whole):
        raise ValueError("a weight has more than 16 bits")
    return whole
