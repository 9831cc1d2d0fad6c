"""From a network's log-odds to calibrated log-odds: one slope and one shift.

z ↦ slope·z + shift (Platt 1999; slope = 1/temperature of Guo et al., arXiv 1706.04599), fitted by
Newton's method to out-of-fold log-odds. It keeps the order of the rows, is smooth, and can make no
probability 0 or 1.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.sums import dot
from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid

PRIOR_ROWS = 4.0
"""Strength, in rows, of the pull to slope 1 and shift 0: it only matters for very small tables."""


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
    """Slope and shift of least log-loss; slope is sought as its logarithm, so it stays positive.

    Parameters
    ----------
    log_odds, y
        Shape (n,), out-of-fold.
    weight
        Shape (n,), sample weights, or None.
    """
    label = y.astype(np.float64)
    mass = np.ones(len(y)) if weight is None else weight * (len(y) / weight.sum())
    scale = float(np.average(log_odds**2, weights=mass)) or 1.0

    def objective(point: NDArray[np.float64]) -> float:
        # Too long a step may overflow to ∞ or NaN; both count as worse.
        with np.errstate(over="ignore", invalid="ignore"):
            z = np.exp(point[0]) * log_odds + point[1]
            pull = PRIOR_ROWS * (scale * point[0] ** 2 + point[1] ** 2) / 8.0
            return float(dot(mass, log_loss_from_logits(z, label)) + pull)

    point = np.zeros(2)
    value = objective(point)
    for _ in range(50):
        slope = np.exp(point[0])
        p = sigmoid(slope * log_odds + point[1])
        first, second = mass * (p - label), mass * p * (1.0 - p)
        t = slope * log_odds
        gradient = np.array(
            [
                dot(first, t) + PRIOR_ROWS * scale * point[0] / 4.0,
                first.sum() + PRIOR_ROWS * point[1] / 4.0,
            ]
        )
        # Gauss–Newton: always positive definite, unlike the full Hessian in log-slope.
        cross = dot(second, t)
        hessian = np.array(
            [
                [dot(second, t * t) + PRIOR_ROWS * scale / 4.0, cross],
                [cross, second.sum() + PRIOR_ROWS / 4.0],
            ]
        )
        # A slope moves e-fold at most per step: forecasts near 0 ask for far more.
        step = np.linalg.solve(hessian, gradient)
        step /= max(1.0, abs(float(step[0])))
        length = 1.0
        while length > 1e-6 and not objective(point - length * step) <= value:
            length /= 2.0
        if length <= 1e-6:
            break
        point = point - length * step
        before, value = value, objective(point)
        if before - value < 1e-12 * max(1.0, abs(value)):
            break
    return Calibrator(float(np.exp(point[0])), float(point[1]))


def cross_calibrate(
    log_odds: NDArray[np.float64],
    y: NDArray[np.uint8],
    fold: NDArray[np.int16],
    weight: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Out-of-fold log-odds, each calibrated by a calibrator that was fitted on the other folds.

    Shapes (n,); with a single fold its own calibrator is used.
    """
    out = np.empty_like(log_odds)
    numbers = np.unique(fold)
    for number in numbers:
        there = fold == number
        rest = ~there if len(numbers) > 1 else there
        part = None if weight is None else weight[rest]
        out[there] = fit_calibrator(log_odds[rest], y[rest], part).apply(log_odds[there])
    return out
