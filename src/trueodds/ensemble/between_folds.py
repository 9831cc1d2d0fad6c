"""How much members that were trained on different folds differ on the same rows.

One network of a kind forecasts a row left out, but the model is the mean of those of all folds.
What they do not have in common loses most of its variance in the mean, so what is fitted to
forecasts of rows left out must know this variance. It is seen on training rows: all networks but
one have seen such a row, and they agree more on it than on a new row.

Few rows are left alone: their networks learn rows by heart, and on simulated tables of 300 rows the
correction made forecasts and scores worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.ensemble.on_rows import on_rows
from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe
from trueodds.training.training_record import Sort

Float = NDArray[np.float64]
MOST_ROWS = 2048
"""Most rows on which members are compared."""
LEAST_FOLDS = 3
"""Folds from which two networks or more have seen a row."""
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class BetweenFolds:
    """Covariances of the kinds' forecasts between folds, on some rows."""

    rows: NDArray[np.int64]
    """Numbers of the rows, shape (n,); none if nothing is known."""
    covariance: Float
    """What the mean over all folds removes, shape (n, kinds, kinds), squared nats."""
    curvature: Float
    """p(1 − p) by the mean forecast, times the sample weight, shape (n,)."""
    weight: Float
    """Sample weights, shape (n,)."""

    def removed(self, allowed: NDArray[np.bool_]) -> Float:
        """Mean of p(1 − p) times the covariance over the rows allowed, shape (kinds, kinds).

        By w'Rw/2 nats the log-loss of the mean over the folds, with slopes w, is lower than that of
        one fold's members (to second order; Krogh & Vedelsby 1995).
        """
        use = allowed[self.rows]
        factors, total = self.curvature * use, float(dot(self.weight, use.astype(np.float64)))
        kinds = self.covariance.shape[1]
        out = np.zeros((kinds, kinds))
        if total > 0.0:
            for first, second in np.ndindex(kinds, kinds):
                each = np.ascontiguousarray(self.covariance[:, first, second])
                out[first, second] = dot(factors, each) / total
        return out

    def variances(self, slopes: Float) -> Float:
        """Variance of each row's log-odds that the mean removes, squared nats, shape (n,)."""
        return np.asarray(np.einsum("nij,i,j->n", self.covariance, slopes, slopes))

    def variance(self, slopes: Float) -> float:
        """Variance of the log-odds that the mean removes, squared nats, weighted by p(1 − p)."""
        total = float(self.curvature.sum())
        return float(dot(self.curvature, self.variances(slopes))) / total if total > 0.0 else 0.0


def between_folds(
    members: Sequence[TrainedMember], data: TrainingData, kinds: tuple[Sort, ...], log_odds: Float
) -> BetweenFolds:
    """Compare the members of the folds; not by time, of two partitions, or with few rows.

    All members get the inputs that the row has where it is left out.

    Parameters
    ----------
    members
        Of all folds that leave rows out.
    data, kinds
        Their training data and kinds.
    log_odds
        Shape (rows, kinds): forecasts of the rows left out, without the base rate's log-odds.
    """
    folds = data.folds
    alone = folds.partitions > 1 or few(data.rows_shown)  # two partitions show what varies
    if folds.forward or folds.each < LEAST_FOLDS or alone:
        nothing = np.zeros(0)
        return BetweenFolds(_NONE, np.zeros((0, len(kinds), len(kinds))), nothing, nothing)
    rows = np.sort(np.random.default_rng(0).permutation(len(data.y))[:MOST_ROWS])
    X = np.zeros((len(rows), data.width))
    for fold in range(folds.each):
        there = folds.of_row[0][rows] == fold
        X[there] = data.inputs(fold, rows[there])
    found = np.zeros((len(kinds), folds.each, len(rows)))
    counts = np.zeros((len(kinds), folds.each, 1))
    for member in members:
        kind, fold = kinds.index(member.record.sort), member.record.fold
        z = on_rows(member, X).log_odds(None, _NONE)
        found[kind, fold] += z - data.base_log_odds(fold)
        counts[kind, fold] += 1.0
    seen = np.stack([folds.of_row[0][rows] != fold for fold in range(folds.each)])
    covariance = _covariance(found / np.maximum(counts, 1.0), seen)
    weight = data.sample_weight[rows].astype(np.float64)
    p = sigmoid(log_odds[rows].mean(axis=1) + data.base_log_odds(folds.count - 1))
    gone = 1.0 - 1.0 / folds.each
    return BetweenFolds(rows, gone * covariance, p * (1.0 - p) * weight, weight)


def few(rows: int) -> bool:
    """Whether this number of training rows is too small for the comparison."""
    return Recipe().few(rows)


def _covariance(forecasts: Float, seen: NDArray[np.bool_]) -> Float:
    """Covariances over folds that saw a row: (kinds, folds, n), (folds, n) → (n, kinds, kinds)."""
    count = seen.sum(axis=0)
    mean = (forecasts * seen).sum(axis=1) / count
    about = (forecasts - mean[:, None]) * seen
    kinds = len(forecasts)
    out = np.zeros((seen.shape[1], kinds, kinds))
    for first, second in np.ndindex(kinds, kinds):
        out[:, first, second] = (about[first] * about[second]).sum(axis=0) / (count - 1.0)
    return out
