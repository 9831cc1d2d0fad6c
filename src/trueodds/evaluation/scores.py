"""Proper scores of a forecast, each with its interval, beside the base rate's."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.auc import auc
from trueodds.evaluation.calibration_error import DRAWS, CalibrationError, calibration_error
from trueodds.evaluation.intervals import (
    Interval,
    auc_interval,
    effective_number,
    loss_interval,
)
from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid

__all__ = ["CalibrationError", "Interval", "Scores", "score"]


@dataclass(frozen=True, repr=False)
class Scores:
    """Scores of probabilities against labels; lower is better for all but ``auc``."""

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
    """What the log-loss is below the plain mean of the rows' losses, nats: the model forecasts by
    the mean of more networks than forecast a row here (see `score`)."""
    clusters: int = 0
    """Groups or blocks of time that the intervals count; 0 where they count rows."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header and ``--json``."""
        return asdict(self)

    def __repr__(self) -> str:
        """Every score in a line, with what it is compared to."""
        error = self.calibration_error
        counted = f", {self.clusters:,} clusters" if self.clusters else ""
        return (
            f"Scores of {self.rows:,} rows{counted}, {self.positives:,} of them yes:\n"
            f"  log-loss {self.log_loss}, base rate's {self.base_log_loss:.4f}\n"
            f"  Brier score {self.brier}, base rate's {self.base_brier:.4f}\n"
            f"  AUC {self.auc}\n"
            f"  calibration error {_told(error.value)}, a perfect forecast's {_told(error.floor)}, "
            f"debiased {_told(error.debiased)}, "
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
        Shape (n,), the forecast's log-odds in nats, finite.
    sample_weight
        Shape (n,), ≥ 0, sum > 0; None for equal weights.
    clusters
        Shape (n,), an integer for every row: its group, or its block of time (`time_blocks`).
        Intervals and the calibration test then take clusters for independent, not rows.
    folds
        Shape (n,), the fold of each row when the forecasts of different folds come from different
        models: AUC then counts only pairs of rows of one fold. Folds that are not stratified pull
        the AUC of all pairs below the truth: a fold with more yes is forecast by models that saw
        fewer. The calibration test takes the slope within folds for the same reason.
    averaged_variance
        Shape (n,), squared nats: how much less the variance of the log-odds is when the model
        forecasts a new row by the mean of more networks than forecast the row here. Log-loss and
        Brier score are those of the mean of all: less by p(1 − p)/2 and by (p(1 − p))² times this
        variance, the second-order gain of a mean (Krogh & Vedelsby 1995, "ambiguity"). The gain
        takes no label. Needs ``log_odds`` that are calibrated. The gain is at most half the score:
        where labels are nearly certain the second order may exceed the score itself.
    training_variance
        Shape (n,), squared nats: the variance of the log-odds over other training rows, where the
        rows scored are also those that train the forecasts of the others. A label then counts
        twice: as one to forecast, and in the forecasts of other rows. On noise both weigh the same
        and double the variance of a score (cf. Bates, Hastie & Tibshirani 2023). Intervals take the
        second part from this variance, and no less than from `noise_part`.
    draws
        Most draws of a perfect forecast, for the floor of the calibration error and its p-value.
    seed
        Of these draws.

    Returns
    -------
    Scores
        ``auc`` is NaN when there is no pair of a yes and a no. An interval is NaN for fewer than 2
        independent rows or clusters; see `intervals` for how it is made, and `CalibrationError`.
    """
    label = y.astype(np.float64)
    mass = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    units = None if clusters is None else np.unique(clusters, return_inverse=True)[1]

    def per_unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values if units is None else np.bincount(units, values).astype(np.float64)

    def loss(
        losses: NDArray[np.float64],
        gain: NDArray[np.float64],
        second: NDArray[np.float64],
        most: float = np.inf,
    ) -> Interval:
        share = mass / mass.sum()
        losses = losses - gain * _trusted(float(dot(share, gain)), float(dot(share, losses)))
        value = float(dot(share, losses))
        pull = share * (losses - value)
        pull *= _stretch(float(np.square(pull).sum()), float(dot(np.square(share), second)))
        return loss_interval(value, per_unit(pull), effective_number(per_unit(mass)), most)

    rate = float(np.average(label, weights=mass))
    p = sigmoid(log_odds)
    slope = p * (1.0 - p)
    gained = np.zeros(len(y)) if averaged_variance is None else averaged_variance
    losses = functions.log_loss_from_logits(log_odds, label)
    varies = np.zeros(len(y))
    if training_variance is not None:
        about = np.square(log_odds - np.average(log_odds, weights=mass))
        noise = noise_part(_entropy(rate) - float(np.average(losses, weights=mass)), slope, about)
        # The mean counts: single rows tell little.
        least = noise * float(np.average(about, weights=mass))
        varies = np.full(len(y), max(float(np.average(training_variance, weights=mass)), least))
    ranked, pull = auc(y, log_odds, mass, folds)
    pull *= _stretch(float(log_odds.var()), min(float(varies.mean()), float(log_odds.var())))
    rarer = min(effective_number(per_unit(mass * (y == label_of))) for label_of in (0, 1))
    return Scores(
        rows=len(y),
        positives=int(y.sum()),
        base_rate=rate,
        log_loss=loss(losses, 0.5 * slope * gained, slope * varies),
        brier=loss(
            np.square(p - label), np.square(slope) * gained, 4.0 * slope**3 * varies, most=1.0
        ),
        auc=auc_interval(ranked, per_unit(pull), rarer),
        calibration_error=calibration_error(y, log_odds, mass, units, draws, seed, folds),
        base_log_loss=_entropy(rate),
        base_brier=rate * (1.0 - rate),
        averaging_gain=float(np.average(0.5 * slope * gained, weights=mass)),
        clusters=0 if units is None else int(units.max()) + 1,
    )


def _told(figure: float) -> str:
    return "not defined" if np.isnan(figure) else f"{figure:.4f}"


def noise_part(gain: float, slope: NDArray[np.float64], about: NDArray[np.float64]) -> float:
    """Part of the forecasts' spread that tells nothing of the labels, 0 to 1.

    Forecasts that are right lower the log-loss of the base rate by half their variance times
    p(1 − p), to second order.

    Parameters
    ----------
    gain
        By how much the log-loss is below the base rate's, nats.
    slope, about
        Shape (n,): p(1 − p), and the squared distance of the log-odds from their mean.
    """
    whole = 0.5 * float(np.mean(slope * about))
    return float(np.clip(1.0 - gain / whole, 0.0, 1.0)) if whole > 0.0 else 0.0


def _trusted(gain: float, loss: float) -> float:
    """Part of a mean gain that is taken, 0 to 1: the gain then is at most half the loss."""
    return min(1.0, 0.5 * loss / gain) if gain > 0.0 else 1.0


def _stretch(variance: float, more: float) -> float:
    """Factor of a standard error when more variance joins this."""
    return float(np.sqrt(1.0 + more / variance)) if variance > 0.0 else 1.0


def _entropy(rate: float) -> float:
    """Log-loss of forecasting the rate itself, nats."""
    if rate in (0.0, 1.0):
        return 0.0
    return float(-rate * np.log(rate) - (1.0 - rate) * np.log1p(-rate))
