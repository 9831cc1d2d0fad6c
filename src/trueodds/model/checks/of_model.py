"""All checks of a model, and those that only its fit can make."""

from trueodds.columns.describe import Table
from trueodds.evaluation.decisions import Decision
from trueodds.model.check import Check, worst_first
from trueodds.model.checks.data import data_checks, repeat_checks, time_checks
from trueodds.model.checks.decisions import decision_checks
from trueodds.model.checks.health import health_checks
from trueodds.model.checks.probabilities import score_checks
from trueodds.model.data import ModelData
from trueodds.training.folds import Folds


def checks_of(model: ModelData) -> tuple[Check, ...]:
    """Checks that a model's file shows: failures first, then warnings, then notes.

    Files from before there were checks lack those of the fit alone (`checks_of_fit`).
    """
    scores = score_checks(model.scores, model.target_yes, model.target_no)
    return worst_first([*data_checks(model), *health_checks(model), *scores, *model.fit_checks])


def checks_of_fit(table: Table, folds: Folds, decision: Decision | None) -> tuple[Check, ...]:
    """Checks that need the training table or its out-of-fold forecast; the model keeps them.

    ``table`` and ``folds`` are those of training; ``decision`` is by the model's costs, None
    without.
    """
    return worst_first(
        [*repeat_checks(table), *time_checks(table, folds), *decision_checks(decision)]
    )
