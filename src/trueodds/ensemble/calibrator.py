"""From the networks' log-odds to calibrated log-odds: slopes and one shift.

z ↦ slope·z + shift (Platt 1999; slope = 1/temperature of Guo et al., arXiv 1706.04599), fitted by
Newton's method to out-of-fold log-odds. The map keeps the order of the rows, is smooth, and gives
no probability of 0 or 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.sums import dot, weighted_sum

PRIOR_ROWS = 32.0
"""Weight, in rows, of a prior for the forecasts' plain mean; it matters for small tables only.

The prior is the sum of p(1 − p)(Δz)²/2 with p = ½ over all rows, scaled to the weight of this
number of rows."""
PRIOR_SPREAD = 0.5
"""Standard deviation, in nats, of the forecasts of these rows, which are independent of each other.

It bounds slopes of forecasts that hardly differ between the rows: few labels would fit any slope,
and forecasts of the same kind may differ much more in rows to come."""
START_ROWS = 1 << 16
"""About as many rows give the slopes from which twice as many rows or more start."""


@dataclass(frozen=True)
class Calibrator:
    """z ↦ slope·z + shift, slope > 0."""

    slope: float = 1.0
    shift: float = 0.0

    def apply(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, same shape."""
        return self.slope * log_odds + self.shift


def fit_slopes(
    log_odds: NDArray[np.float64],
    y: NDArray[np.uint8],
    sample_weight: NDArray[np.float64] | None = None,
    base: float = 0.0,
    gained: NDArray[np.float64] | None = None,
    start: tuple[NDArray[np.float64], float] | None = None,
) -> tuple[NDArray[np.float64], float]:
    """Fit positive slopes and a shift of several forecasts, of least log-loss (Wolpert 1992).

    Newton's method works on the logarithms of the slopes, which keeps them positive. A useless
    forecast gets a slope near 0.

    Parameters
    ----------
    log_odds
        Shape (n, forecasts), out-of-fold, nats.
    y
        Shape (n,), 0 or 1.
    sample_weight
        Shape (n,), ≥ 0, sum > 0; None for equal weights.
    base
        Log-odds of the base rate, nats, if the forecasts do not include them: the prior is for the
        forecasts' plain mean plus this.
    gained
        Shape (forecasts,): nats a row by which the loss is lower for each unit of a slope where the
        slopes are used, beside the loss of these rows; None for 0.
    start
        Slopes and shift to start from; None for the plain mean and ``base``, or with many rows for
        those of some of the rows.

    Returns
    -------
    slopes
        Shape (forecasts,), > 0.
    shift
        The forecast is ``log_odds @ slopes + shift``.
    """
    label = y.astype(np.float64)
    weight = (
        np.ones(len(y)) if sample_weight is None else sample_weight * (len(y) / sample_weight.sum())
    )
    prior = PRIOR_ROWS / (4.0 * weight.sum())
    count = log_odds.shape[1]
    pull = PRIOR_ROWS / 4.0 * PRIOR_SPREAD**2
    mean = weighted_sum(log_odds, np.full(count, 1.0 / count)) + base
    lower = np.zeros(count) if gained is None else weight.sum() * gained

    def objective(point: NDArray[np.float64]) -> float:
        # A step that is too long may give ∞ or NaN; both count as worse.
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = np.exp(point[:-1])
            z = weighted_sum(log_odds, slopes) + point[-1]
            each = functions.log_loss_from_logits(z, label) + prior * (z - mean) ** 2 / 2.0
            far = slopes - 1.0 / count
            pulled = pull * float(dot(far, far)) / 2.0 - float(dot(lower, slopes))
            return float(dot(weight, each)) + pulled

    every = len(y) // START_ROWS
    if start is None and every > 1:
        some = slice(None, None, every)
        start = fit_slopes(log_odds[some], y[some], weight[some], base, gained)
    slopes, shift = (np.full(count, 1.0 / count), base) if start is None else start
    by_forecast = np.ascontiguousarray(log_odds.T)
    parts = np.ones((count + 1, len(y)))
    point = np.array([*np.log(slopes), shift])
    value = objective(point)
    for _ in range(50):
        slopes = np.exp(point[:-1])
        z = weighted_sum(log_odds, slopes) + point[-1]
        p = functions.sigmoid(z)
        first = weight * (p - label + prior * (z - mean))
        second = weight * (p * (1.0 - p) + prior)
        np.multiply(by_forecast, slopes[:, None], out=parts[:-1])
        gradient = np.array([dot(first, part) for part in parts])
        gradient[:-1] += pull * slopes * (slopes - 1.0 / count)
        gradient[:-1] -= slopes * lower
        # Gauss–Newton: positive definite, unlike the full Hessian of the log-slopes.
        hessian = np.empty((count + 1, count + 1))
        for i, part in enumerate(parts):
            weighted = second * part
            for j in range(i + 1):
                hessian[i, j] = hessian[j, i] = dot(weighted, parts[j])
        hessian[np.diag_indices(count)] += pull * np.square(slopes)
        # Nearly equal forecasts would make it singular.
        hessian[np.diag_indices(count)] += 1e-9 * np.trace(hessian) / count
        step = np.linalg.solve(hessian, gradient)
        # What the step is to gain; less is lost in the rounding of the sums.
        if gradient @ step < 1e-12 * max(1.0, abs(value)):
            break
        # A slope changes by a factor of e at most in one step; forecasts near 0 want far more.
        step /= max(1.0, float(np.abs(step[:-1]).max()))
        length = 1.0
        while length > 1e-6 and not (found := objective(point - length * step)) <= value:
            length /= 2.0
        if length <= 1e-6:
            break
        point = point - length * step
        before, value = value, found
        if before - value < 1e-12 * max(1.0, abs(value)):
            break
    return np.exp(point[:-1]), float(point[-1])
