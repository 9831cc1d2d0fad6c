"""Permutation importance: the rise of the loss if a column's cells are shuffled (Breiman 2001)."""

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.ensemble.ensemble import Ensemble
from trueodds.ensemble.on_rows import on_rows
from trueodds.ensemble.used_members import members_of, slopes_of
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember

Float = NDArray[np.float64]

ROWS = 4096
"""Most rows of a fold that are used."""
CELLS = 1 << 18
"""Most cells, rows × columns, that are shuffled in a fold; `LEAST_ROWS` come first."""
LEAST_ROWS = 256
"""Rows of a fold that are used even if they exceed `CELLS`."""


def column_importance(
    ensemble: Ensemble,
    data: TrainingData,
    y: NDArray[np.uint8],
    sample_weight: Float | None,
    seed: int,
) -> tuple[Float, Float]:
    """Rise of the out-of-fold log-loss, nats, and its standard error over the folds.

    In every fold the cells of a column are shuffled once among the rows left out, and all members
    of the fold forecast these rows.

    Parameters
    ----------
    ensemble, data
        The members with their weights, and their training data.
    y, sample_weight
        Shape (rows,): labels 0 or 1; weights ≥ 0, or None.
    seed
        Source of the shuffles.

    Returns
    -------
    rise
        Mean rise over the folds, shape (columns,).
    error
        Its standard error, shape (columns,); 0 for a single fold.
    """
    folds = data.folds
    rises = []
    for fold in range(folds.held):
        members = members_of(ensemble, fold)
        if members:
            rises.append(_rises(ensemble, data, fold, members, y, sample_weight, seed))
    each = np.stack(rises)
    # All partitions have the same rows: their folds are not independent.
    count = min(len(each), folds.each)
    error = each.std(axis=0, ddof=1) / count**0.5 if len(each) > 1 else np.zeros(each.shape[1])
    return each.mean(axis=0), error


def _rises(
    ensemble: Ensemble,
    data: TrainingData,
    fold: int,
    members: list[TrainedMember],
    y: NDArray[np.uint8],
    sample_weight: Float | None,
    seed: int,
) -> Float:
    rng = np.random.default_rng([seed, 5, fold])
    columns = data.columns
    most = min(ROWS, max(LEAST_ROWS, CELLS // max(1, len(columns))))
    held = data.folds.held_out(fold)
    rows = np.sort(rng.permutation(held)[:most])
    label = y[rows].astype(np.float64)
    weight = None if sample_weight is None else sample_weight[rows]
    X = data.inputs(fold, rows).astype(np.float64)
    networks = [on_rows(member, X) for member in members]
    slopes = slopes_of(ensemble, members)
    shift = ensemble.stack.shift - ensemble.stack.slopes.sum() * data.base_log_odds(fold)

    def loss(shuffled: Float | None, positions: NDArray[np.int64]) -> float:
        z = shift + sum(
            slope * network.log_odds(shuffled, positions)
            for slope, network in zip(slopes, networks, strict=True)
        )
        return float(
            np.average(functions.log_loss_from_logits(np.asarray(z), label), weights=weight)
        )

    plain = loss(None, np.zeros(0, np.int64))
    out = np.zeros(len(columns))
    for number, positions in enumerate(columns):
        order = rng.permutation(len(X))
        if len(positions):
            change = X[np.ix_(order, positions)] - X[:, positions]
            out[number] = loss(change, positions) - plain
    return out
