"""Which of the encoder's rules a column gets, chosen from the training rows without the target."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from trueodds.features.blocks import (
    FARTHEST,
    Block,
    ClippedScale,
    Curve,
    Equals,
    Levels,
    Missing,
    Pieces,
)

FEW_VALUES = 12
"""A number with at most so many distinct values also gets an indicator for each."""
DOMINANT = 0.2
"""A value with at least this share of the rows gets its own indicator."""
KNOTS = 64
LEAST_LEVEL_ROWS = 5
MOST_LEVELS = 64
"""Most levels of a category with an indicator of their own; the others share one."""
MOST_PIECES = 16
"""Most stretches of a number's piecewise-linear encoding …"""
LEAST_PIECES = 2
PIECES_IN_ALL = 192
"""… and of all numbers together: more numbers share fewer rows' worth of detail each."""


def pieces_each(numbers: int) -> int:
    """Stretches for each of so many numbers."""
    return min(MOST_PIECES, max(LEAST_PIECES, PIECES_IN_ALL // max(1, numbers)))


def number_blocks(
    source: str, values: NDArray[np.float64], pieces: int = MOST_PIECES
) -> list[Block]:
    """Rules for a number, with at most so many stretches of a piecewise-linear encoding."""
    blocks: list[Block] = []
    known = values[np.isfinite(values)]
    if len(known):
        distinct, counts = np.unique(known, return_counts=True)
        shares = counts / len(values)
        if len(distinct) > 1:
            blocks += [_clipped_scale(source, known), _curve(source, distinct, counts, shares)]
        if 2 < len(distinct) <= FEW_VALUES:
            own = distinct[counts >= LEAST_LEVEL_ROWS]
        else:
            own = distinct[(shares >= DOMINANT) & (len(distinct) > 2)]
        if len(distinct) > 2:
            knots = quantile_knots(distinct, counts, shares, pieces)
            if len(knots) > 2:
                blocks.append(Pieces(source, knots))
        if len(own):
            blocks.append(Equals(source, tuple(own.tolist())))
    if np.isnan(values).any():
        blocks.append(Missing(source))
    return blocks


def category_blocks(source: str, codes: NDArray[np.int32], levels: int) -> list[Block]:
    """Rules for a category, two levels need one input."""
    counts = np.bincount(codes[codes >= 0], minlength=levels)
    missing = int(np.count_nonzero(codes == -1))
    order = np.argsort(-counts, kind="stable")
    own = [int(c) for c in order if counts[c] >= min(LEAST_LEVEL_ROWS, len(codes) // 10 + 1)]
    own = own[:MOST_LEVELS]
    if len(own) == 2 and levels == 2:
        own = own[1:]
    slots = np.full(levels, -1, dtype=np.int64)
    slots[own] = np.arange(len(own))
    width = len(own)
    missing_slot = other_slot = -1
    if missing:
        missing_slot, width = width, width + 1
    if levels > 2 and len(own) < levels:
        other_slot, width = width, width + 1
        slots[slots < 0] = other_slot
    if not width:
        return []
    return [Levels(source, tuple(slots.tolist()), missing_slot, other_slot, width)]


def _clipped_scale(source: str, known: NDArray[np.float64]) -> ClippedScale:
    """Median to 0 and the quartiles' distance to about that of a normal law (1.35)."""
    # Within ±1e300 no difference overflows.
    low, centre, high = np.quantile(np.clip(known, -1e300, 1e300), [0.25, 0.5, 0.75]).tolist()
    spread = (high - low) / 1.349
    if not spread > 0.0:
        spread = float((known.max() / 4.0 - known.min() / 4.0) * 2.0)
    # The reciprocal of a spread under 1e-308 would be infinite.
    scale = 1.0 / spread if spread > 1e-300 else 1.0
    return ClippedScale(source, centre, scale)


def _curve(
    source: str,
    distinct: NDArray[np.float64],
    counts: NDArray[np.int64],
    shares: NDArray[np.float64],
) -> Curve:
    """Normal scores of the mid-ranks; a dominant value does not take the others' ranks."""
    rest = shares < DOMINANT
    if np.count_nonzero(rest) >= 2:
        distinct, counts = distinct[rest], counts[rest]
    ends = np.cumsum(counts)
    ranks = (ends - 0.5 * counts) / ends[-1]
    if len(distinct) > KNOTS:
        wanted = np.linspace(0.0, 1.0, KNOTS)
        chosen = np.unique(np.clip(np.searchsorted(ranks, wanted), 0, len(distinct) - 1))
        distinct, ranks = distinct[chosen], ranks[chosen]
    normal = NormalDist()
    y = tuple(normal.inv_cdf(float(np.clip(r, 0.002, 0.998))) for r in ranks)
    return Curve(source, tuple(distinct.tolist()), y)


def quantile_knots(
    distinct: NDArray[np.float64],
    counts: NDArray[np.int64],
    shares: NDArray[np.float64],
    pieces: int,
) -> tuple[float, ...]:
    """Every value where they are few, else quantiles; a dominant value does not swallow knots."""
    distinct = np.clip(distinct, -FARTHEST, FARTHEST)
    if len(distinct) > pieces + 1:
        rest = shares < DOMINANT
        if np.count_nonzero(rest) < 3:
            rest = np.ones(len(distinct), dtype=np.bool_)
        ends = np.cumsum(counts[rest])
        wanted = np.linspace(0.0, 1.0, pieces + 1) * (ends[-1] - 1)
        quantiles = distinct[rest][np.searchsorted(ends, wanted, side="right")]
        distinct = np.concatenate([quantiles, distinct[[0, -1]]])
    return tuple(np.unique(distinct).tolist())
