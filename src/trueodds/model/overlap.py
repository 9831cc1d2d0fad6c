"""Estimates which share of some labelled rows was in the training table.

New rows may equal training rows by chance: in tables with few categories most do. The training
table itself shows how often that happens. Take two equal rows that fall by chance into a training
table of n rows or a new table of m rows. For every n² cases in which both fall into training there
are 2nm cases in which one falls into each table. So the new rows that equal exactly one training
row are compared with the training rows that have one equal row in training. Sources: Good (1953)
for the share; Chernoff (1952), the binomial tail, for what chance explains.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.sketch import RowSketch

SURPRISE = log(1e3)
"""An overlap is reported if its probability by chance is less than one in a thousand …"""
LEAST = 0.01
"""… and if at least this share of the rows was in training."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """Which of some rows were in the training table."""

    seen: float
    """Estimated share of rows that were in training, from 0 to 1; 0 if chance explains it."""
    exact: bool
    """Whether every row could be compared, not only a sample."""
    unseen: NDArray[np.bool_]
    """Shape (rows,): rows that equal no training row; if not ``exact``, also rows that cannot be
    compared."""


def overlap(sketch: RowSketch, hashes: NDArray[np.int64]) -> Overlap:
    """Compare rows with the training rows.

    Parameters
    ----------
    sketch
        Hashes of the training rows, or of a sample of them.
    hashes
        `trueodds.columns.sketch.row_hashes` of the rows, shape (rows,).
    """
    known, counts = np.unique(sketch.hashes, return_counts=True)
    place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    match = known[place] == hashes
    comparable = np.ones(len(hashes), np.bool_) if sketch.complete else hashes <= known[-1]
    matched = match & (counts[place] == 1)
    new = int((comparable & ~match).sum())
    alone, twins = int((counts == 1).sum()), int((counts == 2).sum())
    seen = 0.0
    # Copies of a row within the new table prove nothing: each different row counts once.
    if _surprise(len(np.unique(place[matched])), twins, sketch.rows, len(hashes)) > SURPRISE:
        odds = int(matched.sum()) / new - 2.0 * twins / alone if new else float("inf")
        seen = 1.0 if odds == float("inf") else max(odds, 0.0) / (1.0 + max(odds, 0.0))
    return Overlap(seen if seen >= LEAST else 0.0, sketch.complete, ~match)


def _surprise(matched: int, twins: int, before: int, now: int) -> float:
    """Chernoff's bound of −log P(so many rows match) by chance alone, in nats.

    Each of the matched + twins pairs is split between the tables with probability 2m/(n + 2m) at
    most.
    """
    pairs, chance = matched + twins, 2.0 * now / (before + 2.0 * now)
    if not pairs or matched <= pairs * chance:
        return 0.0
    surprise = matched * log(matched / (pairs * chance))
    return surprise + (twins * log(twins / (pairs * (1.0 - chance))) if twins else 0.0)
