"""The choice of the run, the weights and the calibrator, with honest forecasts of the rows.

Every choice is made twice. The choice for the model uses all rows that some fold leaves out. The
choice for the honest forecast of a fold, which is scored, uses the rows of the other folds; by
time, the rows before the fold.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.ensemble.calibrator import Calibrator
from trueodds.ensemble.held_out import HeldOut, Variances, held_out
from trueodds.ensemble.stacking import Stack, fit_stack
from trueodds.evaluation.sums import dot
from trueodds.machine import cores
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember
from trueodds.training.training_record import MemberRecord, Sort

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The members with their weights and calibrator, and the honest forecast of the rows."""

    run: int
    """Number of the run that is kept, from 0."""
    members: tuple[TrainedMember, ...]
    """All members of that run, in the order of their folds."""
    shipped: tuple[int, ...]
    """Numbers of the members that are the model."""
    factors: Float
    """Factors of the shipped members' outputs, shape (shipped,), mean 1.

    The plain mean of the scaled outputs is the weighted mean of the outputs.
    """
    held_out: HeldOut
    stack: Stack
    """The model's weights and calibrator, for the mean of all members."""
    log_odds: Float
    """Honest, calibrated, shape (rows,), nats; NaN for a row without an honest forecast."""
    variances: Variances
    """Variances of ``log_odds``."""
    base: float
    """Mean over the shipped members of their training rows' base rate, as log-odds."""

    @property
    def calibrator(self) -> Calibrator:
        """From the mean of the shipped members' outputs to calibrated log-odds."""
        calibrator = self.stack.calibrator
        return Calibrator(calibrator.slope, calibrator.shift - calibrator.slope * self.base)

    def scaled(self) -> list[NDArray[np.float32]]:
        """Parameters of the shipped members; their last layers include the factors."""
        out = []
        for number, factor in zip(self.shipped, self.factors.astype(np.float32), strict=True):
            member = self.members[number]
            out.append(member.layout.scaled(member.parameters, factor))
        return out

    def records(self) -> tuple[MemberRecord, ...]:
        """Records of all members, with their weights in the model."""
        weight = dict(zip(self.shipped, self.factors.tolist(), strict=True))
        records = [member.record for member in self.members]
        return tuple(replace(r, weight=weight.get(n, 0.0)) for n, r in enumerate(records))


def combine(
    runs: Sequence[tuple[TrainedMember, ...]],
    data: TrainingData,
    y: NDArray[np.uint8],
    sample_weight: Float | None,
    jobs: int | None = None,
) -> Ensemble:
    """Choose the run, the weights and the calibrator.

    The choices do not depend on each other, so threads share them.

    Parameters
    ----------
    runs
        All members of every run; the members of a run in the order of their folds.
    data
        Their training data.
    y, sample_weight
        Shape (rows,): labels 0 or 1; weights ≥ 0, or None for equal weights.
    jobs
        Most threads; None or −1 for one on each core. The result does not depend on it.
    """
    folds = data.folds
    found = [held_out(members, data) for members in runs]
    each = [forecasts.log_odds for forecasts in found]
    base = data.base_log_odds(folds.count - 1)
    losses = np.stack([_losses(z + base, y, sample_weight) for z in each])
    parts = _parts(folds)
    # By time, the first fold itself chose the epochs of its members: it is not used.
    judging = folds.of_row[0] >= (min(1, folds.each - 1) if folds.forward else 0)

    def choice(rows: NDArray[np.bool_]) -> tuple[int, Stack]:
        run = _best(losses, rows)
        removed = found[run].between.removed(rows)
        return run, _fitted(each[run], y, sample_weight, rows, removed)

    most = cores() if jobs in (None, -1) else min(jobs, cores())
    with ThreadPoolExecutor(most) as threads:
        *others, (run, stack) = threads.map(choice, [*(rest for _, rest in parts), judging])
    honest, averaged, training = np.full((3, len(y)), np.nan)
    by_choice = []
    for (there, _), (of_part, its_stack) in zip(parts, others, strict=True):
        by_choice.append(its_stack.apply(each[of_part]))
        honest[there] = by_choice[-1][there]
        variances = found[of_part].variances(its_stack.slopes, folds)
        averaged[there], training[there] = variances.averaged[there], variances.training[there]
    if not folds.forward:
        chosen = of_choices(np.array(by_choice))
        averaged, training = averaged + chosen.averaged, training + chosen.training
    stack = replace(stack, shift=stack.shift + found[run].lowered(stack, folds, sample_weight))
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
    """Pairs of row masks: rows that are scored together, and the rows that choose for them."""
    of_row = folds.of_row[0]
    if not folds.forward:
        return [(of_row == fold, of_row != fold) for fold in range(folds.each)]
    # The first two folds only choose: the second's own choice would have few rows.
    first = min(2, folds.each - 1)
    return [(of_row == fold, (of_row >= 0) & (of_row < fold)) for fold in range(first, folds.each)]


def _best(losses: Float, rows: NDArray[np.bool_]) -> int:
    """Number of the run with the least loss on some rows; 0 if there are no rows."""
    return int(np.argmin(losses[:, rows].sum(axis=1)))


def _fitted(
    log_odds: Float,
    y: NDArray[np.uint8],
    sample_weight: Float | None,
    rows: NDArray[np.bool_],
    removed: Float,
) -> Stack:
    kinds = log_odds.shape[1]
    if not rows.any() or len(np.unique(y[rows])) < 2:
        return Stack(np.full(kinds, 1.0 / kinds), 0.0)
    weight = None if sample_weight is None else sample_weight[rows]
    return fit_stack(log_odds[rows], y[rows], weight, removed)


def of_choices(log_odds: Float) -> Variances:
    """Variances of each row's forecast that come from the choices, by the jackknife.

    Every choice leaves out one of k folds. The sum of the squares about their mean is the variance
    of a choice on the rows of k − 1 folds (Efron 1982, chapter 2, for blocks of rows). The choice
    on the rows of all folds has (k − 1)/k of it, and the difference is what the model gains.

    Parameters
    ----------
    log_odds
        Shape (k, rows): forecasts of all rows with the choice that leaves out each fold.
    """
    gained = log_odds.var(axis=0)
    return Variances(averaged=gained, training=len(log_odds) * gained)


def _losses(log_odds: Float, y: NDArray[np.uint8], sample_weight: Float | None) -> Float:
    """Weighted log-loss of each row by the mean of the kinds; 0 for a row without a forecast."""
    with np.errstate(invalid="ignore", over="ignore"):
        each = functions.log_loss_from_logits(log_odds.mean(axis=1), y.astype(np.float64))
    each = np.nan_to_num(each, nan=0.0)
    return np.asarray(each if sample_weight is None else each * sample_weight)


def _factors(
    members: Sequence[TrainedMember], folds: Folds, kinds: tuple[Sort, ...], stack: Stack
) -> tuple[tuple[int, ...], Float]:
    """Numbers of the members that are kept, and their factors."""
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
    """Weighted mean over the shipped members of their training rows' base rate, as log-odds."""
    each = [data.base_log_odds(members[number].record.fold) for number in shipped]
    return float(dot(factors, np.array(each)) / len(shipped))
