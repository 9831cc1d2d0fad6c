"""The page's tables as rows of text: scores, bins, members, columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from trueodds.columns.schema import Column, Schema
from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.scores import Scores
from trueodds.model.check import Check
from trueodds.report.evidence import ColumnImportance
from trueodds.report.learning import member_label
from trueodds.report.reliability import Bin
from trueodds.report.surprises import SurprisingRow
from trueodds.report.warned import LEAKS, warned
from trueodds.report.wording import (
    calibration_verdict,
    clean,
    count,
    decimals,
    less,
    percent,
    perfect,
    quoted,
    sentence,
    span,
)
from trueodds.training.training_record import TrainingRecord

MOST_COLUMNS = 400
"""Most rows of the column table; of more columns it shows leaks and the most important columns."""
KIND_WORDS = {
    "number": "number",
    "category": "category",
    "yesno": "yes/no",
    "date": "date",
    "text": "text",
    "ignored": "ignored",
}


@dataclass(frozen=True)
class ScoreRow:
    """One score and what it is compared with."""

    name: str
    value: str
    beside: str
    """Its 95 % interval, or what a perfect forecast shows."""
    base: str
    comparison: str
    """How it compares, in words."""
    meaning: str


@dataclass(frozen=True)
class ColumnRow:
    """One column of the training table."""

    name: str
    kind: str
    missing: str
    distinct: str
    importance: str
    remark: str
    leak: str


def score_rows(
    scores: Scores, regression: Baseline | None = None, training: Scores | None = None
) -> tuple[ScoreRow, ...]:
    """Return the four headline scores.

    Beside them stand those of a logistic regression and of training, out of fold, if there are.
    """

    def row(name: str, key: str, base: str, comparison: str, meaning: str) -> ScoreRow:
        found = getattr(scores, key)
        if regression is not None:
            base += f" · logistic regression: {decimals(getattr(regression, key))}"
        if training is not None:
            base += f" · out of fold: {decimals(getattr(training, key).value)}"
        return ScoreRow(
            name, decimals(found.value), f"95%: {span(found)}", base, comparison, meaning
        )

    return (
        row(
            "Log-loss",
            "log_loss",
            decimals(scores.base_log_loss),
            less(scores.log_loss.value, scores.base_log_loss),
            "Mean of −log of the probability of the outcome, in nats; lower is better. "
            "Confident errors cost most.",
        ),
        row(
            "Brier score",
            "brier",
            decimals(scores.base_brier),
            less(scores.brier.value, scores.base_brier),
            "Mean squared difference between the probability and the outcome, 0 or 1; "
            "lower is better.",
        ),
        row(
            "AUC",
            "auc",
            decimals(0.5),
            "",
            "Probability that a random yes row has a higher forecast than a random no row; "
            "higher is better.",
        ),
        ScoreRow(
            "Calibration error",
            decimals(scores.calibration_error.value),
            perfect(scores),
            "",
            sentence(calibration_verdict(scores)),
            "Mean difference between the forecast and the observed share; lower is better.",
        ),
    )


def bin_rows(bins: tuple[Bin, ...]) -> list[tuple[str, str, str, str, str]]:
    """The numbers of the reliability diagram as text."""
    return [
        (
            f"{b.lowest:.2%} to {b.highest:.2%}",
            f"{b.forecast:.2%}",
            f"{b.observed:.2%}",
            f"{b.low:.2%} to {b.high:.2%}",
            count(b.rows),
        )
        for b in bins
    ]


def member_rows(record: TrainingRecord) -> list[tuple[str, ...]]:
    """One row a member: name, kind, columns seen, weight, epochs, kept epoch, left-out loss."""
    return [
        (
            member_label(record, m),
            "MLP" if m.kind == "mlp" else m.kind,
            f"{m.share:.0%}",
            f"{m.weight:.2f}",
            count(m.epochs),
            count(m.best_epoch),
            decimals(m.loss),
        )
        for m in record.members
    ]


def treatment_lines(record: TrainingRecord) -> list[str]:
    """What was cured and with what result: for all members, then for single members."""
    lines = [f"all members, {treatment.in_words()}" for treatment in record.treatments]
    for member in record.members:
        lines += [f"{member_label(record, member)}, {t.in_words()}" for t in member.treatments]
    return lines


def warning_rows(checks: Sequence[Check]) -> list[tuple[str, str, str]]:
    """A heading, the code and a sentence for each check that warns; empty codes for none."""
    found, more = warned(checks)
    sure, other = "This gives the answer away.", "Check this."
    rows = [
        (
            sure if c.code in LEAKS else other,
            c.code,
            clean(c.message().removeprefix(f"{c.code} "), 1000),
        )
        for c in found
    ]
    text = f"There are {count(more)} more warnings; trueodds check lists all"
    return [*rows, ("", "", text)] if more else rows


def _column_row(column: Column, rise: ColumnImportance | None, rows: int) -> ColumnRow:
    missing = count(column.missing)
    if column.missing and rows:
        missing += f" ({percent(column.missing / rows)})"
    distinct = len(column.levels) if column.kind in ("category", "yesno") else column.distinct
    return ColumnRow(
        name=clean(column.name, 120),
        kind=KIND_WORDS[column.kind],
        missing=missing if column.missing else "none",
        distinct=count(max(distinct, column.distinct)),
        importance=f"{rise.mean:.4f}" if rise is not None else "",
        remark=clean(column.reason),
        leak=clean(column.leak),
    )


def column_rows(
    schema: Schema, importance: tuple[ColumnImportance, ...]
) -> tuple[tuple[ColumnRow, ...], int]:
    """Rows of the column table, in the order of the table, and the number of columns not shown."""
    rises = {c.name: c for c in importance}
    place = {c.name: i for i, c in enumerate(importance)}
    order = range(len(schema.columns))
    if len(order) > MOST_COLUMNS:
        by_interest = sorted(
            order,
            key=lambda i: (
                not schema.columns[i].leak,
                place.get(schema.columns[i].name, len(place)),
                i,
            ),
        )
        order_shown = sorted(by_interest[:MOST_COLUMNS])
    else:
        order_shown = list(order)
    shown = tuple(
        _column_row(schema.columns[i], rises.get(schema.columns[i].name), schema.rows)
        for i in order_shown
    )
    return shown, len(schema.columns) - len(shown)


def surprise_row(row: SurprisingRow) -> tuple[str, str, str, str, str]:
    """Place, answer, forecast, log-loss and cells of a row, as texts."""
    cells = (
        f"{clean(name, 40)}: {'missing' if cell is None else clean(cell, 60)}"
        for name, cell in row.cells.items()
    )
    return (
        clean(row.place, 80),
        quoted(row.answer),
        percent(row.probability),
        decimals(row.log_loss, 2),
        "; ".join(cells),
    )
