"""How the forecasts are spread: over the probability, and over the log-odds of each class."""

from dataclasses import dataclass

import numpy as np

from trueodds.report.sample import Floats, Sample

FARTHEST = 8.0
"""Log-odds beyond ±8 (0.03 % and 99.97 %) are drawn in the outermost bars."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Bars over log-odds: ``edges`` has one entry more than the shares, which sum to 1 each."""

    edges: Floats
    yes: Floats
    """Share of the "yes" rows in each bar; zeros when there are none."""
    no: Floats
    """Share of the "no" rows in each bar; zeros when there are none."""


def spread_by_class(sample: Sample, bars: int = 50) -> Spread:
    """Histogram of the log-odds for each class on the same bars, each class adding up to 1."""
    value = np.clip(sample.log_odds, -FARTHEST, FARTHEST)
    low, high = (float(value.min()), float(value.max())) if value.size else (-1.0, 1.0)
    if high - low < 0.5:  # a (nearly) constant forecast still gets bars of a visible width
        middle = (low + high) / 2
        low, high = middle - 0.5, middle + 0.5
    edges = np.linspace(low, high, bars + 1)

    def shares(weight: Floats) -> Floats:
        count = np.histogram(value, bins=edges, weights=weight)[0].astype(np.float64)
        total = count.sum()
        return count / total if total > 0 else count

    return Spread(edges=edges, yes=shares(sample.yes), no=shares(sample.no))


def forecast_histogram(sample: Sample, low: float, high: float, bars: int = 40) -> Spread:
    """Histogram of the probabilities over [low, high], all rows together adding up to 1.

    ``yes`` and ``no`` are the two classes' parts of that one total.
    """
    edges = np.linspace(low, high, bars + 1)
    value = np.clip(sample.probability, low, high)
    yes = np.histogram(value, bins=edges, weights=sample.yes)[0]
    no = np.histogram(value, bins=edges, weights=sample.no)[0]
    total = float(yes.sum() + no.sum()) or 1.0
    return Spread(edges=edges, yes=yes / total, no=no / total)
