"""The evidence of training: out-of-fold forecasts and importances."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.intervals import student_t
from trueodds.evaluation.scores import Scores
from trueodds.model import Model
from trueodds.model.check import Check
from trueodds.report.evidence import ColumnImportance, Evidence

__all__ = ["ColumnImportance", "OutOfFold", "column_importances"]


class OutOfFold(Evidence):
    """Out-of-fold forecasts of the training rows, in the order of the table.

    Networks and a calibrator that did not see a row forecast it; rows that none forecast have NaN.

    Examples
    --------
    >>> isinstance(evidence, trueodds.report.OutOfFold), len(evidence.y)
    (True, 800)
    """

    forecasts = "the out-of-fold forecasts"
    where = "out of fold"
    kicker = "trueodds report"
    by_folds = True

    @property
    def told(self) -> str:
        """That networks which had not seen a row forecast it."""
        return (
            "All scores and charts of the forecast use out-of-fold forecasts: only members that "
            "had not seen a row forecast it."
        )

    def costs_of(self, model: Model) -> Costs | None:
        """The model's costs, if the rows were decided by them."""
        return None if self.decision is None else model.costs

    def scores_of(self, model: Model) -> Scores:
        """The model's own scores."""
        return model.scores

    def training_scores(self) -> Scores | None:
        """None, as they are the scores of the rows."""
        return None

    def checks_of(self, model: Model) -> tuple[Check, ...]:
        """All checks of the model."""
        return model.checks()


def column_importances(
    names: Sequence[str], mean: NDArray[np.float64], error: NDArray[np.float64], folds: int
) -> tuple[ColumnImportance, ...]:
    """Importances with 95 % intervals, the most important column first.

    Parameters
    ----------
    names
        Names of the columns.
    mean, error
        Mean rise of the log-loss over the folds and its standard error, shape (columns,).
    folds
        Number of folds, which gives the degrees of freedom of Student's t.
    """
    half = student_t(folds) * error
    order = np.argsort(-mean, kind="stable")
    return tuple(
        ColumnImportance(
            names[i], float(mean[i]), float(mean[i] - half[i]), float(mean[i] + half[i])
        )
        for i in order
    )
