"""What the report draws beyond the model itself: out-of-fold forecasts and importances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.intervals import student_t


@dataclass(frozen=True)
class ColumnImportance:
    """Rise of the out-of-fold log-loss (nats) when the column's cells are shuffled among rows."""

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """The out-of-fold forecast, one entry a training row, in the table's order."""

    y: NDArray[np.uint8]
    """Shape (rows,), 1 for "yes"."""
    log_odds: NDArray[np.float64]
    """Shape (rows,), calibrated, from members (and a calibrator) that did not see the row."""
    weight: NDArray[np.float64] | None
    """Shape (rows,), sample weights, or None when all are 1."""
    importance: tuple[ColumnImportance, ...]
    """Most important first; empty when there is no usable column."""


def column_importances(
    names: Sequence[str], mean: NDArray[np.float64], error: NDArray[np.float64], folds: int
) -> tuple[ColumnImportance, ...]:
    """Most important first, with 95 % intervals by Student's t of the standard error over folds."""
    half = student_t(folds) * error
    order = np.argsort(-mean, kind="stable")
    return tuple(
        ColumnImportance(
            names[i], float(mean[i]), float(mean[i] - half[i]), float(mean[i] + half[i])
        )
        for i in order
    )
