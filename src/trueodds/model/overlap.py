"""Which share of some labelled rows was in the training table, chance twins set apart.

Honest new rows may equal training rows by chance: in tables of few categories most do. The training
table itself tells how often that happens. Of two equal rows that fall anywhere into a training
table of n rows or a new one of m, both fall into training n² times for 2nm times that they are
parted. So rows known from training that have no twin there are held against the training rows that
have one (Good 1953 for the share; the binomial tail for what chance explains, Chernoff 1952).
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.sketch import RowSketch

SURPRISE = log(1e3)
"""Chance must explain an overlap with less than one in a thousand before it is told …"""
LEAST = 0.01
"""… and at least this share of the rows must have been seen."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """How many of some rows were in the training table."""

    share: float
    """Estimated, from 0 to 1; 0 where chance explains what is known again."""
    exact: bool
    """Whether every row could be compared, not only a sample."""
    unseen: NDArray[np.bool_]
    """Shape (rows,): rows that equal no training row; when not exact, also rows that cannot be
    compared."""


def overlap(sketch: RowSketch, hashes: NDArray[np.int64]) -> Overlap:
    """Compare rows, by their `trueodds.columns.sketch.row_hashes` of shape (rows,)."""
    known, counts = np.unique(sketch.hashes, return_counts=True)
    place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    match = known[place] == hashes
    comparable = np.ones(len(hashes), np.bool_) if sketch.complete else hashes <= known[-1]
    met = match & (counts[place] == 1)
    new = int((comparable & ~match).sum())
    alone, twins = int((counts == 1).sum()), int((counts == 2).sum())
    share = 0.0
    # How often the same row is met does not count: copies within the new table tell nothing.
    if _surprise(len(np.unique(place[met])), twins, sketch.rows, len(hashes)) > SURPRISE:
        odds = int(met.sum()) / new - 2.0 * twins / alone if new else float("inf")
        share = 1.0 if odds == float("inf") else max(odds, 0.0) / (1.0 + max(odds, 0.0))
    return Overlap(share if share >= LEAST else 0.0, sketch.complete, ~match)


def _surprise(met: int, twins: int, before: int, now: int) -> float:
    """Chernoff's bound of −log P(so many rows are met), under chance alone, nats.

    Each of met + twins pairs is parted with probability 2m/(n + 2m) at most.
    """
    pairs, chance = met + twins, 2.0 * now / (before + 2.0 * now)
    if not pairs or met <= pairs * chance:
        return 0.0
    told = met * log(met / (pairs * chance))
    return told + (twins * log(twins / (pairs * (1.0 - chance))) if twins else 0.0)
