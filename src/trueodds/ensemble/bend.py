"""A calibrator's second slope: above a knot the calibrated log-odds rise more or less steeply.

A single slope cannot tell forecasts that are too timid for likely rows and right for unlikely ones.
The bend is taken only where it lowers the log-loss of rows that did not fit it (nested
out-of-fold), by more than the standard error of this gain.
"""

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.ensemble.calibrator import Bend, Calibrator, fit_slopes
from trueodds.ensemble.stacking import Stack
from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid

Float = NDArray[np.float64]

LEAST_GAIN = 1.0
"""The bend is taken if it gains more than this number of standard errors."""


def bent(
    stack: Stack,
    log_odds: Float,
    y: NDArray[np.uint8],
    sample_weight: Float | None,
    fold: NDArray[np.int64],
) -> Stack:
    """Give a stack a bend if out-of-fold rows gain by it.

    Parameters
    ----------
    stack
        A stack without a bend, fitted to these rows.
    log_odds
        Shape (n, forecasts), nats: what the stack was fitted to.
    y, sample_weight
        Shape (n,): labels 0 or 1; weights ≥ 0, or None for equal weights.
    fold
        Shape (n,): the fold of each row. A bend is judged on the rows of each fold in turn, after
        it was fitted to the rows of the others.
    """
    z = stack.apply(log_odds)
    if _gain(z, y, sample_weight, fold) <= LEAST_GAIN:
        return stack
    found = fit_bend(z, y, sample_weight)
    return Stack(
        stack.slopes * found.slope, stack.shift * found.slope + found.shift, bend=found.bend
    )


def fit_bend(z: Float, y: NDArray[np.uint8], sample_weight: Float | None = None) -> Calibrator:
    """Fit two slopes and a shift of least log-loss to log-odds z of shape (n,).

    The knot halves the information of the rows, Σ p(1 − p). Few rows are pulled to no bend.
    """
    knot = _middle(z, sample_weight)
    above = np.maximum(z - knot, 0.0)
    # The plain mean of these two is z, to which `fit_slopes` pulls.
    slopes, shift = fit_slopes(2.0 * np.stack([z - above, above], axis=1), y, sample_weight)
    slope = 2.0 * float(slopes[0])
    return Calibrator(slope, shift, Bend(slope * knot + shift, float(slopes[1] / slopes[0]) - 1.0))


def _gain(
    z: Float, y: NDArray[np.uint8], sample_weight: Float | None, fold: NDArray[np.int64]
) -> float:
    """By how many standard errors a bend lowers the log-loss of rows that did not fit it."""
    gains = np.zeros(len(z))
    for number in np.unique(fold):
        there, rest = fold == number, fold != number
        if not rest.any() or len(np.unique(y[rest])) < 2:
            return 0.0
        weight = None if sample_weight is None else sample_weight[rest]
        label = y[there].astype(np.float64)
        slopes, shift = fit_slopes(z[rest, None], y[rest], weight)
        plain = functions.log_loss_from_logits(slopes[0] * z[there] + shift, label)
        found = fit_bend(z[rest], y[rest], weight)
        bent = functions.log_loss_from_logits(found.apply(z[there]), label)
        gains[there] = plain - bent
    weight = np.ones(len(z)) if sample_weight is None else sample_weight
    total = float(weight.sum())
    mean = float(dot(weight, gains)) / total
    error = float(np.sqrt(np.sum(np.square(weight * (gains - mean))))) / total
    return mean / error if error > 0.0 else 0.0


def _middle(z: Float, sample_weight: Float | None) -> float:
    """The log-odds with half of the information, Σ p(1 − p), on either side."""
    p = sigmoid(z)
    information = p * (1.0 - p) * (1.0 if sample_weight is None else sample_weight)
    order = np.argsort(z, kind="stable")
    sums = np.cumsum(information[order])
    return float(z[order[int(np.searchsorted(sums, 0.5 * sums[-1]))]])
