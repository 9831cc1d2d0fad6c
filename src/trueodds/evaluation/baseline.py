"""A second forecast of the same rows beside the model's: how much lower the model's loss is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.intervals import Interval, effective_number, mean_interval
from trueodds.evaluation.sums import dot
from trueodds.evaluation.weighted_auc import weighted_auc
from trueodds.functions.portable import sigmoid

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores of a simpler forecast, out-of-fold on the rows of the model's scores."""

    log_loss: float
    """Nats."""
    brier: float
    auc: float
    difference: Interval
    """Its log-loss less the model's on the same rows, nats; above 0 where the model is better."""

    @property
    def verdict(self) -> str:
        """Whether the model is "better" or "worse" than chance explains, or "same"."""
        if self.difference.low > 0.0:
            return "better"
        return "worse" if self.difference.high < 0.0 else "same"


def compare(
    y: NDArray[np.uint8],
    log_odds: Float,
    other: Float,
    model_log_loss: float,
    sample_weight: Float | None = None,
    *,
    clusters: NDArray[np.int64] | None = None,
    folds: NDArray[np.integer] | None = None,
) -> Baseline:
    """Score another forecast of the rows, and its difference from the model's.

    The losses of both forecasts of a row are subtracted first, so that what makes a row hard for
    both drops out. With K folds the rows that are scored train the forecasts of other folds: the
    variance is multiplied by 1 + K/(K − 1) (Nadeau & Bengio 2003).

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes".
    log_odds, other
        Shape (n,): the model's and the other forecast, nats, finite.
    model_log_loss
        The model's log-loss as it is reported (`trueodds.evaluation.scores.Scores`), nats.
    sample_weight, clusters, folds
        As for `trueodds.evaluation.scores.score`.
    """
    label = y.astype(np.float64)
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    part = weight / weight.sum()
    losses = functions.log_loss_from_logits(other, label)
    apart = losses - functions.log_loss_from_logits(log_odds, label)
    influence = part * (apart - float(dot(part, apart)))
    if folds is not None and (count := len(np.unique(folds))) > 1:
        influence *= np.sqrt(1.0 + count / (count - 1.0))
    counted = weight
    if clusters is not None:
        units = np.unique(clusters, return_inverse=True)[1]
        influence = np.bincount(units, influence).astype(np.float64)
        counted = np.bincount(units, weight).astype(np.float64)
    log_loss = float(dot(part, losses))
    return Baseline(
        log_loss=log_loss,
        brier=float(dot(part, np.square(sigmoid(other) - label))),
        auc=weighted_auc(y, other, weight, folds)[0],
        difference=mean_interval(log_loss - model_log_loss, influence, effective_number(counted)),
    )
