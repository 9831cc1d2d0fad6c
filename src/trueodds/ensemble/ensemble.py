"""The choice of the run, the weights and the calibrator, with forecasts that did not see it made.

Every choice is made twice. The model's is made on all rows that some fold leaves out. The honest
one, which the scores are of, is made for the rows of each fold on the rows of the others; by time,
on the rows before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.ensemble.calibrator import Calibrator
from trueodds.ensemble.held_out import HeldOut, Variances, held_out
from trueodds.ensemble.stacking import Stack, fit_stack
from trueodds.evaluation.sums import dot
from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember
from trueodds.training.training_record import MemberRecord, Sort

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What the members are worth together."""

    run: int
    """Number of the run of all members that is kept."""
    members: tuple[TrainedMember, ...]
    """All members of that run, in order of their folds."""
    shipped: tuple[int, ...]
    """Numbers of the members that make up the model."""
    factors: Float
    """For each shipped member's outputs, mean 1: their plain mean is then the weighted one."""
    held_out: HeldOut
    stack: Stack
    """The model's weights and calibrator."""
    log_odds: Float
    """Honest, calibrated, shape (rows,); NaN where there is no honest forecast of a row."""
    variances: Variances
    """Of ``log_odds``."""
    base: float
    """Log-odds of the base rate that the shipped members' outputs start from, in the mean."""

    @property
    def calibrator(self) -> Calibrator:
        """From the mean of the shipped members' outputs to calibrated log-odds."""
        calibrator = self.stack.calibrator
        return Calibrator(calibrator.slope, calibrator.shift - calibrator.slope * self.base)

    def scaled(self) -> list[NDArray[np.float32]]:
        """The shipped members' parameters with their factors in the last layers."""
        out = []
        for number, factor in zip(self.shipped, self.factors.astype(np.float32), strict=True):
            member = self.members[number]
            out.append(member.layout.scaled(member.parameters, factor))
        return out

    def records(self) -> tuple[MemberRecord, ...]:
        """Records of all members, with what each counts for in the model."""
        weight = dict(zip(self.shipped, self.factors.tolist(), strict=True))
        records = [member.record for member in self.members]
        return tuple(replace(r, weight=weight.get(n, 0.0)) for n, r in enumerate(records))


def combine(
    runs: Sequence[tuple[TrainedMember, ...]],
    data: TrainingData,
    y: NDArray[np.uint8],
    sample_weight: Float | None,
) -> Ensemble:
    """Choose the run, the weights and the calibrator.

    Parameters
    ----------
    runs
        All members, once for every run.
    y, sample_weight
        Shape (rows,); weights may be None.
    """
    folds = data.folds
    found = [held_out(members, data) for members in runs]
    each = [forecasts.log_odds for forecasts in found]
    base = data.base_log_odds(folds.count - 1)
    losses = np.stack([_losses(z + base, y, sample_weight) for z in each])
    honest, averaged, training = np.full((3, len(y)), np.nan)
    for there, rest in _parts(folds):
        run = _best(losses, rest)
        stack = _fitted(each[run], y, sample_weight, rest)
        honest[there] = stack.apply(each[run][there])
        variances = found[run].variances(stack.slopes, folds)
        averaged[there], training[there] = variances.averaged[there], variances.training[there]
    # By time, the first fold's members were told when to stop by the fold itself.
    judging = folds.of_row[0] >= (min(1, folds.each - 1) if folds.forward else 0)
    run = _best(losses, judging)
    stack = _fitted(each[run], y, sample_weight, judging)
    if not folds.forward:
        averaged += _refitted(stack, honest, folds.each)
    shipped, factors = _factors(runs[run], folds, found[run].kinds, stack)
    return Ensemble(
        run=run,
        members=runs[run],
        shipped=shipped,
        factors=factors,
        held_out=found[run],
        stack=stack,
        log_odds=honest,
        variances=Variances(averaged, training),
        base=_base(runs[run], shipped, factors, data),
    )


def _parts(folds: Folds) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Rows that are scored together, and the rows that choose for them."""
    of_row = folds.of_row[0]
    if not folds.forward:
        return [(of_row == fold, of_row != fold) for fold in range(folds.each)]
    # The first two folds only choose: few rows would make the second's weights and calibrator.
    first = min(2, folds.each - 1)
    return [(of_row == fold, (of_row >= 0) & (of_row < fold)) for fold in range(first, folds.each)]


def _best(losses: Float, rows: NDArray[np.bool_]) -> int:
    """Number of the run with the least loss on some rows; the first where there are none."""
    return int(np.argmin(losses[:, rows].sum(axis=1)))


def _fitted(
    log_odds: Float, y: NDArray[np.uint8], sample_weight: Float | None, rows: NDArray[np.bool_]
) -> Stack:
    kinds = log_odds.shape[1]
    if not rows.any() or len(np.unique(y[rows])) < 2:
        return Stack(np.full(kinds, 1.0 / kinds), 0.0)
    return fit_stack(
        log_odds[rows], y[rows], None if sample_weight is None else sample_weight[rows]
    )


def _refitted(stack: Stack, log_odds: Float, folds: int) -> float:
    """Variance that fitting the weights and the calibrator on all rows takes away, squared nats.

    Fitted on n rows, d numbers give log-odds whose variance times p(1 − p) is d/n in the mean. The
    honest ones are fitted on the rows of all folds but one.
    """
    p = sigmoid(log_odds)
    information = float(np.sum(p * (1.0 - p)))
    numbers = int(np.count_nonzero(stack.slopes)) + 1
    return numbers / ((folds - 1) * information) if information > numbers else 0.0


def _losses(log_odds: Float, y: NDArray[np.uint8], sample_weight: Float | None) -> Float:
    """Weighted log-loss of the kinds' mean for each row; 0 where there is no forecast."""
    with np.errstate(invalid="ignore", over="ignore"):
        each = log_loss_from_logits(log_odds.mean(axis=1), y.astype(np.float64))
    each = np.nan_to_num(each, nan=0.0)
    return np.asarray(each if sample_weight is None else each * sample_weight)


def _factors(
    members: Sequence[TrainedMember], folds: Folds, kinds: tuple[Sort, ...], stack: Stack
) -> tuple[tuple[int, ...], Float]:
    """Numbers of the members that are kept, and what each counts for."""
    candidates = [n for n, member in enumerate(members) if member.record.fold in folds.shipped]
    kind_of = {n: kinds.index(members[n].record.sort) for n in candidates}
    present = stack.slopes > 0.0
    kept = tuple(n for n in candidates if present[kind_of[n]])
    count = np.bincount([kind_of[n] for n in kept], minlength=len(kinds))
    factors = np.array([stack.weights[kind_of[n]] / count[kind_of[n]] for n in kept])
    return kept, np.asarray(factors * len(kept))


def _base(
    members: Sequence[TrainedMember], shipped: tuple[int, ...], factors: Float, data: TrainingData
) -> float:
    """Weighted mean of the base rates' log-odds that the shipped members were trained with."""
    each = [data.base_log_odds(members[number].record.fold) for number in shipped]
    return float(dot(factors, np.array(each)) / len(shipped))
