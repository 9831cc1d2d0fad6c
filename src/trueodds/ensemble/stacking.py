"""Stacking (Wolpert 1992): weights of several forecasts and a calibrator, fitted together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.ensemble.calibrator import Calibrator, fit_slopes
from trueodds.evaluation.intervals import effective_number
from trueodds.evaluation.sums import dot, weighted_sum

LEAST = 0.02
"""A forecast is left out if its slope is below this fraction of all slopes."""
GAIN_STEPS = 2
"""Times that slopes are fitted anew with what averaging gains at the slopes before. The gain itself
is a square, which for large slopes is more than the loss and has no maximum."""
MOST_GAIN = 0.05
"""Most that the mean over the folds may gain, of the loss: more is beyond the second order."""
LEAST_SHRUNK = 0.01
"""Least factor of the slopes, whatever the labels say; more than 0 keeps the order of the rows."""


@dataclass(frozen=True, eq=False)
class Stack:
    """z ↦ z @ slopes + shift; a slope of 0 leaves a forecast out."""

    slopes: NDArray[np.float64]
    """Shape (forecasts,), ≥ 0, some above 0."""
    shift: float

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weights of the forecasts, shape (forecasts,), sum 1."""
        return np.asarray(self.slopes / self.slopes.sum())

    @property
    def calibrator(self) -> Calibrator:
        """From the weighted mean of the forecasts to calibrated log-odds."""
        return Calibrator(float(self.slopes.sum()), self.shift)

    def apply(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, nats: (rows, forecasts) → (rows,)."""
        return self.calibrator.apply(weighted_sum(log_odds, self.weights))


def fit_stack(
    log_odds: NDArray[np.float64],
    y: NDArray[np.uint8],
    sample_weight: NDArray[np.float64] | None,
    removed: NDArray[np.float64] | None = None,
) -> Stack:
    """Fit slopes and a shift of least log-loss, without forecasts of little use, then shrink them.

    The slopes are shrunk toward 0 and the forecast toward the base rate, as `shrinkage` says.

    Parameters
    ----------
    log_odds
        Shape (rows, forecasts), nats, of rows that no forecast was trained on, without the log-odds
        of the base rate.
    y, sample_weight
        Shape (rows,): labels 0 or 1; weights ≥ 0, or None for equal weights.
    removed
        Shape (forecasts, forecasts), R: by w'Rw/2 nats a row the loss with slopes w is lower where
        the slopes are used (`trueodds.ensemble.between_folds`); None for 0.
    """
    if removed is None:
        removed = np.zeros((log_odds.shape[1], log_odds.shape[1]))
    yes = float(np.average(y, weights=sample_weight)) * len(y)
    base = float(np.log((yes + 0.5) / (len(y) - yes + 0.5)))
    kept = np.arange(log_odds.shape[1])
    while True:
        forecasts = log_odds[:, kept]
        slopes, shift = fit_slopes(forecasts, y, sample_weight, base)
        of_kept = removed[np.ix_(kept, kept)]
        for _ in range(GAIN_STEPS if of_kept.any() else 0):
            loss = _loss(weighted_sum(forecasts, slopes) + shift, y, sample_weight)
            gained, _ = _gain_of_mean(of_kept, slopes, loss)
            slopes, shift = fit_slopes(forecasts, y, sample_weight, base, gained, (slopes, shift))
        useful = slopes >= LEAST * slopes.sum()
        if useful.all():
            out = np.zeros(log_odds.shape[1])
            out[kept] = slopes
            loss = _loss(weighted_sum(forecasts, slopes) + shift, y, sample_weight)
            _, gain = _gain_of_mean(of_kept, slopes, loss)
            factor = shrinkage(loss - gain, y, sample_weight, base, len(out))
            return Stack(out * factor, base + (shift - base) * factor)
        kept = kept[useful]


def shrinkage(
    loss: float,
    y: NDArray[np.uint8],
    sample_weight: NDArray[np.float64] | None,
    base: float,
    fitted: int,
) -> float:
    """Factor of slopes fitted to labels, in [`LEAST_SHRUNK`, 1).

    With nothing to learn, twice the log-likelihood that k fitted slopes gain over the base rate is
    about k. The factor is 1 − k/gain if that is positive (James & Stein 1961; Breiman 1995, the
    garrote of all slopes together). It is near 1 where the rows are many or the gain is large.

    Parameters
    ----------
    loss
        Mean log-loss of the fitted forecast, nats, less what the mean over the folds gains.
    y, sample_weight
        As in `fit_stack`. Uneven weights count as fewer rows (Kish).
    base
        Log-odds of the base rate.
    fitted
        Number of slopes, those that were left out included.
    """
    of_base = _loss(np.full(len(y), base), y, sample_weight)
    rows = len(y) if sample_weight is None else effective_number(sample_weight)
    gain = 2.0 * rows * (of_base - loss)
    return max(LEAST_SHRUNK, 1.0 - fitted / gain) if gain > 0.0 else LEAST_SHRUNK


def _gain_of_mean(
    removed: NDArray[np.float64], slopes: NDArray[np.float64], loss: float
) -> tuple[NDArray[np.float64], float]:
    """Rw and w'Rw/2 in nats, scaled so that the second is at most `MOST_GAIN` of the loss."""
    gradient = np.array([dot(row, slopes) for row in removed])
    gain = 0.5 * float(dot(slopes, gradient))
    usable = min(1.0, MOST_GAIN * loss / gain) if gain > 0.0 else 0.0
    return gradient * usable, usable * gain


def _loss(
    log_odds: NDArray[np.float64], y: NDArray[np.uint8], sample_weight: NDArray[np.float64] | None
) -> float:
    """Weighted mean log-loss, nats."""
    each = functions.log_loss_from_logits(log_odds, y.astype(np.float64))
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    return float(dot(weight, each) / weight.sum())
