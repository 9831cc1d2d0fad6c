"""What all members together say of the training rows: out-of-fold log-odds and importances."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import activate
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember
from trueodds.training.workspace import TrainingData

BLOCK = 8192
"""Rows worked on at a time."""


def out_of_fold(
    outputs: NDArray[np.float64], members: Sequence[int], folds: Folds
) -> NDArray[np.float64]:
    """Mean log-odds of each row from the members that did not see it.

    Parameters
    ----------
    outputs
        Log-odds of all rows by every member, shape (members, rows).
    members
        The fold that each member left out.

    Returns
    -------
    ndarray
        Shape (rows,), float64; NaN for rows that every member saw (folds by time).
    """
    total = np.zeros(len(folds.of_row))
    count = np.zeros(len(folds.of_row))
    for fold, output in zip(members, outputs, strict=True):
        rows = folds.held_out(fold)
        total[rows] += output[rows]
        count[rows] += 1.0
    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)


def held_out_log_odds(trained: Sequence[TrainedMember], data: TrainingData) -> NDArray[np.float64]:
    """`out_of_fold` of the members' log-odds in plain float64, shape (rows,)."""
    total, count = np.zeros(len(data.y)), np.zeros(len(data.y))
    for member in trained:
        flat = member.parameters.astype(np.float64)
        weights, biases = member.layout.weights(flat), member.layout.biases(flat)
        rows = data.folds.held_out(member.record.fold)
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            A = data.inputs(member.record.fold, part).astype(np.float64)
            for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
                A = activate(A @ weight + bias, member.layout.activation)
            total[part] += A @ weights[-1][:, 0] + biases[-1][0]
            count[part] += 1.0
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
