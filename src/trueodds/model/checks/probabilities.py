"""Checks of scores: calibration, skill, and enough rows of both labels."""

from collections.abc import Iterator
from math import isfinite

from trueodds.ensemble.bounds import LEAST_LABELS
from trueodds.evaluation.scores import Scores
from trueodds.model.check import Check
from trueodds.model.checks.registry import RULES

MISCALIBRATED = 0.01
"""Level of the test of calibration."""
TRAINING_EXPLAINS = 1.5
"""A model of few training rows is a little off on all new rows. Debiased calibration errors of new
rows are no finding below this many times the error that chance makes on so many training rows."""


def score_checks(
    scores: Scores, yes: str, no: str, training: Scores | None = None
) -> Iterator[Check]:
    """Check the scores of forecasts of rows that the networks did not see.

    Parameters
    ----------
    scores
        Out-of-fold scores of a model, or scores of new rows.
    yes, no
        The labels.
    training
        The model's out-of-fold scores if ``scores`` are of new rows.
    """
    error, loss = scores.calibration_error, scores.log_loss
    least = 0.0 if training is None else TRAINING_EXPLAINS * training.calibration_error.floor
    if error.p_value < MISCALIBRATED and not error.debiased < least:
        yield RULES["TO301"].fired(
            "",
            f"the probabilities are not calibrated (p = {error.p_value:.3f}): their calibration "
            f"error is {error.value:.4f}, and a perfect forecast of this size shows "
            f"{error.floor:.4f} on average",
            "look at the reliability diagram; if these rows are newer, fit again with them",
        )
    worse = loss.low > scores.base_log_loss
    ranks = scores.auc.low > 0.5
    # Rows of one label have a base rate that is their answer: no forecast can be better.
    both = scores.base_log_loss > 0.0
    if both and (
        worse or (isfinite(loss.high) and loss.high >= scores.base_log_loss and not ranks)
    ):
        verdict = "is worse than the base rate" if worse else "shows no skill"
        yield RULES["TO302"].fired(
            "",
            f"the forecast {verdict}: log-loss {loss.value:.4f} (95 % interval {loss.low:.4f} to "
            f"{loss.high:.4f}), the base rate's {scores.base_log_loss:.4f}; AUC "
            f"{scores.auc.value:.4f} (95 % interval {scores.auc.low:.4f} to {scores.auc.high:.4f})",
            "do not use the model" if worse else "add rows, or columns that tell more",
            "failure" if worse else None,
        )
    rows, label = min((scores.positives, yes), (scores.rows - scores.positives, no))
    if rows < LEAST_LABELS:
        yield RULES["TO401"].fired(
            "",
            f'only {rows:,} of {scores.rows:,} scored rows are "{label}": scores are rough, and '
            f"forecasts have no bounds with fewer than {LEAST_LABELS}",
            "add rows with this label",
        )
