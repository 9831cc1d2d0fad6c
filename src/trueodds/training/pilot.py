"""The number of epochs of each fold's members, chosen on rows outside the fold.

Some tables are learned in thirty steps, and more steps only fit noise; others need thousands. A few
members, the pilots, are trained to the end and evaluated on the way. The loss of the pilots on the
rows outside a fold decides: the fold's members stop at the first evaluation whose loss is within
`WORTH` of the least. The labels of the rows that score a member thus choose nothing about it.

Where the best evaluation is at the end of a plan of few steps, pilots with a plan `LONGER` times as
long are trained, too. Their evaluations are further choices, after those of the usual plan.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.training.data import TrainingData
from trueodds.training.evaluations import EVALUATIONS, curve_rows, evaluation_epochs
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

ENOUGH_ROWS = 100
"""Rows of the rarer label that a choice needs; tables with fewer get pilots of more folds."""
WORTH = 0.001
"""Further epochs are run only if they reduce the loss by more than this fraction of the least."""
PILOTS = 2
"""Most pilots of a fold. Their mean counts: the best epoch of a mean is later than of one."""
LONGER = 2
"""Times as long as usual that the longer plan is."""
LATE = 2
"""Last evaluations of a plan that count as its end."""


class Length(NamedTuple):
    """How long a fold's members are trained."""

    epochs: int
    """At least 1."""
    times: int = 1
    """Times as long as usual that their plan is."""


def pilot_folds(data: TrainingData) -> list[int]:
    """Return the folds that get pilots: all folds by time, else enough for `ENOUGH_ROWS`."""
    if data.folds.forward:
        return list(range(data.folds.held))
    chosen, counts = [], []
    for fold in range(data.folds.each):
        held_out = data.y[curve_rows(data.folds.held_out(fold))]
        chosen.append(fold)
        counts.append((int(held_out.sum()), int(len(held_out) - held_out.sum())))
        # A fold's epochs are chosen without its rows.
        rest = np.sum(counts, axis=0) - np.max(counts, axis=0)
        if len(chosen) > 1 and rest.min() >= ENOUGH_ROWS:
            break
    return chosen


def choose_lengths(
    data: TrainingData,
    recipe: Recipe,
    pilots: Sequence[TrainedMember],
    longer: Sequence[TrainedMember] = (),
) -> list[Length]:
    """Choose the plan and the number of epochs for the members of each fold.

    By time, a fold's epochs are chosen on all folds before it. The first fold has none before it:
    its own rows choose, and its forecasts are not scored. If there is a single fold, it is scored,
    and its members are trained to the end.

    Parameters
    ----------
    data, recipe
        The training data and the settings of the run.
    pilots
        Members trained to the end, of some folds, with a ``curve``.
    longer
        The same with a plan `LONGER` times as long, of the same folds; none if nobody asked.

    Returns
    -------
    list of Length
        One a fold.
    """
    folds = data.folds
    losses = {
        fold: np.concatenate(
            [
                _losses(data, fold, of_fold)
                for of_plan in (pilots, longer)
                if (of_fold := [p for p in of_plan if p.record.fold == fold])
            ]
        )
        for fold in sorted({pilot.record.fold for pilot in pilots})
    }
    chosen = []
    for fold in range(folds.count):
        if _without_choice(folds, fold):
            chosen.append(Length(_planned(data, recipe, fold)))
            continue
        choosing = list(range(max(1, fold))) if folds.forward else list(losses)
        total = sum(_outside(folds, fold, other, losses[other]) for other in choosing)
        loss = np.nan_to_num(np.asarray(total), nan=np.inf)
        plan, at = divmod(int(np.argmax(loss <= (1.0 + WORTH) * loss.min())), EVALUATIONS)
        times = (1, LONGER)[plan]
        planned = _planned(data, recipe.lengthened(times), fold)
        chosen.append(Length(evaluation_epochs(planned)[at], times))
    return chosen


def still_learning(data: TrainingData, recipe: Recipe, lengths: Sequence[Length]) -> bool:
    """Whether the choice of some fold is the end of a plan of few steps."""
    return any(
        length.epochs in evaluation_epochs(_planned(data, recipe, fold))[EVALUATIONS - LATE :]
        for fold, length in enumerate(lengths)
        if recipe.of_few_steps(len(data.folds.trained_on(fold)))
        and not _without_choice(data.folds, fold)
    )


def _planned(data: TrainingData, recipe: Recipe, fold: int) -> int:
    return recipe.epochs_for(len(data.folds.trained_on(fold)))


def _without_choice(folds: Folds, fold: int) -> bool:
    """Whether it is the only fold that leaves rows out, by time: none before it could choose."""
    return folds.forward and folds.each == 1 and fold == 0


def _losses(data: TrainingData, fold: int, pilots: Sequence[TrainedMember]) -> NDArray[np.float64]:
    """Weighted log-loss of a fold's `curve_rows`, shape (evaluations, rows)."""
    rows = curve_rows(data.folds.held_out(fold))
    mean = np.mean([pilot.curve for pilot in pilots], axis=0, dtype=np.float64)
    label = np.broadcast_to(data.y[rows].astype(np.float64), mean.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(functions.log_loss_from_logits(mean, label) * data.sample_weight[rows])


def _outside(
    folds: Folds, fold: int, pilot_fold: int, losses: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum of a pilot fold's losses over the rows outside another fold, shape (evaluations,)."""
    if folds.forward:
        return np.asarray(losses.sum(axis=1))
    rows = curve_rows(folds.held_out(pilot_fold))
    outside = folds.of_row[folds.partition(fold)][rows] != fold % folds.each
    return np.asarray(losses[:, outside].sum(axis=1))
