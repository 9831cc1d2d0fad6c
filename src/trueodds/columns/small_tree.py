"""A decision tree of depth 3 on ranks: how a few columns together separate yes from no.

A code is the rank of a cell among the column's values, or ``size`` where the cell is missing.
Missing cells go to either side of a split, whichever is purer, so "is missing" is a split too.
Splits are chosen by Gini impurity (Breiman et al., Classification and Regression Trees, 1984).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEPTH = 3
FEWEST = 3
"""Rows on each side of a split."""
CHANCE = 8.0
"""χ² of one degree of freedom by which a cut must beat the split that asks only what is missing."""

Codes = NDArray[np.int32]
Labels = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a tree: a split for every leaf of the level above, arrays of shape (leaves,)."""

    column: NDArray[np.int64]
    cut: NDArray[np.int64]
    """Codes above it go to the right; at least ``size`` where the leaf is not split."""
    missing_left: NDArray[np.bool_]

    def below(self, leaf: NDArray[np.int64], codes: Codes, size: int) -> NDArray[np.int64]:
        """Number of each row's leaf one level further down."""
        code = codes[np.arange(leaf.size), self.column[leaf]]
        right = (code > self.cut[leaf]) & ~((code == size) & self.missing_left[leaf])
        return np.asarray(2 * leaf + right)


@dataclass(frozen=True, eq=False)
class Splits:
    """The best split of every leaf by every column, arrays of shape (leaves, columns)."""

    gain: NDArray[np.float64]
    """Rise of Σ yes²/rows (χ² is that over p(1 − p)), 0 where no split is better than none."""
    cut: NDArray[np.int64]
    missing_left: NDArray[np.bool_]


