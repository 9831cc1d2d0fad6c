"""The choice of a column's blocks, from the training rows without the target."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from trueodds.features.blocks import (
    FARTHEST,
    Block,
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)

FEW_VALUES = 12
"""A number with at most this many distinct values also gets an indicator for each."""
DOMINANT = 0.2
"""A value with at least this fraction of the rows gets an indicator."""
KNOTS = 64
"""Most knots of a quantile transform."""
LEAST_LEVEL_ROWS = 5
"""Fewest rows of a level or value with an indicator."""
MOST_LEVELS = 64
"""Most levels of a category with an indicator; the other levels share one."""
MOST_BINS = 16
"""Most bins of a number's piecewise-linear encoding."""
LEAST_BINS = 2
"""Fewest bins of a number, however many numbers there are."""
BINS_IN_ALL = 192
"""Bins of all numbers together, as far as `LEAST_BINS` allows."""


def bins_each(numbers: int) -> int:
    """Bins for each of this many numbers."""
    return min(MOST_BINS, max(LEAST_BINS, BINS_IN_ALL // max(1, numbers)))


def number_blocks(source: str, values: NDArray[np.float64], bins: int = MOST_BINS) -> list[Block]:
    """Blocks for a number.

    Parameters
    ----------
    source
        Name of the column or derived quantity.
    values
        Shape (rows,), of the training rows; NaN where missing.
    bins
        Most bins of the piecewise-linear encoding, ≥ 1.
    """
    blocks: list[Block] = []
    known = values[np.isfinite(values)]
    if len(known):
        distinct, counts = np.unique(known, return_counts=True)
        fractions = counts / len(values)
        if len(distinct) > 1:
            blocks += [
                _clipped_scale(source, known),
                _quantile_transform(source, distinct, counts, fractions),
            ]
        if 2 < len(distinct) <= FEW_VALUES:
            frequent = distinct[counts >= LEAST_LEVEL_ROWS]
        else:
            frequent = distinct[(fractions >= DOMINANT) & (len(distinct) > 2)]
        if len(distinct) > 2:
            knots = quantile_knots(distinct, counts, fractions, bins)
            if len(knots) > 2:
                blocks.append(PiecewiseLinear(source, knots))
        if len(frequent):
            blocks.append(Indicator(source, tuple(frequent.tolist())))
    if np.isnan(values).any():
        blocks.append(Missing(source))
    return blocks


def category_blocks(source: str, codes: NDArray[np.int32], levels: int) -> list[Block]:
    """Blocks for a category; a category of two levels needs one input.

    Parameters
    ----------
    source
        Name of the column.
    codes
        Shape (rows,), of the training rows: the number of the level, −1 where missing.
    levels
        Number of levels.
    """
    counts = np.bincount(codes[codes >= 0], minlength=levels)
    missing = int(np.count_nonzero(codes == -1))
    order = np.argsort(-counts, kind="stable")
    least = min(LEAST_LEVEL_ROWS, len(codes) // 10 + 1)
    frequent = [int(c) for c in order if counts[c] >= least][:MOST_LEVELS]
    if len(frequent) == 2 and levels == 2:
        frequent = frequent[1:]
    slots = np.full(levels, -1, dtype=np.int64)
    slots[frequent] = np.arange(len(frequent))
    width = len(frequent)
    missing_slot = other_slot = -1
    if missing:
        missing_slot, width = width, width + 1
    if levels > 2 and len(frequent) < levels:
        other_slot, width = width, width + 1
        slots[slots < 0] = other_slot
    if not width:
        return []
    return [Levels(source, tuple(slots.tolist()), missing_slot, other_slot, width)]


def _clipped_scale(source: str, known: NDArray[np.float64]) -> ClippedScale:
    """Scale the median to 0 and the distance of the quartiles to 1, in standard deviations.

    The quartiles of a normal distribution are 1.349 standard deviations apart.
    """
    # No difference overflows within ±1e300.
    low, centre, high = np.quantile(np.clip(known, -1e300, 1e300), [0.25, 0.5, 0.75]).tolist()
    spread = (high - low) / 1.349
    if not spread > 0.0:
        spread = float((known.max() / 4.0 - known.min() / 4.0) * 2.0)
    # The reciprocal of a spread under 1e-308 would be infinite.
    scale = 1.0 / spread if spread > 1e-300 else 1.0
    return ClippedScale(source, centre, scale)


def _quantile_transform(
    source: str,
    distinct: NDArray[np.float64],
    counts: NDArray[np.int64],
    fractions: NDArray[np.float64],
) -> QuantileTransform:
    """Normal scores of the mid-ranks of all values but dominant ones."""
    rest = fractions < DOMINANT
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
    return QuantileTransform(source, tuple(distinct.tolist()), y)


def quantile_knots(
    distinct: NDArray[np.float64],
    counts: NDArray[np.int64],
    fractions: NDArray[np.float64],
    bins: int,
) -> tuple[float, ...]:
    """Knots of a piecewise-linear encoding, increasing, at most ``bins`` + 3.

    Few values are all knots. Otherwise the knots are quantiles of the values that are not dominant,
    with the least and the largest value.

    Parameters
    ----------
    distinct, counts, fractions
        Shape (values,): distinct values, increasing; their rows; their fractions of all rows.
    bins
        Bins between the quantiles.
    """
    distinct = np.clip(distinct, -FARTHEST, FARTHEST)
    if len(distinct) > bins + 1:
        rest = fractions < DOMINANT
        if np.count_nonzero(rest) < 3:
            rest = np.ones(len(distinct), dtype=np.bool_)
        ends = np.cumsum(counts[rest])
        wanted = np.linspace(0.0, 1.0, bins + 1) * (ends[-1] - 1)
        quantiles = distinct[rest][np.searchsorted(ends, wanted, side="right")]
        distinct = np.concatenate([quantiles, distinct[[0, -1]]])
    return tuple(np.unique(distinct).tolist())
