"""Histograms of the forecasts: of all probabilities, and of the log-odds of each class."""

from dataclasses import dataclass

import numpy as np

from trueodds.report.sample import Floats, Sample

FARTHEST = 8.0
"""Log-odds beyond ±8 (0.03 % and 99.97 %) are counted in the outermost bars."""


@dataclass(frozen=True, eq=False)
class Spread:
    """A histogram of two classes; ``edges`` has shape (bars + 1,), the shares (bars,)."""

    edges: Floats
    yes: Floats
    """Share of "yes" rows in each bar; zeros if there are none."""
    no: Floats
    """Share of "no" rows in each bar; zeros if there are none."""


def spread_by_class(sample: Sample, bars: int = 50) -> Spread:
    """Histogram of the log-odds of each class, with the same bars; each class adds up to 1."""
    value = np.clip(sample.log_odds, -FARTHEST, FARTHEST)
    low, high = (float(value.min()), float(value.max())) if value.size else (-1.0, 1.0)
    if high - low < 0.5:  # bars of a nearly constant forecast must be wide enough to be seen
        middle = (low + high) / 2
        low, high = middle - 0.5, middle + 0.5
    edges = np.linspace(low, high, bars + 1)

    def shares(weight: Floats) -> Floats:
        count = np.histogram(value, bins=edges, weights=weight)[0].astype(np.float64)
        total = count.sum()
        return count / total if total > 0 else count

    return Spread(edges=edges, yes=shares(sample.yes), no=shares(sample.no))


def forecast_histogram(sample: Sample, low: float, high: float, bars: int = 40) -> Spread:
    """Histogram of the probabilities over [low, high]; all rows together add up to 1."""
    edges = np.linspace(low, high, bars + 1)
    value = np.clip(sample.probability, low, high)
    yes = np.histogram(value, bins=edges, weights=sample.yes)[0]
    no = np.histogram(value, bins=edges, weights=sample.no)[0]
    total = float(yes.sum() + no.sum()) or 1.0
    return Spread(edges=edges, yes=yes / total, no=no / total)
