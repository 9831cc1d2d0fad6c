"""The exact scorer of rows that mix the cells of one row with those of background rows.

First-layer sums are exact, so they can be put together from parts that are computed once: those of
a background row, and for each column how the row's cell changes them. A mixed row then costs as
many additions a unit as the row has columns, instead of a product with all inputs. The bits are
those of `trueodds.model.scorer`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.background import mixed
from trueodds.model.encoded import Encoded
from trueodds.model.fixed import FixedNetworks
from trueodds.model.scorer import BLOCK, Float, Scorer
from trueodds.model.threads import one_blas_thread

Mixed = Callable[[NDArray[np.int64], NDArray[np.bool_]], Float]
"""Sum of all members' log-odds in units of 2⁻³² of mixed rows, shape (n,): background rows, shape
(n,), with those columns from the row that a mask of shape (n, columns) marks."""

MOST_CHANGES = 1 << 22
"""Numbers of changes by background row, column and unit that are held at a time (32 MB)."""


class Coalitions(Scorer):
    """Scores rows mixed with the rows of one background; threads may share it.

    Parameters
    ----------
    networks, encoder, target_encodings
        As for `Scorer`.
    background
        The rows; columns are in the order of its ``numbers``, then ``codes``.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        target_encodings: Sequence[tuple[TargetEncoding, ...]],
        background: Values,
    ) -> None:
        super().__init__(networks, encoder, target_encodings)
        self._background = background
        columns = [*background.numbers, *background.codes]
        self._columns = len(columns)
        shared = _owners(encoder.positions(columns, []), encoder.width)
        self._plain = bool((shared == _SEVERAL).any())
        flagged = np.repeat(self._flagged, [b.width for b in encoder.blocks]).astype(np.bool_)
        # As `Scorer.encode` orders them: flags, other inputs, the 1, a fold's target encodings.
        self._owners = []
        for tables in target_encodings:
            own = [columns.index(t.columns[0]) if t.cross is None else _SEVERAL for t in tables]
            parts = (shared[flagged], shared[~flagged], [_NONE], own)
            self._owners.append(np.concatenate(parts).astype(np.int64))
        self._crosses = any(table.cross is not None for fold in target_encodings for table in fold)
        self._theirs = self.encode(background)
        self._parts = [self._part(group.fold, group.flags, group.numbers) for group in self._groups]

    def _part(self, fold: int, flags: NDArray[np.float32], numbers: Float) -> "_Part":
        # In the order of `_inputs`.
        weights = np.concatenate([flags.astype(np.float64), numbers])
        owners = self._owners[fold]
        inputs = [np.flatnonzero(owners == column) for column in range(self._columns)]
        return _Part(
            [(each, weights[each]) for each in inputs],
            weights[owners == _SEVERAL],
            _inputs(self._theirs, fold) * (owners != _SEVERAL) @ weights,
        )

    def mixer(self, values: Values, row: int) -> Mixed:
        """The scorer of the mixes with one row."""
        if self._plain:  # inputs from two dates: their changes do not add up
            return lambda at, own: np.asarray(
                self.outputs(mixed(values, row, self._background, at, own)).sum(axis=0)
            )
        one = self.encode(values.between(row, row + 1))
        folds = {group.fold for group in self._groups}
        changes = {f: _inputs(one, f) - _inputs(self._theirs, f) for f in folds}

        def total(at: NDArray[np.int64], own: NDArray[np.bool_]) -> Float:
            order = np.argsort(at, kind="stable")
            at, own = at[order], own[order]
            bounds = np.searchsorted(at, np.arange(self._background.rows + 1))
            marks = own.astype(np.float64)
            cells = mixed(values, row, self._background, at, own) if self._crosses else None
            crossed = {} if cells is None else self._crossed(cells)
            found = np.zeros(len(at))
            gates = values.rows * len(at) * self._gates
            with one_blas_thread:
                for group, part in zip(self._groups, self._parts, strict=True):
                    sums = part.sums(changes[group.fold], bounds, marks)
                    sums += part.starts[at]
                    if group.fold in crossed:
                        sums += crossed[group.fold] @ part.of_several
                    step = max(16, BLOCK // group.width)
                    for start in range(0, len(at), step):
                        outputs = self._onward(sums[start : start + step], group, gates)
                        found[start : start + step] += outputs.sum(axis=1)
            out = np.empty(len(at))
            out[order] = found
            return out

        return total

    def _crossed(self, cells: Values) -> dict[int, Float]:
        """The target encodings of crosses by fold, shape (rows, crosses); only folds with some."""
        codes: dict[str, NDArray[np.int64]] = {}
        out = {}
        for group in self._groups:
            inputs = []
            for table, whole in self._target_encodings[group.fold]:
                if table.cross is not None:
                    if table.source not in codes:
                        codes[table.source] = table.codes(cells)
                    inputs.append(whole[codes[table.source]])
            if inputs:
                out[group.fold] = np.column_stack(inputs)
        return out


@dataclass(frozen=True, eq=False)
class _Part:
    """First layers of one group of members, cut by columns."""

    by_column: list[tuple[NDArray[np.int64], Float]]
    """For each column its inputs, and their weights, shape (inputs, Σ(units + 1))."""
    of_several: Float
    """Weights of the inputs of several columns."""
    starts: Float
    """First sums of the background rows without the inputs of several columns."""

    def sums(self, change: Float, bounds: NDArray[np.int64], marks: Float) -> Float:
        """How the row's cells change the first sums of mixed rows, shape (n, Σ(units + 1)).

        ``change`` is by background row and input; mixed rows of background row i are those from
        ``bounds[i]`` to ``bounds[i + 1]``; ``marks`` is 1 for the columns that are the row's.
        """
        columns, units = len(self.by_column), self.starts.shape[1]
        sums = np.empty((len(marks), units))
        most = max(1, MOST_CHANGES // (columns * units))
        for first in range(0, len(change), most):
            part = change[first : first + most]
            changes = np.empty((len(part), columns, units))
            for column, (inputs, of_column) in enumerate(self.by_column):
                changes[:, column] = part[:, inputs] @ of_column
            for number, by_column in enumerate(changes, first):
                start, stop = bounds[number], bounds[number + 1]
                np.matmul(marks[start:stop], by_column, out=sums[start:stop])
        return sums


_NONE, _SEVERAL = -1, -2
"""Owners of the input that is always 1, and of inputs of several columns."""


def _owners(positions: tuple[NDArray[np.int64], ...], width: int) -> NDArray[np.int64]:
    """The column that each of the shared inputs depends on, shape (width,)."""
    owners = np.full(width, _NONE)
    for column, inputs in enumerate(positions):
        owners[inputs] = np.where(owners[inputs] == _NONE, column, _SEVERAL)
    return owners


def _inputs(rows: Encoded, fold: int) -> Float:
    """Flags, other inputs, the 1 and the fold's target encodings, shape (rows, inputs)."""
    parts = (rows.flags.astype(np.float64), rows.numbers, rows.target_encodings[fold])
    return np.concatenate(parts, axis=1)
