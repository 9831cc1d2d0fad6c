"""Sets of at most three columns that together give the target away.

One half of the rows chooses the columns and grows a tree of depth 3 on them. The other half
measures how well the tree forecasts, so chance in one half makes no finding.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.auc import area_of_shares
from trueodds.columns.halves import halves
from trueodds.columns.ranked import RankedColumn
from trueodds.columns.small_tree import SmallTree, best_splits, grow

MOST_COLUMNS = 3
_BINS = 32
_STARTS = 3
_MOST_PAIR_INPUTS = 1024
"""Columns times bins of the search for pairs, where each column still has two bins."""
_MOST_CELLS = 1 << 22
"""Cells of pairs of columns held at a time."""
_MOST_STAND_INS = 20
_NEARLY = 0.9
"""A column may stand in for another if it splits at least so much of what the other splits."""


@dataclass(frozen=True)
class Together:
    """Columns that together separate yes from no."""

    columns: tuple[int, ...]
    auc: float
    """The lower of both halves'; a tree of the other half forecasts each half."""
    stand_ins: tuple[int, ...] = ()
    """Further columns, each of which does as well in the place of one of ``columns``."""


class Search:
    """The rows in two halves, the columns as ranks and in coarse bins."""

    def __init__(self, columns: Sequence[RankedColumn], y: NDArray[np.float64]) -> None:
        self.y, self.half = y, halves(y)
        self.columns = columns
        self._ordered = [
            [column.by_share(self.half == half, y) for column in columns] for half in (0, 1)
        ]
        self._learn = np.flatnonzero(self.half == 0)
        self._coarse = np.stack(
            [c.binned(_BINS, self.half == 0)[self._learn] for c in self._ordered[0]], axis=1
        )

    def together(
        self, left_out: Collection[int], levels: Sequence[Sequence[float]]
    ) -> Together | None:
        """Find a smallest set of columns that reaches the first of ``levels`` that any reaches.

        Parameters
        ----------
        left_out
            Columns that may not be in it.
        levels
            AUCs that one, two and three columns must reach, highest first. Columns that stand in
            for others are looked for at the first level only.
        """
        allowed = np.ones(len(self.columns), dtype=np.bool_)
        allowed[list(left_out)] = False
        paths = [self._path(start, allowed) for start in self._starts(allowed)]
        for level in levels:
            found = []
            for path in paths:
                for chosen, learnt in path:
                    least = level[len(chosen) - 1]
                    if learnt >= least and (area := self.area(chosen)) >= least:
                        found.append(self._without_idle(Together(chosen, area), level))
                        break
            if found:
                best = min(found, key=lambda f: (len(f.columns), -f.auc, f.columns))
                if level != levels[0]:
                    return best
                return replace(best, stand_ins=self._stand_ins(best, allowed, level))
        return None

    def _path(
        self, start: tuple[int, ...], allowed: NDArray[np.bool_]
    ) -> list[tuple[tuple[int, ...], float]]:
        """Sets of columns, each with the one more that splits most, and their AUC where learnt."""
        chosen, path = start, []
        pairs = [(0, 1)] if len(start) == 2 else []
        while True:
            tree = self._tree(chosen, 0, pairs)
            path.append((chosen, self._auc(tree, chosen, 0, 0)))
            gain = self._gains(tree, chosen) * allowed
            gain[list(chosen)] = 0.0
            if len(chosen) == MOST_COLUMNS or not gain.any():
                return path
            chosen = (*chosen, int(gain.argmax()))

    def area(self, chosen: tuple[int, ...]) -> float:
        """AUC of the worse half; a tree of the other half forecasts each."""
        return min(self._auc(self._tree(chosen, half), chosen, half, 1 - half) for half in (0, 1))

    def _codes(self, chosen: tuple[int, ...], half: int) -> tuple[NDArray[np.int32], int]:
        """Codes of all rows, categories ordered by a half, shape (rows, columns); their size."""
        columns = [self._ordered[half][i] for i in chosen]
        size = max(c.size for c in columns)
        codes = [np.where(c.codes == c.size, np.int32(size), c.codes) for c in columns]
        return np.stack(codes, axis=1), size

    def _tree(
        self,
        chosen: tuple[int, ...],
        half: int,
        pairs: Sequence[tuple[int, int]] | None = None,
    ) -> SmallTree:
        codes, size = self._codes(chosen, half)
        rows = self.half == half
        return grow(codes[rows], size, self.y[rows], pairs)

    def _auc(self, tree: SmallTree, chosen: tuple[int, ...], grown: int, half: int) -> float:
        codes, _ = self._codes(chosen, grown)
        rows = self.half == half
        leaf = tree.leaves(codes[rows])
        yes = np.bincount(leaf, self.y[rows], minlength=len(tree.share))
        return area_of_shares(tree.share, yes, np.bincount(leaf, minlength=len(yes)) - yes)

    def _gains(self, tree: SmallTree | None, chosen: tuple[int, ...]) -> NDArray[np.float64]:
        """How much each column would split the tree's leaves, shape (columns,)."""
        leaf = np.zeros(len(self._learn), dtype=np.int64)
        if tree is not None:
            leaf = tree.leaves(self._codes(chosen, 0)[0][self._learn])
        splits = best_splits(self._coarse, _BINS, leaf, self.y[self._learn])
        return np.asarray(splits.gain.sum(axis=0))

    def _starts(self, allowed: NDArray[np.bool_]) -> list[tuple[int, ...]]:
        gain = self._gains(None, ()) * allowed
        singles = [(int(i),) for i in np.argsort(-gain, kind="stable")[:_STARTS] if gain[i] > 0.0]
        return [*singles, *self._pairs(allowed)]

    def _pairs(self, allowed: NDArray[np.bool_]) -> list[tuple[int, ...]]:
        """Pairs of columns whose bins together are purest: also those that show nothing alone."""
        usable = np.flatnonzero(allowed)
        if len(usable) < 2:
            return []
        bins = int(np.clip(_MOST_PAIR_INPUTS // len(usable), 2, 8))
        learn = self.half == 0
        coarse = np.stack([self._ordered[0][i].binned(bins, learn)[learn] for i in usable], axis=1)
        purity = pair_purity(coarse, self.y[learn])
        order = np.argsort(-purity, axis=None, kind="stable")[:_STARTS]
        pairs = np.stack(np.unravel_index(order, purity.shape), axis=1)
        return [(int(usable[a]), int(usable[b])) for a, b in pairs if purity[a, b] > 0.0]

    def _without_idle(self, found: Together, level: Sequence[float]) -> Together:
        """Leave out columns that the others do without."""
        for column in found.columns:
            if len(found.columns) > 1:
                rest = tuple(c for c in found.columns if c != column)
                area = self.area(rest)
                if area >= level[len(rest) - 1]:
                    found = Together(rest, area)
        return found

    def _stand_ins(
        self, found: Together, allowed: NDArray[np.bool_], level: Sequence[float]
    ) -> tuple[int, ...]:
        others: set[int] = set()
        for column in found.columns:
            rest = tuple(c for c in found.columns if c != column)
            tree = self._tree(rest, 0) if rest else None
            gain = self._gains(tree, rest) * allowed
            enough = _NEARLY * gain[column]
            gain[list(found.columns)] = 0.0
            likely = [int(i) for i in np.argsort(-gain, kind="stable")[:_MOST_STAND_INS]]
            others.update(
                i
                for i in likely
                if i not in others
                and gain[i] >= max(enough, 1e-9)
                and self.area((*rest, i)) >= level[len(rest)]
            )
        return tuple(sorted(others))


def pair_purity(codes: NDArray[np.int32], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σ yes²/rows over the cells of every two columns, shape (columns, columns); 0 but for a < b.

    Parameters
    ----------
    codes
        Small whole numbers ≥ 0, shape (rows, columns).
    y
        Labels 0 and 1, shape (rows,). Float32 counts them exactly up to 2²⁴ rows.
    """
    rows, columns = codes.shape
    bins = int(codes.max()) + 1
    inputs = np.zeros((rows, columns * bins), dtype=np.float32)
    inputs[np.arange(rows)[:, None], np.arange(columns) * bins + codes] = 1.0
    labels = y.astype(np.float32)[:, None]
    purity = np.zeros((columns, columns))
    step = max(1, _MOST_CELLS // (columns * bins * bins))
    for start in range(0, columns, step):
        stop = min(start + step, columns)
        part = inputs[:, start * bins : stop * bins]
        count, yes = part.T @ inputs, (part * labels).T @ inputs
        cells = yes * yes / np.maximum(count, 1.0)
        purity[start:stop] = cells.reshape(stop - start, bins, columns, bins).sum(axis=(1, 3))
    return np.triu(purity, 1)
