"""The threshold of least cost on labelled rows, and how sure it is.

With calibrated probabilities the threshold follows from the costs alone (`costs.Costs.threshold`).
The threshold of least cost on the rows at hand is another estimate of it. The bootstrap (Efron
1979) resamples rows, groups or blocks of time, tunes the threshold on what is drawn, and compares
its cost with that of the calibrated threshold on what is not drawn.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.intervals import Interval

WORK = 2e7
"""Rows that all draws together look at, at most, within the limits of draws."""
FEWEST, MOST = 40, 400
"""Draws."""


@dataclass(frozen=True)
class TunedThreshold:
    """The threshold of least cost on some labelled rows."""

    threshold: Interval
    """With the 2.5 % and 97.5 % points over the draws."""
    change: Interval
    """Cost a row of tuned thresholds less that of the calibrated one, on rows that did not tune
    them; below 0 where tuning pays."""


def tune_threshold(
    y: NDArray[np.uint8],
    p: NDArray[np.float64],
    costs: Costs,
    weight: NDArray[np.float64],
    units: NDArray[np.int64],
    seed: int,
) -> TunedThreshold:
    """Tune the threshold.

    Parameters
    ----------
    y, p, weight
        Shape (n,): labels, probabilities, sample weights.
    costs
        The same for all rows.
    units
        Shape (n,), 0 … units − 1: rows of one number are drawn together.
    seed
        Of the draws.
    """
    order = np.argsort(-p, kind="stable")
    y, p, weight, units = y[order], p[order], weight[order], units[order]
    # Rows of equal probability are called together.
    ends = np.append(np.flatnonzero(np.diff(p) < 0.0), len(p) - 1)
    between = np.concatenate(([1.0], 0.5 * (p[ends[:-1]] + p[ends[1:]]), [0.0]))
    called = costs.of_calls(np.ones(len(y), np.bool_), y)
    gain = called - costs.of_calls(np.zeros(len(y), np.bool_), y)
    fixed = float(np.asarray(costs.threshold))

    def best(weights: NDArray[np.float64]) -> float:
        cost = np.concatenate(([0.0], np.cumsum(gain * weights)[ends]))
        return float(between[int(np.argmin(cost))])

    rng, count = np.random.default_rng(seed), int(units.max()) + 1
    draws = int(np.clip(WORK / len(y), FEWEST, MOST))
    found, changes = [], []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, count, count), minlength=count)[units]
        found.append(best(weight * times))
        out = times == 0
        if (total := float(weight[out].sum())) > 0.0:
            differs = (p >= found[-1]).astype(np.float64) - (p >= fixed)
            changes.append(float((weight * gain * differs)[out].sum()) / total)
    low, high = np.percentile(found, [2.5, 97.5])
    return TunedThreshold(Interval(best(weight), float(low), float(high)), _spread(changes))


def _spread(changes: list[float]) -> Interval:
    if not changes:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(changes, [2.5, 97.5])
    return Interval(float(np.mean(changes)), float(low), float(high))
