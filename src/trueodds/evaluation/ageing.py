"""Intervals by time that allow for the age of the model."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.scores import Scores
from trueodds.evaluation.weighted_auc import weighted_auc
from trueodds.functions.portable import sigmoid

Float = NDArray[np.float64]


def allow_for_age(
    scores: Scores,
    y: NDArray[np.uint8],
    fresh: Float,
    older: Float,
    sample_weight: Float | None,
    folds: NDArray[np.integer],
    steps: float,
) -> tuple[Scores, float]:
    """Widen the intervals of scores to the side where an older model would be.

    The model meets rows that lie further from its training rows than the scored rows lie from
    theirs, because its training rows reach further back. Forecasts of one fold more of age, on the
    same rows, show what this may cost. They also have fewer training rows, which cannot be told
    apart from age within one table. So the score stays as it is, and only its interval grows.

    Parameters
    ----------
    scores
        Of the rows.
    y
        Shape (n,), 1 for "yes".
    fresh, older
        Shape (n,), log-odds, nats: two forecasts, the second one fold older. Rows where one is NaN
        do not count.
    sample_weight
        Shape (n,), ≥ 0, or None.
    folds
        Shape (n,): AUC counts pairs of rows of one fold.
    steps
        Age, in folds, by which the model exceeds the forecasts that are scored.

    Returns
    -------
    scores
        With an upper end of log-loss and Brier score, and a lower end of AUC, moved by ``steps``
        times the loss by one fold of age, where there is one.
    rise
        How far the upper end of the log-loss moved, nats, ≥ 0.
    """
    known = np.isfinite(fresh) & np.isfinite(older)
    if not known.any():
        return scores, 0.0
    y, fresh, older, folds = y[known], fresh[known], older[known], folds[known]
    weight = np.ones(len(y)) if sample_weight is None else sample_weight[known]
    if not weight.sum() > 0.0:
        return scores, 0.0
    label = y.astype(np.float64)

    def rise(of_fresh: Float, of_older: Float) -> float:
        return steps * max(0.0, float(np.average(of_older - of_fresh, weights=weight)))

    log_loss = rise(*(functions.log_loss_from_logits(z, label) for z in (fresh, older)))
    brier = rise(*(np.square(sigmoid(z) - label) for z in (fresh, older)))
    newer, aged = (weighted_auc(y, z, weight, folds)[0] for z in (fresh, older))
    fall = steps * max(0.0, newer - aged) if np.isfinite(newer - aged) else 0.0
    moved = replace(
        scores,
        log_loss=_moved(scores.log_loss, 0.0, log_loss, np.inf),
        brier=_moved(scores.brier, 0.0, brier, 1.0),
        auc=_moved(scores.auc, fall, 0.0, 1.0),
    )
    return moved, log_loss


def _moved(interval: Interval, down: float, up: float, most: float) -> Interval:
    low, high = np.maximum(interval.low - down, 0.0), np.minimum(interval.high + up, most)
    return Interval(interval.value, float(low), float(high))