def best_splits(codes: Codes, size: int, leaf: NDArray[np.int64], y: Labels) -> Splits:
    """Find the best split of every leaf by every column.

    Parameters
    ----------
    codes
        Shape (rows, columns), 0 … ``size``.
    leaf, y
        Shape (rows,): the leaf of each row, 0 …; 1 for yes, 0 for no.
    """
    columns = codes.shape[1]
    leaves = int(leaf.max()) + 1
    place = (leaf[:, None] * columns + np.arange(columns)) * (size + 1) + codes
    shape, cells = (leaves, columns, size + 1), leaves * columns * (size + 1)
    count = np.bincount(place.ravel(), minlength=cells).reshape(shape).astype(np.float64)
    yes = np.bincount(place[y > 0.0].ravel(), minlength=cells).reshape(shape).astype(np.float64)
    below, yes_below = count.cumsum(axis=2), yes.cumsum(axis=2)
    total, yes_total = below[..., -1:], yes_below[..., -1:]
    whole = _purity(total, yes_total)
    options = []
    for left in (0.0, 1.0):  # missing cells on the right, on the left
        n = below[..., :-1] + left * count[..., -1:]
        k = yes_below[..., :-1] + left * yes[..., -1:]
        good = (n >= FEWEST) & (total - n >= FEWEST)
        gain = _purity(n, k) + _purity(total - n, yes_total - k) - whole
        options.append(np.where(good, gain, 0.0))
    first = [gain.argmax(axis=2) for gain in options]
    gains = [
        np.take_along_axis(gain, at[..., None], axis=2)[..., 0]
        for gain, at in zip(options, first, strict=True)
    ]
    missing_left = gains[1] > gains[0]
    at = np.where(missing_left, first[1], first[0])
    # Cuts between two neighbouring values are all the same here: take the one in the middle, but
    # above all values where only the missing cells are on the other side.
    reached = np.take_along_axis(below, at[..., None], axis=2)
    last = np.minimum((below[..., :-1] <= reached).sum(axis=2) - 1, size - 1)
    gain = np.maximum(np.where(missing_left, gains[1], gains[0]), 0.0)
    gain = np.where(gain > 1e-9, gain, 0.0)
    cut = np.where(last == size - 1, last, (at + np.maximum(last, at)) // 2)
    # Missing cells with a few extreme values may be purer by chance than missing cells alone.
    only_missing = options[0][..., -1]
    share = (yes_total / np.maximum(total, 1.0))[..., 0]
    chance = CHANCE * share * (1.0 - share)
    alone = (only_missing > 1e-9) & (gain - only_missing <= chance)
    return Splits(
        np.where(alone, only_missing, gain), np.where(alone, size - 1, cut), missing_left & ~alone
    )


@dataclass(frozen=True, eq=False)
class SmallTree:
    """A tree and the share of yes in its leaves."""

    levels: tuple[Level, ...]
    size: int
    share: NDArray[np.float64]
    """Shape (2^levels,), with one row of the base rate added to every leaf."""

    def leaves(self, codes: Codes) -> NDArray[np.int64]:
        """Leaf of each row, shape (rows,)."""
        return walk(self.levels, codes, self.size)


def walk(levels: tuple[Level, ...], codes: Codes, size: int) -> NDArray[np.int64]:
    """Leaf of each row after some levels, shape (rows,)."""
    leaf = np.zeros(len(codes), dtype=np.int64)
    for level in levels:
        leaf = level.below(leaf, codes, size)
    return leaf


def grow(
    codes: Codes, size: int, y: Labels, pairs: Iterable[tuple[int, int]] | None = None
) -> SmallTree:
    """Grow several trees on few columns, and return the purest.

    One tree takes the best split first. Each of the others starts from the best two cuts of a pair
    of columns together, so it finds what neither column shows alone (exclusive or).

    Parameters
    ----------
    codes, y
        As for `best_splits`.
    pairs
        Pairs of columns to start from; None means all.
    """
    if pairs is None:
        pairs = combinations(range(codes.shape[1]), 2)
    starts: list[tuple[Level, ...]] = [()]
    starts += [quadrants(codes, size, y, a, b) for a, b in pairs]
    trees = [_grown(codes, size, y, start) for start in starts]
    return max(trees, key=lambda tree: _purity_of(tree.leaves(codes), y))


def _grown(codes: Codes, size: int, y: Labels, start: tuple[Level, ...]) -> SmallTree:
    levels = start
    leaf = walk(levels, codes, size)
    while len(levels) < DEPTH:
        found = best_splits(codes, size, leaf, y)
        column = found.gain.argmax(axis=1)
        rows = np.arange(len(column))
        split = found.gain[rows, column] > 0.0
        cut = np.where(split, found.cut[rows, column], size)
        pad = (0, 2 ** len(levels) - len(column))  # leaves behind the last that has rows
        level = Level(
            np.pad(column, pad),
            np.pad(cut, pad, constant_values=size),
            np.pad(found.missing_left[rows, column], pad),
        )
        levels = (*levels, level)
        leaf = level.below(leaf, codes, size)
    count = np.bincount(leaf, minlength=2**DEPTH)
    yes = np.bincount(leaf, y, minlength=2**DEPTH)
    return SmallTree(levels, size, (yes + y.mean()) / (count + 1.0))


def quadrants(codes: Codes, size: int, y: Labels, first: int, second: int) -> tuple[Level, Level]:
    """Find the cut of each of two columns that make the purest four quarters."""
    pair = codes[:, [first, second]]
    cuts = [np.unique(np.quantile(c, np.linspace(0, 1, 33), method="lower")) for c in pair.T]
    bins = [np.searchsorted(c, codes) for c, codes in zip(cuts, pair.T, strict=True)]
    wide = len(cuts[1])
    place = bins[0] * wide + bins[1]
    count, yes = (
        np.bincount(place, weights, minlength=len(cuts[0]) * wide)
        .reshape(-1, wide)
        .cumsum(axis=0)
        .cumsum(axis=1)
        for weights in (np.ones(len(y)), y)
    )
    purity = np.zeros_like(count)
    for a in (False, True):
        for b in (False, True):
            purity += _purity(_quarter(count, a, b), _quarter(yes, a, b))
    at = np.unravel_index(purity.argmax(), purity.shape)
    cut = [int(cuts[0][at[0]]), int(cuts[1][at[1]])]
    for mended in (0, 1, 0, 1):
        side = (pair[:, 1 - mended] > cut[1 - mended]).astype(np.int64)
        cut[mended] = _shared_cut(pair[:, mended], size, side, y)
    return _one(first, cut[0], 1), _one(second, cut[1], 2)


def _quarter(below: NDArray[np.float64], a: bool, b: bool) -> NDArray[np.float64]:
    """Sums of one of the four quarters from the sums of the lower left one, for all cuts."""
    rows, columns, whole = below[:, -1:], below[-1:, :], below[-1, -1]
    if a and b:
        return np.asarray(whole - rows - columns + below)
    if a:
        return np.asarray(columns - below)
    return np.asarray(rows - below) if b else below


def _shared_cut(code: NDArray[np.int32], size: int, side: NDArray[np.int64], y: Labels) -> int:
    """Find the one cut that makes both sides purest."""
    place = side * (size + 1) + code
    below, yes = (
        np.bincount(place, weights, minlength=2 * (size + 1)).reshape(2, -1).cumsum(axis=1)
        for weights in (np.ones(len(y)), y)
    )
    purity = _purity(below, yes) + _purity(below[:, -1:] - below, yes[:, -1:] - yes)
    total = purity.sum(axis=0)
    best = np.flatnonzero(total >= total.max() - 1e-9)
    run = best[(best - best[0]) == np.arange(len(best))]
    return size - 1 if size - 1 in run else int(run[(len(run) - 1) // 2])


def _one(column: int, cut: int, leaves: int) -> Level:
    return Level(np.full(leaves, column), np.full(leaves, cut), np.zeros(leaves, dtype=np.bool_))


def _purity(count: NDArray[Any], yes: NDArray[Any]) -> NDArray[np.float64]:
    """yes²/rows, 0 of no rows; its sum over the leaves rises as their Gini impurity falls."""
    return np.asarray(yes * yes / np.maximum(count, 1.0))


def _purity_of(leaf: NDArray[np.int64], y: Labels) -> float:
    return float(_purity(np.bincount(leaf), np.bincount(leaf, y)).sum())
