"""Proper scores of a forecast, each with its interval, beside the base rate's."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.auc import auc
from trueodds.calibration.calibration_error import DRAWS, CalibrationError, calibration_error
from trueodds.calibration.intervals import (
    Interval,
    auc_interval,
    effective_number,
    loss_interval,
)
from trueodds.calibration.sums import dot
from trueodds.functions import log_loss_from_logits
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
            f"  calibration error {error.value:.4f}, a perfect forecast's {error.floor:.4f}, "
            f"debiased {error.debiased:.4f}, p = {error.p_value:.3g}"
        )


def score(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
    *,
    clusters: NDArray[np.int64] | None = None,
    folds: NDArray[np.integer] | None = None,
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
        fewer.
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

    def loss(losses: NDArray[np.float64]) -> Interval:
        total = mass.sum()
        value = float(dot(mass, losses) / total)
        pull = mass * (losses - value) / total
        return loss_interval(value, per_unit(pull), effective_number(per_unit(mass)))

    ranked, pull = auc(y, log_odds, mass, folds)
    rarer = min(effective_number(per_unit(mass * (y == label_of))) for label_of in (0, 1))
    rate = float(np.average(label, weights=mass))
    return Scores(
        rows=len(y),
        positives=int(y.sum()),
        base_rate=rate,
        log_loss=loss(log_loss_from_logits(log_odds, label)),
        brier=loss(np.square(sigmoid(log_odds) - label)),
        auc=auc_interval(ranked, per_unit(pull), rarer),
        calibration_error=calibration_error(y, log_odds, mass, units, draws, seed),
        base_log_loss=_entropy(rate),
        base_brier=rate * (1.0 - rate),
        clusters=0 if units is None else int(units.max()) + 1,
    )


def _entropy(rate: float) -> float:
    """Log-loss of forecasting the rate itself, nats."""
    if rate in (0.0, 1.0):
        return 0.0
    return float(-rate * np.log(rate) - (1.0 - rate) * np.log1p(-rate))
