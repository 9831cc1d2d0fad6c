"""The facts of the page as Markdown."""

import re
from collections.abc import Iterator, Sequence

from trueodds.model import Model
from trueodds.model.pair_words import pairs_told
from trueodds.report.acting import pair_rows
from trueodds.report.baseline_words import baseline_text
from trueodds.report.decision_words import cost_text, costs_text
from trueodds.report.evidence import Evidence
from trueodds.report.reliability import reliability_bins
from trueodds.report.sample import sample_of
from trueodds.report.slice_tables import COST, SCORES, SHARES, score_row, share_row, with_costs
from trueodds.report.tables import bin_rows, column_rows, score_rows, surprise_row
from trueodds.report.verdict import plain_verdict, unseen_text
from trueodds.report.wording import clean, count, headline, percent, quoted, sentence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$&])")


def markdown_of(model: Model, evidence: Evidence) -> str:
    """Text of the report; names and labels of the table stay text."""
    parts = (_verdict, _decision, _columns, _surprises, _effects, _groups, _reliability, _made)
    return "\n\n".join(block for part in parts for block in part(model, evidence)) + "\n"


def escaped(text: object) -> str:
    """Text on one line, whose characters mean nothing in Markdown."""
    return _SPECIAL.sub(r"\\\1", clean(text, 1000))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _verdict(model: Model, evidence: Evidence) -> Iterator[str]:
    scores = evidence.scores_of(model)
    yes, no = escaped(quoted(model.target_yes)), escaped(quoted(model.target_no))
    yield f"# {escaped(clean(model.target_name, 80))}: the probability of {yes}"
    yield (
        f"{count(scores.rows)} rows, of which {count(scores.positives)} "
        f"({percent(scores.base_rate)}) are {yes} and the rest {no}. Why {yes} is yes: "
        f"{escaped(model.target_rule)}."
    )
    yield "## The verdict"
    yield escaped(plain_verdict(scores, model.target_yes, model.target_no))
    checks = evidence.checks_of(model)
    if checks:
        yield "\n".join(
            f"- **{c.code}**, a {c.severity}: {escaped(c.sentence)}. What to do: "
            f"{escaped(c.remedy)}."
            for c in checks
        )
    rows = [
        (row.name, row.value, row.beside, row.base, row.comparison)
        for row in score_rows(scores, evidence.logistic_regression, evidence.training_scores())
    ]
    yield _table(("Score", "Value", "Beside it", "Base rate", "Compared"), rows)
    yield escaped(headline(scores, quoted(model.target_yes)))
    if evidence.by_folds:
        yield f"{escaped(sentence(baseline_text(evidence.logistic_regression)))}."
    yield escaped(evidence.told)
    if evidence.unseen is not None:
        yield escaped(unseen_text(evidence.unseen))


def _decision(model: Model, evidence: Evidence) -> Iterator[str]:
    costs = evidence.costs_of(model)
    if costs is not None and evidence.decision is not None:
        yield "## What to do"
        yield (
            f"{sentence(costs_text(costs))}. This costs "
            f"{cost_text(evidence.decision, evidence.where)}."
        )


def _columns(model: Model, evidence: Evidence) -> Iterator[str]:
    shown, hidden = column_rows(model.schema, evidence.importance)
    if not shown:
        return
    yield "## Why"
    rows = [
        (c.name, c.kind, c.missing, c.distinct, c.importance, c.leak or c.remark) for c in shown
    ]
    head = ("Column", "Kind", "Missing", "Distinct values", "Importance, nats", "Remark")
    yield _table(head, rows)
    if hidden:
        yield f"{count(hidden)} columns are not listed."


def _surprises(model: Model, evidence: Evidence) -> Iterator[str]:
    if not evidence.surprises:
        return
    yield "## Rows of the largest surprise"
    yield f"{escaped(sentence(evidence.forecasts))} are farthest from the answers of these rows."
    head = ("Row", "Answer", "Forecast", "Log-loss", "Cells")
    yield _table(head, [surprise_row(row) for row in evidence.surprises])


def _effects(model: Model, evidence: Evidence) -> Iterator[str]:
    columns = evidence.effects.columns if evidence.effects else ()
    found = [column for column in columns if column.points]
    if not found:
        return
    yield "## How the columns act"
    rows = []
    for column in found:
        low, high = (f(column.points, key=lambda p: p.effect) for f in (min, max))
        for point in (low, high):
            effect = f"{point.effect:+.2f}".replace("-", "−")
            rows.append((column.column, clean(point.cell, 40), effect, count(point.rows)))
    yield _table(("Column", "Lowest, then highest place", "Log-odds, nats", "Rows"), rows)
    if evidence.effects and evidence.effects.pairs:
        yield f"{sentence(pairs_told(evidence.effects.pairs))}."
        head = ("Pair", "Size, nats", "By chance up to", "Most at", "Odds")
        yield _table(head, pair_rows(evidence.effects))


def _groups(model: Model, evidence: Evidence) -> Iterator[str]:
    slices = evidence.slices
    if slices is None or not slices.slices:
        return
    yield "## Groups of rows"
    yield "\n".join(f"- {escaped(text).rstrip('.')}." for text in slices.sentences)
    head = ("Group", *SHARES, *SCORES, *([COST] if with_costs(slices) else []))
    yield _table(
        [sentence(name) for name in head],
        [(*share_row(one), *score_row(one)[1:]) for one in slices.slices],
    )
    if slices.notes:
        yield "\n".join(f"- {escaped(sentence(note))}." for note in slices.notes)


def _reliability(model: Model, evidence: Evidence) -> Iterator[str]:
    bins = reliability_bins(sample_of(evidence))
    if bins:
        yield "## How good the probabilities are"
        yield _table(("Forecasts", "Mean", "Observed", "95% interval", "Rows"), bin_rows(bins))


def _made(model: Model, evidence: Evidence) -> Iterator[str]:
    yield "## How it was made"
    made = [
        ("Training table", model.source),
        ("Rows", count(model.schema.rows)),
        ("Folds", model.record.fold_rule),
        ("Members", count(len(model.record.members))),
        ("Effort", model.record.effort),
        ("Seed", str(model.record.seed)),
    ]
    yield _table(("What", "Value"), made)
    if model.notes:
        yield "\n".join(f"- {escaped(note)}" for note in model.notes)
