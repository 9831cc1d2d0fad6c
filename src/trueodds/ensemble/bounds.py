"""95 % bounds of the share of yes among rows with one forecast.

Let the share of yes not fall when the forecast rises; nothing else is assumed of it. Then the share
at a forecast z is at least the mean share of any rows whose forecasts are up to z, and at most that
of any rows from z on. Out-of-fold labels of such rows give an exact 97.5 % limit on each side
(Clopper & Pearson 1934; Hoeffding 1956 for rows of different shares; Korn & Graubard 1998 for
weights and groups). Which rows are taken depends on the forecasts alone, so that the limits hold.
Yang & Barber (2019) and Dimitriadis et al. (2023) make bands of the same assumption.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.intervals import LEVEL, effective_number
from trueodds.functions.portable import sigmoid

Float = NDArray[np.float64]

LEAST_LABELS = 20
"""Rows of each label without which there are no bounds."""
MOST_STEPS = 128
"""Most forecasts at which the bounds step."""
STEP = 1e-6
"""Lower bounds are rounded down and upper ones up to whole multiples of this."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """Two step functions of the calibrated log-odds, none of which falls."""

    at: tuple[float, ...]
    """Log-odds at which the bounds step, increasing, nats."""
    lower: tuple[float, ...]
    """Lower bound from each of ``at`` on, up to the next; 0 before the first."""
    upper: tuple[float, ...]
    """Upper bound up to each of ``at``, from beyond the one before; 1 after the last."""

    def of(self, log_odds: Float) -> tuple[Float, Float]:
        """Lower and upper bounds, 0 to 1, each of the shape of the calibrated log-odds."""
        at = np.array(self.at)
        lower, upper = np.array([0.0, *self.lower]), np.array([*self.upper, 1.0])
        return lower[np.searchsorted(at, log_odds, "right")], upper[np.searchsorted(at, log_odds)]


def fit_bounds(
    y: NDArray[np.uint8],
    log_odds: Float,
    sample_weight: Float | None = None,
    clusters: NDArray[np.int64] | None = None,
) -> Bounds | None:
    """Fit the bounds; None if a label has fewer than `LEAST_LABELS` rows.

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes".
    log_odds
        Shape (n,), calibrated and out-of-fold, nats.
    sample_weight
        Shape (n,), ≥ 0, sum > 0; None for equal weights.
    clusters
        Shape (n,): rows of one number are not independent; None where every row is.
    """
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    yes = int(y[weight > 0.0].sum())
    if min(yes, int((weight > 0.0).sum()) - yes) < LEAST_LABELS:
        return None
    p = sigmoid(log_odds)
    each = weight * (independent_rows(weight, y - p, clusters) / weight.sum())
    # Rows of one forecast stay together: their order in the table may tell their labels.
    z, own = np.unique(log_odds, return_inverse=True)
    sums = np.zeros((3, len(z) + 1))
    for row, values in zip(sums, (each, each * y, each * p), strict=True):
        row[1:] = np.cumsum(np.bincount(own, values))
    steps = _steps(len(z))
    lower = _limits(sums, steps + 1)
    # No is yes when the table is turned around.
    turned = np.stack([sums[0], sums[0] - sums[1], sums[0] - sums[2]])
    turned = (turned[:, -1:] - turned)[:, ::-1]
    upper = 1.0 - _limits(turned, len(z) - steps)
    lower, upper = np.minimum(lower, upper), np.maximum(lower, upper)
    lower = np.minimum.accumulate(lower[::-1])[::-1]
    upper = np.maximum.accumulate(upper)
    return Bounds(
        tuple(z[steps].tolist()),
        tuple((np.floor(lower / STEP) * STEP).round(6).tolist()),
        tuple(np.minimum(np.ceil(upper / STEP) * STEP, 1.0).round(6).tolist()),
    )


def independent_rows(
    weight: Float, residual: Float, clusters: NDArray[np.int64] | None = None
) -> float:
    """As many independent rows of equal weight tell as much: Kish's number / design effect.

    The design effect is how many times the variance of the sum of residuals is larger because rows
    of a cluster resemble each other; at least 1.

    Parameters
    ----------
    weight, residual, clusters
        Shape (n,): sample weights, label less probability, numbers of groups or blocks of time.
    """
    number = effective_number(weight)
    if clusters is None:
        return number
    pull = weight * residual
    together = np.bincount(np.unique(clusters, return_inverse=True)[1], pull)
    alone = float(np.square(pull).sum())
    effect = float(np.square(together).sum()) / alone if alone > 0.0 else 1.0
    return number / max(1.0, effect)


def _steps(count: int) -> NDArray[np.int64]:
    """Positions among the sorted forecasts: half of them evenly, half closer toward both ends."""
    if count <= MOST_STEPS:
        return np.arange(count)
    even = np.linspace(0.0, 1.0, MOST_STEPS // 2)
    edge = np.log(count + 1.0)
    ends = sigmoid(np.linspace(-edge, edge, MOST_STEPS // 2))
    found = np.rint(np.concatenate((even, ends)) * (count - 1)).astype(np.int64)
    return np.unique(found)


def _limits(sums: Float, stops: NDArray[np.int64]) -> Float:
    """Lower limits of the share at every stop, from the rows before it; shape (stops,).

    ``sums`` has the running sums of rows, of yes, and of expected yes, shape (3, forecasts + 1).
    Of several numbers of rows, the one that would give the highest limit if the forecasts were
    right is taken.
    """
    from scipy.special import betaincinv  # slow to load, and forecasting does not need it

    side = (1.0 - LEVEL) / 2.0

    def limit(rows: Float, yes: Float) -> Float:
        inside = np.clip(yes, 0.0, rows)
        # In floating point the difference of two sums may be some 1e-12 instead of 0.
        some = inside > 1e-6
        return np.where(some, betaincinv(np.where(some, inside, 1.0), rows - inside + 1.0, side), 0)

    sizes = np.unique(np.rint(2.0 ** np.arange(0.0, np.log2(sums.shape[1]) + 0.5, 0.5)))
    starts = np.maximum(stops[:, None] - sizes.astype(np.int64), 0)
    rows, yes, expected = sums[:, stops][:, :, None] - sums[:, starts]
    best = np.argmax(limit(rows, expected), axis=1)[:, None]
    taken = (np.take_along_axis(values, best, axis=1)[:, 0] for values in (rows, yes))
    return np.asarray(limit(*taken))
