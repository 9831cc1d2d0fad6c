"""Checks of a model in use: drift, rows that it has seen, its scores on labelled rows."""

from collections.abc import Sequence

from trueodds.evaluation.decisions import Decision
from trueodds.model.check import Check, worst_first
from trueodds.model.checks.decisions import decision_checks
from trueodds.model.checks.probabilities import score_checks
from trueodds.model.checks.registry import RULES
from trueodds.model.data import ModelData
from trueodds.model.drift import ColumnDrift
from trueodds.model.evaluate import Evaluation


def checks_of_drift(found: Sequence[ColumnDrift]) -> tuple[Check, ...]:
    """Check columns and forecast of new rows: ``found`` is what `trueodds.model.drift.drift` gives.

    The forecast's check comes after the columns'.
    """
    return worst_first(_drift_check(column) for column in found if column.drifted)


def _drift_check(found: ColumnDrift) -> Check:
    evidence = f"stability index {found.psi:.2f}, p = {found.p_value:.1g}"
    if found.column:
        return RULES["TO501"].fired(
            found.column,
            f'"{found.column}" has drifted: {evidence}',
            "find out what changed; if it stays so, fit again with newer rows",
        )
    return RULES["TO502"].fired(
        "",
        f"the forecast has drifted: {evidence}",
        "evaluate on new rows with labels before you rely on it",
    )


def checks_of_decision(decision: Decision) -> tuple[Check, ...]:
    """Check a rule of decision on labelled rows."""
    return worst_first(decision_checks(decision))


def checks_of_evaluation(model: ModelData, found: Evaluation) -> tuple[Check, ...]:
    """Check the scores of labelled rows that the model has not seen, and whether it has seen some.

    ``found`` is what `Model.evaluate` gives. Where the model has seen nearly all rows, their scores
    tell nothing and are not checked.
    """
    checks = []
    if found.warning:
        checks.append(
            RULES["TO503"].fired(
                "",
                found.warning.split(". ")[0].removesuffix("."),
                "evaluate on rows that were not in the training table",
            )
        )
    if found.judged is not None and not found.all_seen:
        checks += score_checks(found.judged, model.target_yes, model.target_no, found.training)
    return worst_first(checks)
