"""The evidence of labelled rows that were held back, and their report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import Decision, decide
from trueodds.evaluation.scores import Scores
from trueodds.model import Model
from trueodds.model.calls import CostGiven, Given, costs_for
from trueodds.model.check import Check, worst_first
from trueodds.model.evaluate import Evaluation, evaluated, rows_judged
from trueodds.model.labelled import LabelledRows, labelled_rows
from trueodds.report.evidence import Evidence
from trueodds.report.group_scores import group_scores
from trueodds.report.surprises import require_few, surprising_rows


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOut(Evidence):
    """Forecasts of labelled rows that were held back.

    Rows that equal a training row are left out where at least 20 others are there.

    Examples
    --------
    >>> trueodds.report.report_on(model, labelled).evidence.evaluation.scores.rows
    200
    """

    forecasts: ClassVar[str] = "the forecasts of these rows"
    where: ClassVar[str] = "on these rows"
    kicker: ClassVar[str] = "trueodds report of labelled rows"
    by_folds: ClassVar[bool] = False

    evaluation: Evaluation
    """Scores, and whether the model has seen the rows."""
    costs: Costs | None
    """What decisions cost, numbers for all rows; None without costs, and for costs by row."""

    @property
    def told(self) -> str:
        """Which rows are judged."""
        found = self.evaluation
        rows = f"{len(self.y):,} labelled rows of {found.source}"
        if found.all_seen:
            return f"All scores and charts are of {rows}, which the model has seen: too good."
        left = ", without rows that equal a training row" if found.unseen is not None else ""
        return (
            f"All scores and charts of the forecast are of {rows}{left}. The training, the health "
            "and the settings are those of the model."
        )

    def costs_of(self, model: Model) -> Costs | None:
        """The costs that were given, or the model's."""
        return self.costs

    def scores_of(self, model: Model) -> Scores:
        """Scores of the rows that are judged; those of ``model`` stand in the evaluation."""
        found = self.evaluation
        return found.scores if found.unseen is None else found.unseen

    def training_scores(self) -> Scores | None:
        """What the model showed in training."""
        return self.evaluation.training

    def checks_of(self, model: Model) -> tuple[Check, ...]:
        """Checks of these rows, and those of the model's training table."""
        from trueodds.model.checks import checks_of_evaluation  # slow to load

        of_table = [check for check in model.checks() if check.code.startswith("TO1")]
        return worst_first([*checks_of_evaluation(model, self.evaluation), *of_table])


def held_out(
    model: Model,
    X: Any,
    y: ArrayLike | None = None,
    *,
    by: Sequence[str] | str = (),
    cost_fp: CostGiven | None = None,
    cost_fn: CostGiven | None = None,
    benefit: CostGiven | None = None,
    sample_weight: ArrayLike | str | bool = True,
    show_rows: int = 0,
) -> HeldOut:
    """Score labelled rows for a report; the parameters are those of `Model.evaluate`.

    Without ``by``, the columns with few levels are taken for scores by group. ``show_rows`` is how
    many rows of the largest log-loss are kept to be shown.

    Raises
    ------
    TableError, TargetError, UsageError
        As `Model.evaluate`.
    """
    require_few(show_rows)
    given: Given = (cost_fp, cost_fn, benefit)
    rows = labelled_rows(model, model.read, model.log_odds_of, X, y, sample_weight)
    columns = (by,) if isinstance(by, str) else tuple(by)
    found = evaluated(model, rows, X, columns, given)
    judged = rows_judged(model, rows)[1]
    costs = None
    if model.costs is not None or any(cost is not None for cost in given):
        costs = costs_for(given, model.costs, rows.frame, rows.kept).of_rows(judged)
    places = np.flatnonzero(judged)
    values = rows.values.take(places)
    weight = None if rows.weight is None else rows.weight[judged]
    clusters = None if rows.clusters is None else rows.clusters[judged]
    labels, log_odds = rows.y[judged], rows.log_odds[judged]
    slices = found.slices
    if slices is None:
        seed = model.record.seed
        slices = group_scores(values, model.schema, labels, log_odds, weight, clusters, costs, seed)
    plain = costs is not None and not costs.by_row
    effects = model.effects_of(values)
    kept = np.flatnonzero(rows.kept)[judged]
    important = [column.column for column in effects.columns]
    return HeldOut(
        y=labels,
        log_odds=log_odds,
        weight=weight,
        importance=(),
        decision=_decision(rows, judged, costs) if plain else None,
        effects=effects,
        slices=slices,
        surprises=surprising_rows(model, rows.frame, kept, labels, log_odds, important, show_rows),
        evaluation=found,
        costs=costs if plain else None,
    )


def _decision(
    rows: LabelledRows, judged: NDArray[np.bool_], costs: Costs | None
) -> Decision | None:
    if costs is None or len(set(rows.y[judged].tolist())) < 2:
        return None
    return decide(
        rows.y[judged],
        rows.log_odds[judged],
        costs,
        None if rows.weight is None else rows.weight[judged],
        clusters=None if rows.clusters is None else rows.clusters[judged],
    )
