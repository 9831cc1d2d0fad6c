"""The reliability diagram's numbers: how often "yes" came true among rows with like forecasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.report.sample import Floats, Sample

MOST_BINS = 20
Z95 = 1.959963984540054
"""The standard normal's 97.5 % point."""


@dataclass(frozen=True)
class Bin:
    """Rows with neighbouring forecasts; shares are weighted."""

    rows: int
    forecast: float
    """Mean forecast probability."""
    lowest: float
    highest: float
    """Least and greatest forecast in the bin."""
    observed: float
    """Share of "yes"."""
    low: float
    high: float
    """95 % Wilson interval of the share."""


def wilson(share: float, count: float) -> tuple[float, float]:
    """95 % interval of a share seen among ``count`` rows (Wilson 1927).

    Unlike the normal approximation it stays inside [0, 1] and has width at shares of 0 and 1.
    """
    if count <= 0:
        return 0.0, 1.0
    z2 = Z95 * Z95
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * np.sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    # Rounding must not put the interval's end on the wrong side of the share itself.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _bin_of_group(mass: Floats, bins: int) -> NDArray[np.int64]:
    """Bin of each group of tied forecasts: by where the middle of its mass lies."""
    middle = np.cumsum(mass) - mass / 2
    found: NDArray[np.int64] = np.minimum((middle / mass.sum() * bins).astype(np.int64), bins - 1)
    return found


def reliability_bins(sample: Sample) -> tuple[Bin, ...]:
    """Bins of about equal weight by rising forecast, at most 20, fewer for small tables.

    Rows with the same forecast always share a bin, so a constant forecast gives one bin. With
    weights, a bin's interval counts (Σw)² / Σw² rows (Kish's effective sample size).
    """
    if not sample.rows:
        return ()
    bins = int(np.clip(np.ceil(np.sqrt(sample.rows) / 3), 1, MOST_BINS))
    probability, yes, weight = sample.probability[::-1], sample.yes[::-1], sample.weight[::-1]
    starts = np.flatnonzero(np.diff(probability, prepend=-1.0))
    group_bin = _bin_of_group(np.add.reduceat(weight, starts), bins)
    edges = starts[np.flatnonzero(np.diff(group_bin, prepend=-1))]
    found = []
    for start, stop in zip(edges, [*edges[1:], sample.rows], strict=True):
        w, p = weight[start:stop], probability[start:stop]
        total = float(w.sum())
        share = min(1.0, float(yes[start:stop].sum()) / total)
        low, high = wilson(share, total * total / float(w @ w))
        found.append(
            Bin(
                rows=int(stop - start),
                # The weighted mean can leave its bin by a rounding; the figure must not.
                forecast=float(np.clip(w @ p / total, p[0], p[-1])),
                lowest=float(p[0]),
                highest=float(p[-1]),
                observed=share,
                low=float(low),
                high=float(high),
            )
        )
    return tuple(found)
