"""Judges a model: its scores, the importance of its columns, and how it was trained."""

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.columns import Leak, rare_auc
from trueodds.columns.describe import Table
from trueodds.ensemble.bounds import Bounds, fit_bounds
from trueodds.ensemble.ensemble import Ensemble
from trueodds.ensemble.importance import column_importance
from trueodds.ensemble.logistic_regression import out_of_fold_log_odds
from trueodds.ensemble.older_members import older_forecasts
from trueodds.evaluation.ageing import allow_for_age
from trueodds.evaluation.baseline import Baseline, compare
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import Decision, decide
from trueodds.evaluation.scores import Scores, score
from trueodds.evaluation.time_blocks import time_blocks
from trueodds.execution.train import Members
from trueodds.model.fixed import FixedNetworks
from trueodds.model.freeze import check_rounding
from trueodds.model.rounding import Rounding
from trueodds.report.group_scores import group_scores
from trueodds.report.out_of_fold import OutOfFold, column_importances
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds, group_numbers
from trueodds.training.heal import Attempts
from trueodds.training.prepare import Prepared
from trueodds.training.training_record import TrainingRecord


@dataclass(frozen=True, eq=False)
class Judged:
    """What out-of-fold forecasts show about a model."""

    scores: Scores
    rounding: Rounding
    out_of_fold: OutOfFold
    leak: Leak | None
    """A warning if the AUC is so high that a leak is likely, with the most important columns."""
    bounds: Bounds | None
    """Bounds of the share of yes by forecast; None with too few rows of a label."""
    ageing: float
    """By how much the interval of the log-loss allows for the age of the model, nats; 0 if the
    folds are not by time."""


def judge(
    ensemble: Ensemble,
    networks: FixedNetworks,
    prepared: Prepared,
    table: Table,
    seed: int,
    costs: Costs | None = None,
) -> Judged:
    """Score the out-of-fold forecasts, check the whole numbers, and measure importances.

    The scores stand beside those of a logistic regression, and scores by group of rows.

    With costs, decide by them, too.
    """
    scores, ageing = out_of_fold_scores(ensemble, prepared.data, table, seed)
    rises, errors = column_importance(ensemble, prepared.data, table.y, table.sample_weight, seed)
    importance = column_importances(table.columns, rises, errors, prepared.folds.each)
    return Judged(
        scores=scores,
        rounding=check_rounding(networks, ensemble, prepared, table),
        out_of_fold=OutOfFold(
            table.y,
            ensemble.log_odds,
            table.sample_weight,
            importance,
            _decision(ensemble, table, costs, seed),
            _logistic_regression(ensemble, prepared, table, scores),
            slices=group_scores(
                table.values,
                table.schema,
                table.y,
                ensemble.log_odds,
                table.sample_weight,
                clusters_of(table, np.isfinite(ensemble.log_odds)),
                costs,
                seed,
            ),
        ),
        leak=rare_auc(scores.auc.value, [column.name for column in importance]),
        bounds=_bounds(ensemble, table),
        ageing=ageing,
    )


def _decision(ensemble: Ensemble, table: Table, costs: Costs | None, seed: int) -> Decision | None:
    """Decide by the out-of-fold forecasts."""
    if costs is None:
        return None
    known = np.isfinite(ensemble.log_odds)
    return decide(
        table.y[known],
        ensemble.log_odds[known],
        costs,
        None if table.sample_weight is None else table.sample_weight[known],
        clusters=clusters_of(table, known),
        seed=seed,
    )


def _logistic_regression(
    ensemble: Ensemble, prepared: Prepared, table: Table, scores: Scores
) -> Baseline | None:
    """Compare with a logistic regression on the rows that are scored; None if there is none."""
    other = out_of_fold_log_odds(prepared.data, ensemble.log_odds)
    if other is None:
        return None
    known = np.isfinite(ensemble.log_odds)
    return compare(
        table.y[known],
        ensemble.log_odds[known],
        other[known],
        scores.log_loss.value,
        None if table.sample_weight is None else table.sample_weight[known],
        clusters=clusters_of(table, known),
        folds=prepared.folds.of_row[0][known],
    )


def _bounds(ensemble: Ensemble, table: Table) -> Bounds | None:
    """Bounds from the out-of-fold forecasts."""
    known = np.isfinite(ensemble.log_odds)
    return fit_bounds(
        table.y[known],
        ensemble.log_odds[known],
        None if table.sample_weight is None else table.sample_weight[known],
        clusters_of(table, known),
    )


def out_of_fold_scores(
    ensemble: Ensemble, data: TrainingData, table: Table, seed: int
) -> tuple[Scores, float]:
    """Scores of the out-of-fold forecasts; intervals count groups or blocks of time, if any.

    By time, intervals allow for the age of the model; the second figure is by how much, in nats of
    log-loss, else 0.
    """
    folds = data.folds
    known = np.isfinite(ensemble.log_odds)
    y, weight = table.y[known], None if table.sample_weight is None else table.sample_weight[known]
    of_row = folds.of_row[0][known]
    scores = score(
        y,
        ensemble.log_odds[known],
        weight,
        clusters=clusters_of(table, known),
        folds=of_row,
        averaged_variance=ensemble.variances.averaged[known],
        training_variance=ensemble.variances.training[known],
        seed=seed,
    )
    if not folds.forward:
        return scores, 0.0
    fresh, older = (z[known] for z in older_forecasts(ensemble, data))
    behind = float(np.mean(folds.each - of_row))
    return allow_for_age(scores, y, fresh, older, weight, of_row, behind)


def clusters_of(table: Table, known: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Group or block of time of the known rows, shape (known rows,); None where rows stand alone.

    ``known`` has shape (rows,).
    """
    if table.groups is not None:
        return group_numbers(table.groups)[known]
    return None if table.time is None else time_blocks(table.time[known])


def training_record(
    effort: str,
    seed: int,
    attempts: Attempts[Members],
    ensemble: Ensemble,
    folds: Folds,
    ageing: float,
) -> TrainingRecord:
    """How the model was trained; ``ageing`` is that of `Judged`."""
    allowed = f"; intervals allow for {ageing:.4f} nats of ageing" if folds.forward else ""
    return TrainingRecord(
        effort=effort,
        seed=seed,
        folds=folds.held,
        fold_rule=folds.rule + allowed,
        settings=asdict(attempts.recipes[ensemble.run]),
        members=ensemble.records(),
        # A run starts from the changes of the runs before it.
        treatments=tuple(
            replace(treatment, kept=number <= ensemble.run)
            for number, treatment in enumerate(attempts.treatments, 1)
        ),
    )
