"""The members' forecasts of the rows that they did not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.ensemble.between_folds import BetweenFolds, between_folds
from trueodds.ensemble.stacking import Stack
from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember
from trueodds.training.training_record import Sort

Float = NDArray[np.float64]

MOST_VARIANCE = 1.0
"""More variance of a row's log-odds, squared nats, is beyond what `HeldOut.lowered` can tell."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Log-odds of every row by the members of each kind that did not see it.

    Members of a kind are one kind of network and see the same fraction of the columns. The log-odds
    of the training rows' base rate are subtracted from all log-odds: a fold with more yes leaves
    fewer yes to train on, which would lower the forecasts of that fold.
    """

    kinds: tuple[Sort, ...]
    """Kinds of networks and their column fractions: by name, then the largest fraction first."""
    mean: Float
    """Shape (partitions, rows, kinds): mean over a fold's members of the kind, or NaN."""
    members: NDArray[np.int64]
    """Shape (partitions, kinds): number of members of the kind in each fold of the partition."""
    spread: Float
    """Shape (partitions, rows): variance of the log-odds of a fold's members about their mean."""
    between: BetweenFolds
    """How the kinds' forecasts vary between folds."""

    @property
    def log_odds(self) -> Float:
        """Mean over all members of a kind that did not see the row, shape (rows, kinds)."""
        return _of_all(self.mean, self.members)

    def variances(self, slopes: Float, folds: Folds) -> "Variances":
        """Variances of each row's forecast.

        The difference between two partitions shows how much a forecast depends on the rows that its
        members saw. Let u₁, u₂ be the forecasts by parts W₁, W₂ of the slopes, and the slopes sum
        to 1. Half the square of u₁/W₁ − u₂/W₂ is then the variance that the partitions' training
        rows do not have in common; 1 − 1/folds of the rows are in common. With one partition, only
        the variance between folds is known, in the mean of some rows; by time, only the spread of
        the members.

        Parameters
        ----------
        slopes
            Shape (kinds,): the forecast is ``log_odds @ slopes``.
        folds
            The folds of the members.
        """
        parts = slopes * self.members / self.members.sum(axis=0)
        sums = parts.sum(axis=1)
        gone = 1.0 - 1.0 / max(2, folds.each)
        if len(sums) == 2 and (sums > 0.0).all():
            first, second = (
                np.where(part > 0.0, mean * part, 0.0).sum(axis=1) / part.sum()
                for mean, part in zip(self.mean, parts, strict=True)
            )
            apart = 0.5 * (first - second) ** 2
            shared = apart * gone / (1.0 - gone)
            of_both = float((sums**2).sum())
            return Variances(
                averaged=of_both * gone * apart, training=sums.sum() ** 2 * shared + of_both * apart
            )
        if folds.forward:
            averaged = slopes.sum() ** 2 * gone / self.members.sum() * self.spread[0]
        else:
            averaged = np.full(self.mean.shape[1], self.between.variance(slopes))
        return Variances(averaged=averaged, training=np.zeros_like(averaged))

    def lowered(self, stack: Stack, folds: Folds, weight: Float | None) -> float:
        """By how much the shift is too low for the mean of all members, nats; negative: too high.

        The shift makes the forecasts of rows left out, with variance v more than the mean of all
        members has, as large as the labels on average. σ is curved: without this variance a
        probability p is lower by ½·p(1 − p)(1 − 2p)·v, to second order, and a shift by δ raises it
        by p(1 − p)·δ. Where yes is rare, all forecasts would be too low.

        By time it is 0: the variance is that of other members than the model's.

        Parameters
        ----------
        stack
            Slopes and shift for ``log_odds``.
        folds
            The folds of the members.
        weight
            Shape (rows,): sample weights, or None for equal weights.
        """
        if folds.forward:
            return 0.0
        rows, variance = self._variance_by_row(stack.slopes, folds)
        p = sigmoid(stack.apply(self.log_odds[rows]))
        curvature = p * (1.0 - p) if weight is None else p * (1.0 - p) * weight[rows]
        total = float(curvature.sum())
        variance = np.minimum(variance, MOST_VARIANCE)
        return 0.5 * float(dot(curvature * (1.0 - 2.0 * p), variance)) / total if total else 0.0

    def _variance_by_row(self, slopes: Float, folds: Folds) -> tuple[NDArray[np.int64], Float]:
        """Rows, and the variance of each that the mean of all members removes."""
        if len(self.between.rows):
            return self.between.rows, self.between.variances(slopes)
        rows = np.flatnonzero(~np.isnan(self.log_odds).any(axis=1))
        return rows, self.variances(slopes, folds).averaged[rows]


@dataclass(frozen=True, eq=False)
class Variances:
    """Variances of each row's log-odds, shape (rows,), squared nats; no label is used."""

    averaged: Float
    """Variance that the mean of all members of the model removes: the members of one fold in each
    partition forecast a row here, many times as many members forecast a new row."""
    training: Float
    """Variance over other training rows; 0 for folds of one partition, where it is unknown."""


def held_out(members: Sequence[TrainedMember], data: TrainingData) -> HeldOut:
    """Collect the members' last forecasts of the rows that their folds leave out."""
    folds = data.folds
    judged = [member for member in members if member.record.fold < folds.held]
    kinds = tuple(sorted({m.record.sort for m in judged}, key=lambda sort: (sort[0], -sort[1])))
    shape = folds.of_row.shape
    total, squares = np.zeros((*shape, len(kinds))), np.zeros(shape)
    counts = np.zeros((folds.partitions, len(kinds)), dtype=np.int64)
    for member in judged:
        fold, kind = member.record.fold, kinds.index(member.record.sort)
        partition, rows = folds.partition(fold), folds.held_out(fold)
        z = member.log_odds.astype(np.float64) - data.base_log_odds(fold)
        total[partition, rows, kind] += z
        squares[partition, rows] += np.square(z)
        counts[partition, kind] += fold % folds.each == 0
    each = counts.sum(axis=1)[:, None]
    about = np.maximum(squares - total.sum(axis=2) ** 2 / each, 0.0)
    with np.errstate(invalid="ignore"):
        mean = total / counts[:, None, :]
    mean[:, (folds.of_row < 0).all(axis=0)] = np.nan
    log_odds = _of_all(mean, counts)
    between = between_folds(judged, data, kinds, log_odds)
    return HeldOut(kinds, mean, counts, about / np.maximum(each - 1, 1), between)


def _of_all(mean: Float, members: NDArray[np.int64]) -> Float:
    """Mean over all members of a kind that did not see the row, shape (rows, kinds)."""
    part = members / members.sum(axis=0)
    total = np.zeros(mean.shape[1:])
    for of_partition, share in zip(mean, part, strict=True):
        total += np.where(share > 0.0, of_partition * share, 0.0)
    return total
