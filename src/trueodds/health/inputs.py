"""Measures of the inputs before training: size, constants, columns that give the label away."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.auc import auc
from trueodds.health.health_record import InputState
from trueodds.health.state import rounded

MOST_ROWS = 2048
"""Rows, evenly spaced, on which the AUC of a single column is measured."""


def measure_inputs(
    X: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]] | None = None
) -> InputState:
    """Return the state of the inputs.

    Parameters
    ----------
    X
        Shape (rows, columns), rows ≥ 1.
    y
        Labels, shape (rows,), 0 or 1. Without them every AUC counts as 0.5.
    """
    with np.errstate(all="ignore"):
        sizes = np.sqrt(np.mean(np.square(X, dtype=np.float64), axis=0))
        sizes = np.where(np.isfinite(sizes), sizes, np.inf)
    constant = np.flatnonzero((X[:1] == X).all(axis=0)) if len(X) > 1 else np.zeros(0, np.int64)
    areas = np.full(X.shape[1], 0.5) if y is None else areas_alone(X, y)
    best = int(areas.argmax())
    return InputState(
        largest=rounded(float(sizes.max())),
        largest_at=int(sizes.argmax()),
        reach=rounded(float(np.abs(X).max())),
        constant=tuple(int(index) for index in constant),
        telling=rounded(float(areas[best]), 6),
        telling_at=best,
    )


def areas_alone(X: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Area under the ROC curve of every column alone, in either direction.

    X has shape (rows, columns), y shape (rows,); the result shape (columns,), in [0.5, 1].
    """
    rows = np.unique(np.linspace(0, len(X) - 1, min(len(X), MOST_ROWS)).round().astype(np.int64))
    X, yes = X[rows], y[rows] > 0.5
    if yes.all() or not yes.any():
        return np.full(X.shape[1], 0.5)
    areas = np.empty(X.shape[1])
    for index in range(X.shape[1]):
        area = auc(X[:, index].astype(np.float64), yes.astype(np.uint8))
        areas[index] = max(area, 1.0 - area)
    return areas
