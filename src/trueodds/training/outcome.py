"""What all members together say of the training rows: out-of-fold log-odds and importances."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember


def out_of_fold(trained: Sequence[TrainedMember], folds: Folds) -> NDArray[np.float64]:
    """Mean log-odds of each row from the members that did not see it.

    Shape (rows,), float64; NaN for rows that every member saw (folds by time).
    """
    total = np.zeros(len(folds.of_row))
    count = np.zeros(len(folds.of_row))
    for member in trained:
        rows = folds.held_out(member.record.fold)
        total[rows] += member.log_odds
        count[rows] += 1.0
    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)


def importance_summary(
    trained: Sequence[TrainedMember],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard error over members of each column's importance, shapes (columns,)."""
    each = np.stack([member.importance for member in trained])
    error = (
        each.std(axis=0, ddof=1) / len(each) ** 0.5 if len(each) > 1 else np.zeros(each.shape[1])
    )
    return each.mean(axis=0), error
