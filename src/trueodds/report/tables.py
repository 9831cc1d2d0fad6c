"""The page's tables as rows of text: scores, bins, members, columns."""

from dataclasses import dataclass

from trueodds.columns.schema import Column, Schema
from trueodds.evaluation.scores import Scores
from trueodds.report.learning import member_label
from trueodds.report.out_of_fold import ColumnImportance
from trueodds.report.reliability import Bin
from trueodds.report.wording import (
    calibration_verdict,
    clean,
    count,
    decimals,
    less,
    perfect,
    sentence,
    share,
    span,
)
from trueodds.training.training_record import TrainingRecord

MOST_COLUMNS = 400
"""Rows of the column table; a wider table shows its leaks and its most important columns."""
MOST_WARNINGS = 10
KIND_WORDS = {"number": "number", "category": "category", "yesno": "yes/no", "date": "date"}


@dataclass(frozen=True)
class ScoreRow:
    """One score with what it is compared to."""

    name: str
    value: str
    beside: str
    """Its 95 % interval, or what a perfect forecast shows."""
    base: str
    told: str
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


def score_rows(scores: Scores) -> tuple[ScoreRow, ...]:
    """Return the four headline scores."""

    def row(name: str, key: str, base: str, told: str, meaning: str) -> ScoreRow:
        found = getattr(scores, key)
        return ScoreRow(name, decimals(found.value), f"95%: {span(found)}", base, told, meaning)

    return (
        row(
            "Log-loss",
            "log_loss",
            decimals(scores.base_log_loss),
            less(scores.log_loss.value, scores.base_log_loss),
            "Mean surprise in nats; lower is better. Confident errors cost most.",
        ),
        row(
            "Brier score",
            "brier",
            decimals(scores.base_brier),
            less(scores.brier.value, scores.base_brier),
            "Mean squared distance of the probability from what happened; lower is better.",
        ),
        row(
            "AUC",
            "auc",
            decimals(0.5),
            "",
            "Chance that a random yes-row gets a higher forecast than a random no-row; "
            "higher is better.",
        ),
        ScoreRow(
            "Calibration error",
            decimals(scores.calibration_error.value),
            perfect(scores),
            "",
            sentence(calibration_verdict(scores)),
            "Mean gap between the forecast and what came true; lower is better.",
        ),
    )


def bin_rows(bins: tuple[Bin, ...]) -> list[tuple[str, str, str, str, str]]:
    """Return the reliability diagram in numbers."""
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
    """Each member's run: name, columns seen, weight, epochs, kept epoch, left-out loss."""
    return [
        (
            member_label(record, m),
            f"{m.share:.0%}",
            f"{m.weight:.2f}",
            count(m.epochs),
            count(m.best_epoch),
            decimals(m.loss),
        )
        for m in record.members
    ]


def treatment_lines(record: TrainingRecord) -> list[str]:
    """What was cured and what came of it: the run's treatments, then those of single members."""
    told = [f"all members, {treatment.in_words()}" for treatment in record.treatments]
    for member in record.members:
        told += [f"{member_label(record, member)}, {t.in_words()}" for t in member.treatments]
    return told


def warning_rows(schema: Schema) -> list[tuple[str, str]]:
    """Return a heading and a sentence for each column, or few, that give the target away."""
    headings = {"leak": "This gives the answer away.", "look": "Look at this."}
    found = schema.warnings
    rows = [(headings[leak.tier], clean(leak.told(), 1000)) for leak in found[:MOST_WARNINGS]]
    if len(found) > MOST_WARNINGS:
        more = count(len(found) - MOST_WARNINGS)
        rows.append(("", f"There are {more} more warnings; trueodds inspect --json lists all"))
    return rows


def _column_row(column: Column, rise: ColumnImportance | None, rows: int) -> ColumnRow:
    aside = column.kind == "aside"
    missing = count(column.missing)
    if column.missing and rows:
        missing += f" ({share(column.missing / rows)})"
    distinct = len(column.levels) if column.kind in ("category", "yesno") else column.distinct
    return ColumnRow(
        name=clean(column.name, 120),
        kind="set aside" if aside else KIND_WORDS[column.kind],
        missing=missing if column.missing else "none",
        distinct=count(max(distinct, column.distinct)),
        importance=f"{rise.mean:.4f}" if rise is not None else "",
        remark=clean(column.reason),
        leak=clean(column.leak),
    )


def column_rows(
    schema: Schema, importance: tuple[ColumnImportance, ...]
) -> tuple[tuple[ColumnRow, ...], int]:
    """Rows of the column table in the table's order, and how many columns are not shown."""
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
