"""Permutation importance: the rise of the loss if a column's cells are shuffled (Breiman 2001)."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.ensemble.ensemble import Ensemble
from trueodds.network.activations import activate
from trueodds.network.forward import log_odds
from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits
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
    used = ensemble.stack.slopes > 0.0
    rises = []
    for fold in range(folds.held):
        members = [
            member
            for member in ensemble.members
            if member.record.fold == fold
            and used[ensemble.held_out.kinds.index(member.record.sort)]
        ]
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
    networks = [_on_rows(member, X) for member in members]
    slopes = _slopes(ensemble, members)
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


def _slopes(ensemble: Ensemble, members: list[TrainedMember]) -> Float:
    """Slopes of a fold's members, with the same sum as those of the ensemble."""
    kinds = [ensemble.held_out.kinds.index(member.record.sort) for member in members]
    count = np.bincount(kinds, minlength=len(ensemble.stack.slopes))
    slopes = np.array([ensemble.stack.slopes[kind] / count[kind] for kind in kinds])
    return np.asarray(slopes * (ensemble.stack.slopes.sum() / slopes.sum()))


class _OnRows(Protocol):
    """A member on fixed rows; it computes only the changes of its first layer."""

    def log_odds(self, change: Float | None, positions: NDArray[np.int64]) -> Float:
        """Log-odds of the rows after a change (rows, positions) of some inputs."""


def _on_rows(member: TrainedMember, X: Float) -> _OnRows:
    layout = member.layout
    if isinstance(layout, SoftSplits):
        return _Soft(layout, member.parameters, X)
    return _Mlp(layout, member.parameters, X)


class _Soft:
    """Soft splits, whose first layer are the gates' sums."""

    def __init__(self, layout: SoftSplits, parameters: NDArray[np.float32], X: Float) -> None:
        self._engine = SoftEngine(layout, parameters)
        self._weights = layout.gate_weights(parameters)
        self._sums = self._engine.sums(X.astype(np.float32))
        self._plain = self._onward(self._sums)

    def log_odds(self, change: Float | None, positions: NDArray[np.int64]) -> Float:
        if change is None:
            return self._plain
        weights = self._weights[positions]
        if not weights.any():
            return self._plain
        return self._onward(self._sums + weights.T @ change.T.astype(np.float32))

    def _onward(self, sums: NDArray[np.float32]) -> Float:
        return self._engine.log_odds_of(sums).astype(np.float64)


class _Mlp:
    """Layers of units."""

    def __init__(self, layout: Layout, parameters: NDArray[np.float32], X: Float) -> None:
        flat = parameters.astype(np.float64)
        self._activation = layout.activation
        self._weights, self._biases = layout.weights(flat), layout.biases(flat)
        self._first = X @ self._weights[0] + self._biases[0]
        self._plain = self._onward(self._first)

    def log_odds(self, change: Float | None, positions: NDArray[np.int64]) -> Float:
        if change is None:
            return self._plain
        weights = self._weights[0][positions]
        if not weights.any():
            return self._plain
        return self._onward(self._first + change @ weights)

    def _onward(self, first: Float) -> Float:
        if len(self._weights) == 1:
            return np.asarray(first[:, 0])
        A = activate(first, self._activation)
        return log_odds(A, self._weights[1:], self._biases[1:], self._activation)
