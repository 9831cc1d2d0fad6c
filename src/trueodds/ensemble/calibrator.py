"""From networks' log-odds to calibrated log-odds: slopes and one shift.

z ↦ slope·z + shift (Platt 1999; slope = 1/temperature of Guo et al., arXiv 1706.04599), fitted by
Newton's method to out-of-fold log-odds. It keeps the order of the rows, is smooth, and can make no
probability 0 or 1.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.sums import dot, weighted_sum
from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid

PRIOR_ROWS = 32.0
"""Strength, in rows, of the pull to the forecasts' plain mean; it matters for small tables only.

Every row pulls with p(1 − p)(Δz)²/2 at p = ½, all of them together with the weight of so many."""


@dataclass(frozen=True)
class Calibrator:
    """z ↦ slope·z + shift, slope > 0."""

    slope: float = 1.0
    shift: float = 0.0

    def apply(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, same shape."""
        return self.slope * log_odds + self.shift

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)


def fit_calibrator(
    log_odds: NDArray[np.float64], y: NDArray[np.uint8], weight: NDArray[np.float64] | None = None
) -> Calibrator:
    """Slope and shift of least log-loss.

    Parameters
    ----------
    log_odds, y
        Shape (n,), out-of-fold.
    weight
        Shape (n,), sample weights, or None.
    """
    slopes, shift = fit_slopes(log_odds[:, None], y, weight)
    return Calibrator(float(slopes[0]), shift)


def fit_slopes(
    log_odds: NDArray[np.float64],
    y: NDArray[np.uint8],
    weight: NDArray[np.float64] | None = None,
    base: float = 0.0,
) -> tuple[NDArray[np.float64], float]:
    """Positive slopes and a shift that make the best sum of several forecasts (Wolpert 1992).

    A slope is sought as its logarithm, so it stays positive; a forecast of no use gets nearly 0.

    Parameters
    ----------
    log_odds
        Shape (n, forecasts), out-of-fold.
    y
        Shape (n,).
    weight
        Shape (n,), sample weights, or None.
    base
        What the forecasts lack, nats: the pull is to their plain mean and this.

    Returns
    -------
    slopes, shape (forecasts,), and the shift: the forecast is ``log_odds @ slopes + shift``
    """
    label = y.astype(np.float64)
    mass = np.ones(len(y)) if weight is None else weight * (len(y) / weight.sum())
    share = PRIOR_ROWS / (4.0 * mass.sum())
    count = log_odds.shape[1]
    mean = weighted_sum(log_odds, np.full(count, 1.0 / count)) + base

    def objective(point: NDArray[np.float64]) -> float:
        # Too long a step may overflow to ∞ or NaN; both count as worse.
        with np.errstate(over="ignore", invalid="ignore"):
            z = weighted_sum(log_odds, np.exp(point[:-1])) + point[-1]
            each = log_loss_from_logits(z, label) + share * (z - mean) ** 2 / 2.0
            return float(dot(mass, each))

    point = np.array([*[-float(np.log(count))] * count, base])
    value = objective(point)
    for _ in range(50):
        slopes = np.exp(point[:-1])
        z = weighted_sum(log_odds, slopes) + point[-1]
        p = sigmoid(z)
        first = mass * (p - label + share * (z - mean))
        second = mass * (p * (1.0 - p) + share)
        parts = [slope * of for slope, of in zip(slopes, log_odds.T, strict=True)]
        parts.append(np.ones(len(y)))
        gradient = np.array([dot(first, part) for part in parts])
        # Gauss–Newton: always positive definite, unlike the full Hessian in log-slopes.
        hessian = np.array([[dot(second * one, other) for other in parts] for one in parts])
        # Forecasts that are nearly the same would make it singular.
        hessian[np.diag_indices(count)] += 1e-9 * np.trace(hessian) / count
        step = np.linalg.solve(hessian, gradient)
        # A slope moves e-fold at most per step: forecasts near 0 ask for far more.
        step /= max(1.0, float(np.abs(step[:-1]).max()))
        length = 1.0
        while length > 1e-6 and not objective(point - length * step) <= value:
            length /= 2.0
        if length <= 1e-6:
            break
        point = point - length * step
        before, value = value, objective(point)
        if before - value < 1e-12 * max(1.0, abs(value)):
            break
    return np.exp(point[:-1]), float(point[-1])


def cross_calibrate(
    log_odds: NDArray[np.float64],
    y: NDArray[np.uint8],
    fold: NDArray[np.int16],
    weight: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Out-of-fold log-odds, each by slopes and a shift that were fitted on the other folds.

    ``log_odds`` has shape (n, forecasts), as for `fit_slopes`; the result (n,). With a single fold
    its own slopes are used.
    """
    out = np.empty(len(log_odds))
    numbers = np.unique(fold)
    for number in numbers:
        there = fold == number
        rest = ~there if len(numbers) > 1 else there
        part = None if weight is None else weight[rest]
        slopes, shift = fit_slopes(log_odds[rest], y[rest], part)
        out[there] = weighted_sum(log_odds[there], slopes) + shift
    return out
