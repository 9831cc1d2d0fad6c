"""How many epochs each fold's members are trained for, chosen on rows that the fold does not hold.

Some tables are learned in thirty steps, where more only fits noise; others go on giving for
thousands. A few members, the pilots, are trained to the end and evaluated on the way. A fold's
members then stop at the first evaluation at which the pilots forecast the rows outside the fold as
well as at any, but for a hair: the labels of the rows that score a member choose nothing about it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember, evaluation_epochs
from trueodds.training.recipe import Recipe

ENOUGH_ROWS = 100
"""Rows of the rarer label that a choice is made on; few rows or few yes: more folds."""
WORTH = 0.005
"""More epochs than needed are not run for less than this part of the least loss."""
PILOTS = 2
"""Pilots of a fold, at most; their mean is judged, since a mean stands more training than one."""


def pilot_folds(data: TrainingData) -> list[int]:
    """Return folds so that every choice has `ENOUGH_ROWS`; all of them by time."""
    if data.folds.forward:
        return list(range(data.folds.held))
    chosen, counts = [], []
    for fold in range(data.folds.each):
        held_out = data.y[data.folds.held_out(fold)]
        chosen.append(fold)
        counts.append((int(held_out.sum()), int(len(held_out) - held_out.sum())))
        # A fold's own rows do not count for it.
        rest = np.sum(counts, axis=0) - np.max(counts, axis=0)
        if len(chosen) > 1 and rest.min() >= ENOUGH_ROWS:
            break
    return chosen


def choose_epochs(data: TrainingData, recipe: Recipe, pilots: Sequence[TrainedMember]) -> list[int]:
    """Epochs for the members of each fold.

    By time, a fold's epochs are chosen on all folds before it. The first has none before it: it is
    judged by its own rows, and its forecasts are not scored. A single fold is scored: its members
    are trained to the end.

    Parameters
    ----------
    pilots
        Members trained to the end, of some folds; ``log_odds`` of shape (evaluations, rows).
    """
    folds = data.folds
    losses = {
        fold: _losses(data, fold, [p for p in pilots if p.record.fold == fold])
        for fold in sorted({pilot.record.fold for pilot in pilots})
    }
    chosen = []
    for fold in range(folds.count):
        planned = recipe.epochs_for(len(folds.trained_on(fold)))
        if folds.forward and folds.each == 1 and fold == 0:
            chosen.append(planned)
            continue
        judges = list(range(max(1, fold))) if folds.forward else list(losses)
        total = sum(_outside(data, folds, fold, judge, losses[judge]) for judge in judges)
        loss = np.nan_to_num(np.asarray(total), nan=np.inf)
        enough = int(np.argmax(loss <= (1.0 + WORTH) * loss.min()))
        chosen.append(evaluation_epochs(planned)[enough])
    return chosen


def _losses(data: TrainingData, fold: int, pilots: Sequence[TrainedMember]) -> NDArray[np.float64]:
    """Weighted log-loss of every row that a fold leaves out, shape (evaluations, rows)."""
    rows = data.folds.held_out(fold)
    mean = np.mean([pilot.log_odds for pilot in pilots], axis=0, dtype=np.float64)
    label = np.broadcast_to(data.y[rows].astype(np.float64), mean.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(functions.log_loss_from_logits(mean, label) * data.weight[rows])


def _outside(
    data: TrainingData, folds: Folds, fold: int, judge: int, losses: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum of a judge's losses over the rows that a fold does not leave out."""
    if folds.forward:
        return np.asarray(losses.sum(axis=1))
    outside = folds.of_row[folds.partition(fold)][folds.held_out(judge)] != fold % folds.each
    return np.asarray(losses[:, outside].sum(axis=1))
