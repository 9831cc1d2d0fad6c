"""The exact scorer with a compiled loop: quicker for many rows, with the bits of the other scorers.

The first layers take nearly all products of a row, but most inputs are steps of few values:
instead of multiplying them, rows of a table are added (`trueodds.model.lookups`). The tables of one
member fit into the cache. What follows stays there for each row, or for a block of many
(`trueodds.model.batches`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.batches import LEAST_ROWS, Batches, Tables
from trueodds.model.compiled_loops import score_row, score_rows
from trueodds.model.fixed import FixedNetworks
from trueodds.model.lookups import Lookups
from trueodds.model.places import Looked
from trueodds.model.placing import Placing
from trueodds.model.requantise import Requantise
from trueodds.model.row_layers import first_layers, stacked
from trueodds.model.scorer import Float
from trueodds.model.soft_scorer import Forest

ROOM = 1 << 26
"""Bytes that all tables may take: 64 MB …"""
TIMES_WEIGHTS = 2
"""… or so many times what the first layers take in float64, as the scorer of one row has them."""


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
        firsts, plans, flat = [], [], []
        self._layers = np.zeros((0, 3), np.int64)
        self._limits = np.zeros(0)
        weights = wide = 0
        steps: list[Requantise] = []
        if networks.mlps:
            steps = [Requantise.of(networks, index) for index in range(len(networks.grids))]
            layers = [stacked(networks, index, step) for index, step in enumerate(steps)]
            first = first_layers(networks, layers[0], encoder.width, counts)
            wide = layers[0].shape[2]
            starts = []
            for layer in layers[1:]:
                starts.append((*layer.shape[1:], weights))
                flat.append(layer.ravel())
                weights += layer.size
            self._layers = np.array(starts, np.int64).reshape(-1, 3)
            self._limits = np.array([float(step.after.limit) for step in steps])
            for number, member in enumerate(networks.mlps):
                firsts.append(first[:, number * wide : (number + 1) * wide])
                plans.append((member, 0, number))
        for member in networks.soft:
            forest = Forest(networks, [member])
            firsts.append(forest.over_all_folds(encoder.width, counts))
            values = forest.leaf_values
            plans.append((member, networks.members[member].depth, weights))
            flat.append(values)
            weights += values.size
        columns = sum(first.shape[1] for first in firsts)
        room = max(ROOM // columns, TIMES_WEIGHTS * 8 * len(firsts[0]))
        self._lookups = Lookups(encoder, target_encodings, networks.grids[0], room)
        self._placing = Placing(self._lookups, self._lookups.sources, apart=False)
        self._sums = np.empty((self._lookups.table_rows + 1, columns))
        self._narrow = np.empty((self._lookups.weights, columns), np.int16)
        self._plan = np.zeros((len(networks.members), 5), np.int64)
        start = 0
        folds = self._lookups.by_fold
        for first, (member, depth, last) in zip(firsts, plans, strict=True):
            stop = start + first.shape[1]
            units = column_units(first)
            fold = networks.members[member].fold if folds else 0
            self._plan[member] = (start, first.shape[1], depth, fold, last)
            self._sums[:-1, start:stop] = self._lookups.sums_of(first)
            self._sums[-1, start:stop] = units
            self._narrow[:, start:stop] = in_units(self._lookups.weights_of(first), units)
            start = stop
        self._weights = np.concatenate([np.zeros(0), *flat])
        self._scale = 1.0 if networks.shares is None else 2.0**networks.shares.bits
        tables = Tables(self._sums, self._narrow, self._plan)
        self._batches = Batches(networks, steps, wide, tables, self._weights, self._scale)

    def total_of(self, sources: Sequence[str]) -> Callable[[Sequence[Any]], float]:
        """What `trueodds.model.row_scorer.RowScorer.total` does, for values of these sources."""
        placing = Placing(self._lookups, sources, apart=True)
        tables = (self._sums, self._narrow, self._plan)
        rest = (*tables, self._layers, self._limits, self._weights, self._scale)
        given, cells_of = (placing.shape, *placing.arrays, *rest), placing.cells_of(sources)

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
        tables = (self._sums, self._narrow, self._plan)
        rest = (self._layers, self._limits, self._weights, self._scale)
        score_rows(*places, *tables, *rest, out)


def column_units(first: Float) -> Float:
    """For each column a power of two in whose units all weights are whole and of 16 bits.

    Weights are such by `trueodds.model.fixed`, but for the last row, the biases.
    """
    weights = first[:-1]
    units = np.ldexp(1.0, np.frexp(np.abs(weights).max(axis=0, initial=0.0))[1] - 15)
    # The largest 16-bit number below 0 has no counterpart above.
    whole = (weights == np.rint(weights / units) * units).all(axis=0)
    return np.asarray(np.where(whole, units, units / 2))


def in_units(weights: Float, units: Float) -> NDArray[np.int16]:
    """Weights, shape (rows, columns), in units of their columns.

    Raises
    ------
    ValueError
        If they are not whole or leave 16 bits.
    """
    whole = weights / units
    out = np.clip(whole, -(2.0**15), 2.0**15 - 1).astype(np.int16)
    if not np.array_equal(out, whole):
        raise ValueError("a weight has more than 16 bits")
    return out
