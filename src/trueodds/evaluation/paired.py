"""Forecasts of the same rows compared: paired differences of scores with bootstrap intervals.

Every draw of the bootstrap (Efron 1979) takes rows, or clusters of rows, with replacement, and
scores all forecasts on the same draw. What makes rows hard for every forecast cancels out. The
interval is that of the 2.5 % and 97.5 % points over the draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid

WORK = 2e7
"""Rows that all draws of one forecast look at, at most, within the limits of draws."""
FEWEST, MOST = 200, 1_000
"""Draws."""
LEAST_UNITS = 10
"""Fewer rows or clusters have no intervals."""


@dataclass(frozen=True)
class Paired:
    """Scores of one forecast, less those of the first; intervals are 95 %."""

    log_loss: Interval
    """Nats; below 0 where this forecast is better."""
    brier: Interval
    auc: Interval
    """Above 0 where this forecast is better; NaN where the rows have one label only."""
    cost: Interval | None
    """Mean cost a row of decisions by the costs; None without costs."""


@dataclass(frozen=True)
class Pairs:
    """Differences of every forecast from the first."""

    rows: int
    units: int
    """Rows or clusters that the bootstrap draws."""
    draws: int
    paired: tuple[Paired, ...]
    """One for each forecast after the first."""


@dataclass(frozen=True, eq=False)
class _Scored:
    """What one forecast has on every row, shape (n,)."""

    y: NDArray[np.uint8]
    log_odds: NDArray[np.float64]
    columns: tuple[NDArray[np.float64], ...]
    """Log-loss, squared error and, where there are costs, the cost."""

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.log_odds, kind="stable")

    @cached_property
    def _runs(self) -> NDArray[np.int64]:
        """Starts of the runs of equal forecasts, in order."""
        new = np.diff(self.log_odds[self._order]) != 0.0
        return np.flatnonzero(np.concatenate(([True], new)))

    def scores(self, weight: NDArray[np.float64]) -> list[float]:
        """Weighted means of the columns, and then the AUC; NaN without a pair of a yes and a no."""
        total = weight.sum()
        return [*(float(dot(weight, c) / total) for c in self.columns), self._auc(weight)]

    def _auc(self, weight: NDArray[np.float64]) -> float:
        sorted_weight, yes = weight[self._order], self.y[self._order] == 1
        of_yes = np.add.reduceat(np.where(yes, sorted_weight, 0.0), self._runs)
        of_no = np.add.reduceat(np.where(yes, 0.0, sorted_weight), self._runs)
        pairs = float(of_yes.sum() * of_no.sum())
        if not pairs > 0.0:
            return float("nan")
        return float(dot(of_yes, np.cumsum(of_no) - 0.5 * of_no)) / pairs


def paired_differences(
    y: NDArray[np.uint8],
    forecasts: Sequence[NDArray[np.float64]],
    sample_weight: NDArray[np.float64] | None = None,
    *,
    clusters: NDArray[np.int64] | None = None,
    costs: Costs | None = None,
    seed: int = 0,
) -> Pairs:
    """Compare forecasts of the same rows with the first of them.

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes"; n ≥ 1.
    forecasts
        Two or more, log-odds in nats, each of shape (n,), finite.
    sample_weight
        Shape (n,), > 0; None for equal weights.
    clusters
        Shape (n,): rows of one number are drawn together; None draws rows.
    costs
        Numbers, or arrays of shape (n,); None gives no costs.
    seed
        Of the draws.

    Returns
    -------
    Pairs
        Intervals are NaN for fewer than 10 rows or clusters.
    """
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    units = (
        np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    ).astype(np.int64)
    scored = [_scored(y, log_odds, costs) for log_odds in forecasts]

    def changes(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.array([one.scores(weights) for one in scored])
        return np.asarray(found[1:] - found[0])

    value = changes(weight)
    count = int(units.max()) + 1
    draws = int(np.clip(WORK / len(y), FEWEST, MOST)) if count >= LEAST_UNITS else 0
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        drawn.append(changes(weight * times[units]))
    low, high = _ends(drawn, value)
    return Pairs(
        rows=len(y),
        units=count,
        draws=draws,
        paired=tuple(
            _paired([Interval(*map(float, ends)) for ends in zip(*figures, strict=True)])
            for figures in zip(value, low, high, strict=True)
        ),
    )


def _scored(y: NDArray[np.uint8], log_odds: NDArray[np.float64], costs: Costs | None) -> _Scored:
    label, p = y.astype(np.float64), sigmoid(log_odds)
    columns = [functions.log_loss_from_logits(log_odds, label), np.square(p - label)]
    if costs is not None:
        columns.append(costs.of_calls(np.asarray(p >= costs.threshold), y))
    return _Scored(y, log_odds, tuple(columns))


def _ends(
    drawn: list[NDArray[np.float64]], value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 2.5 % and 97.5 % points, of the shape of ``value``; draws of one label have no AUC."""
    nothing = np.full(value.shape, np.nan)
    if not drawn:
        return nothing, nothing
    found, ends = np.array(drawn), (nothing.copy(), nothing.copy())
    for place in np.ndindex(value.shape):
        column = found[(slice(None), *place)]
        column = column[~np.isnan(column)]
        if column.size and np.isfinite(value[place]):
            ends[0][place], ends[1][place] = np.percentile(column, [2.5, 97.5])
    return ends


def _paired(figures: list[Interval]) -> Paired:
    log_loss, brier, *cost, auc = figures
    return Paired(log_loss, brier, auc, cost[0] if cost else None)
