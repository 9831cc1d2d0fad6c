"""Proper scores of a forecast, each with its interval, and those of the base rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.calibration_error import DRAWS, CalibrationError, calibration_error
from trueodds.evaluation.intervals import (
    Interval,
    effective_number,
    fraction_interval,
    loss_interval,
)
from trueodds.evaluation.sums import dot
from trueodds.evaluation.weighted_auc import weighted_auc
from trueodds.functions.portable import sigmoid

__all__ = ["CalibrationError", "Interval", "Scores", "score"]


@dataclass(frozen=True, slots=True, repr=False)
class Scores:
    """Scores of probabilities against labels; lower is better, except for ``auc``.

    Examples
    --------
    >>> scores = model.evaluate(labelled).scores
    >>> scores.rows, scores.positives
    (200, 64)
    """

    rows: int
    positives: int
    base_rate: float
    log_loss: Interval
    brier: Interval
    auc: Interval
    calibration_error: CalibrationError
    base_log_loss: float
    base_brier: float
    averaging_gain: float = 0.0
    """Difference of the log-loss from the plain mean of the rows' losses, nats: the model averages
    more networks than forecast a row here (see `score`)."""
    clusters: int = 0
    """Groups or blocks of time that the intervals count; 0 if they count rows."""

    def __repr__(self) -> str:
        """One line for every score, with the base rate's or a perfect forecast's."""
        error = self.calibration_error
        counted = f", {self.clusters:,} clusters" if self.clusters else ""
        return (
            f"Scores of {self.rows:,} rows{counted}, {self.positives:,} of them yes:\n"
            f"  log-loss {self.log_loss}, base rate's {self.base_log_loss:.4f}\n"
            f"  Brier score {self.brier}, base rate's {self.base_brier:.4f}\n"
            f"  AUC {self.auc}\n"
            f"  calibration error {_decimals(error.value)}, "
            f"a perfect forecast's {_decimals(error.floor)}, "
            f"debiased {_decimals(error.debiased)}, "
            + ("not tested" if np.isnan(error.p_value) else f"p = {error.p_value:.3g}")
        )


def score(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
    *,
    clusters: NDArray[np.int64] | None = None,
    folds: NDArray[np.integer] | None = None,
    averaged_variance: NDArray[np.float64] | None = None,
    training_variance: NDArray[np.float64] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Scores:
    """Score a forecast.

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes"; n ≥ 1.
    log_odds
        Shape (n,), the forecast's log-odds, nats, finite.
    sample_weight
        Shape (n,), ≥ 0, sum > 0; None for equal weights.
    clusters
        Shape (n,), an integer for every row: its group, or its block of time (`time_blocks`).
        Intervals and the calibration test then treat clusters as independent, not rows.
    folds
        Shape (n,), the fold of each row if different models forecast different folds. AUC then
        counts only pairs of rows of one fold. Over folds that are not stratified, the AUC of all
        pairs is too low: models that forecast a fold with more yes saw fewer yes. For the same
        reason the calibration test takes the slope within folds.
    averaged_variance
        Shape (n,), squared nats: the variance of the log-odds that averaging removes, as the model
        forecasts a new row by the mean of more networks than forecast the row here. Log-loss and
        Brier score are those of the mean of all networks: lower by p(1 − p)/2 and by (p(1 − p))²
        times this variance, the second-order gain of a mean (Krogh & Vedelsby 1995, "ambiguity").
        The gain uses no label and needs calibrated ``log_odds``. It is at most half the score: for
        nearly certain labels the second order may exceed the score itself.
    training_variance
        Shape (n,), squared nats: the variance of the log-odds over other training rows. It is for
        rows that are scored and that also train the forecasts of other scored rows. A label then
        counts twice: as a label to forecast, and in the forecasts of other rows. On noise both
        parts are equal and double the variance of a score (cf. Bates, Hastie & Tibshirani 2023).
        Intervals take the second part from this variance, and at least from `noise_part`.
    draws
        Most draws of a perfect forecast, for the floor of the calibration error and its p-value.
    seed
        Of these draws.

    Returns
    -------
    Scores
        ``auc`` is NaN if there is no pair of a yes and a no. An interval is NaN for fewer than 2
        independent rows or clusters; see `trueodds.evaluation.intervals` and `CalibrationError`.
    """
    label = y.astype(np.float64)
    weight = (
        np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    )
    units = None if clusters is None else np.unique(clusters, return_inverse=True)[1]

    def per_unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values if units is None else np.bincount(units, values).astype(np.float64)

    def loss(
        losses: NDArray[np.float64],
        gain: NDArray[np.float64],
        second: NDArray[np.float64],
        most: float = np.inf,
    ) -> Interval:
        part = weight / weight.sum()
        losses = losses - gain * _usable(float(dot(part, gain)), float(dot(part, losses)))
        value = float(dot(part, losses))
        influence = part * (losses - value)
        influence *= _wider(float(np.square(influence).sum()), float(dot(np.square(part), second)))
        return loss_interval(value, per_unit(influence), effective_number(per_unit(weight)), most)

    rate = float(np.average(label, weights=weight))
    p = sigmoid(log_odds)
    slope = p * (1.0 - p)
    gained = np.zeros(len(y)) if averaged_variance is None else averaged_variance
    losses = functions.log_loss_from_logits(log_odds, label)
    varies = np.zeros(len(y))
    if training_variance is not None:
        about = np.square(log_odds - np.average(log_odds, weights=weight))
        noise = noise_part(entropy(rate) - float(np.average(losses, weights=weight)), slope, about)
        # The mean counts, as the variances of single rows are uncertain.
        least = noise * float(np.average(about, weights=weight))
        varies = np.full(len(y), max(float(np.average(training_variance, weights=weight)), least))
    auc, influence = weighted_auc(y, log_odds, weight, folds)
    influence *= _wider(float(log_odds.var()), min(float(varies.mean()), float(log_odds.var())))
    rarer = min(effective_number(per_unit(weight * (y == label_of))) for label_of in (0, 1))
    return Scores(
        rows=len(y),
        positives=int(y.sum()),
        base_rate=rate,
        log_loss=loss(losses, 0.5 * slope * gained, slope * varies),
        brier=loss(
            np.square(p - label), np.square(slope) * gained, 4.0 * slope**3 * varies, most=1.0
        ),
        auc=fraction_interval(auc, per_unit(influence), rarer),
        calibration_error=calibration_error(y, log_odds, weight, units, draws, seed, folds),
        base_log_loss=entropy(rate),
        base_brier=rate * (1.0 - rate),
        averaging_gain=float(np.average(0.5 * slope * gained, weights=weight)),
        clusters=0 if units is None else int(units.max()) + 1,
    )


def _decimals(figure: float) -> str:
    return "not defined" if np.isnan(figure) else f"{figure:.4f}"


def noise_part(gain: float, slope: NDArray[np.float64], about: NDArray[np.float64]) -> float:
    """Fraction of the forecasts' spread that is noise, 0 to 1.

    To second order, the log-loss of true probabilities is below that of the base rate by half the
    variance of the log-odds times p(1 − p). The fraction is the part of this that is missing.

    Parameters
    ----------
    gain
        Log-loss of the base rate minus that of the forecasts, nats.
    slope, about
        Shape (n,): p(1 − p), and the squared distance of the log-odds from their mean.
    """
    whole = 0.5 * float(np.mean(slope * about))
    return float(np.clip(1.0 - gain / whole, 0.0, 1.0)) if whole > 0.0 else 0.0


def _usable(gain: float, loss: float) -> float:
    """Fraction of a mean gain, 0 to 1, with which the gain is at most half the loss."""
    return min(1.0, 0.5 * loss / gain) if gain > 0.0 else 1.0


def _wider(variance: float, more: float) -> float:
    """Factor of a standard error if this variance is added to its own: √(1 + more/variance)."""
    return float(np.sqrt(1.0 + more / variance)) if variance > 0.0 else 1.0


def entropy(rate: float) -> float:
    """Log-loss of forecasting the rate itself, nats."""
    if rate in (0.0, 1.0):
        return 0.0
    return float(-rate * np.log(rate) - (1.0 - rate) * np.log1p(-rate))
