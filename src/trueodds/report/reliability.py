"""The numbers of the reliability diagram: the share of "yes" among rows with similar forecasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.report.sample import Floats, Sample

MOST_BINS = 20
"""Of the rows together; where forecasts leave gaps, there is at least one bin between two gaps."""
GAP = 0.1
"""No bin spans more than this part of the range of all forecasts without a row in it."""
Z95 = 1.959963984540054
"""The standard normal's 97.5 % point."""


@dataclass(frozen=True)
class Bin:
    """Rows with similar forecasts; shares are weighted."""

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
    """95 % interval of a share observed among ``count`` rows (Wilson 1927).

    The interval stays within [0, 1]. At shares of 0 and 1 its width is above 0, in contrast to that
    of the normal approximation.
    """
    if count <= 0:
        return 0.0, 1.0
    z2 = Z95 * Z95
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * np.sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    # Rounding must not put an end of the interval on the wrong side of the share.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _bin_of_group(probability: Floats, weight: Floats, bins: int) -> NDArray[np.int64]:
    """Bin of each group of equal forecasts: its part between gaps, cut by the groups' weights.

    Both arrays have shape (groups,), the probabilities rise. A part has its share of the bins.
    """
    far = np.diff(probability) > GAP * (probability[-1] - probability[0])
    part = np.concatenate([[0], np.cumsum(far)])
    found = np.empty(len(weight), dtype=np.int64)
    done, all_weight = 0, weight.sum()
    for number in range(int(part[-1]) + 1):
        own = weight[part == number]
        total = own.sum()
        count = max(1, round(bins * total / all_weight))
        middle = np.cumsum(own) - own / 2
        place = np.minimum((middle / total * count).astype(np.int64), count - 1)
        found[part == number] = done + place
        done += count
    return found


def reliability_bins(sample: Sample) -> tuple[Bin, ...]:
    """About 20 bins of about equal weight, by rising forecast; a small table has fewer.

    Rows with equal forecasts are in one bin, so a constant forecast gives one bin. No bin spans a
    gap of forecasts (`GAP`). The interval of a bin counts (Σw)² / Σw² rows (Kish's effective sample
    size).
    """
    if not sample.rows:
        return ()
    bins = int(np.clip(np.ceil(np.sqrt(sample.rows) / 3), 1, MOST_BINS))
    probability, yes, weight = sample.probability[::-1], sample.yes[::-1], sample.weight[::-1]
    starts = np.flatnonzero(np.diff(probability, prepend=-1.0))
    group_bin = _bin_of_group(probability[starts], np.add.reduceat(weight, starts), bins)
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
                # Rounding can put the weighted mean outside the bin.
                forecast=float(np.clip(w @ p / total, p[0], p[-1])),
                lowest=float(p[0]),
                highest=float(p[-1]),
                observed=share,
                low=float(low),
                high=float(high),
            )
        )
    return tuple(found)
