"""What the report needs besides the model: out-of-fold forecasts and importances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.decisions import Decision
from trueodds.evaluation.intervals import student_t
from trueodds.model.effect import Effects


@dataclass(frozen=True)
class ColumnImportance:
    """Rise of the out-of-fold log-loss, in nats, if the column's cells are shuffled among rows.

    ``name`` is the column's; ``low`` and ``high`` are the ends of the 95 % interval of ``mean``.
    """

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """The out-of-fold forecast, one entry for each training row, in the order of the table."""

    y: NDArray[np.uint8]
    """Shape (rows,), 1 for "yes"."""
    log_odds: NDArray[np.float64]
    """Shape (rows,), nats, from members and a calibrator that did not see the row; NaN for rows
    without a forecast."""
    weight: NDArray[np.float64] | None
    """Shape (rows,), sample weights ≥ 0; None if all are 1."""
    importance: tuple[ColumnImportance, ...]
    """Most important column first; empty if no column is used."""
    decision: Decision | None = None
    """The decision by the model's costs; None if the fit was told none."""
    logistic_regression: Baseline | None = None
    """A logistic regression on the same inputs and folds; None if it has too many inputs."""
    effects: Effects | None = None
    """How the most important columns act, on some training rows; None if it was not measured."""


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
