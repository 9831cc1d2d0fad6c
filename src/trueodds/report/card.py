"""A model card in Markdown: what, data, scores, limits, groups of rows, how made."""

import re
from collections.abc import Sequence

from trueodds.evaluation.slices import Slices
from trueodds.model import Model
from trueodds.model.evaluate import Evaluation
from trueodds.report.decision_words import costs_text
from trueodds.report.tables import KIND_WORDS, score_rows
from trueodds.report.warned import warned
from trueodds.report.wording import calibration_verdict, clean, count, decimals, headline, percent
from trueodds.report.wording import quoted as in_quotes

MOST_COLUMNS = 60
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")


def card(model: Model, evaluation: Evaluation | None = None) -> str:
    """The card as Markdown; all texts of the table are escaped.

    Parameters
    ----------
    model
        The model.
    evaluation
        Its scores on other rows, with groups or without; None for none.
    """
    parts = [
        [f"# Model card: the probability of {_quoted(model.target_yes)}"],
        _what(model),
        _data(model),
        _scores(model),
        [] if evaluation is None else _evaluated(evaluation),
        _limits(model),
        _made(model),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _what(model: Model) -> list[str]:
    lines = [
        "## What it forecasts",
        "",
        f'The model gives the probability that "{_text(model.target_name)}" is '
        f"{_quoted(model.target_yes)}, and not {_quoted(model.target_no)}, for one row of a table. "
        f"Why {_quoted(model.target_yes)} is yes: {_text(model.target_rule)}.",
    ]
    if model.costs is not None:
        lines += ["", f"Decisions: {_text(costs_text(model.costs))}."]
    return lines


def _data(model: Model) -> list[str]:
    schema, scores = model.schema, model.scores
    lines = [
        "## Data",
        "",
        f"{_text(model.source)}: {count(schema.rows)} rows, of which {count(scores.rows)} are "
        f"scored and {count(scores.positives)} of these are yes ({percent(scores.base_rate)}).",
    ]
    if model.source_sha256:
        lines += ["", f"SHA-256 of the table: {model.source_sha256}."]
    rows = [
        (_text(c.name), KIND_WORDS[c.kind], count(c.missing), count(c.distinct), _text(c.reason))
        for c in schema.columns[:MOST_COLUMNS]
    ]
    lines += ["", *_table(("column", "kind", "missing", "distinct", "remark"), rows)]
    if len(schema.columns) > MOST_COLUMNS:
        lines += ["", f"… and {count(len(schema.columns) - MOST_COLUMNS)} more columns."]
    return lines


def _scores(model: Model) -> list[str]:
    rows = [
        (row.name, row.value, _text(row.beside), _text(row.base))
        for row in score_rows(model.scores)
    ]
    verdict = calibration_verdict(model.scores)
    return [
        "## Scores",
        "",
        f"{_text(headline(model.scores, in_quotes(model.target_yes)))} Scores are out-of-fold: "
        "networks that were not trained on a row score it.",
        "",
        *_table(("score", "value", "beside", "compared with"), rows),
        *(["", f"Calibration: {_text(verdict)}."] if verdict else []),
    ]


def _evaluated(found: Evaluation) -> list[str]:
    scores = found.judged or found.scores
    lines = ["## Scores of other rows", ""]
    if found.warning:
        lines += [_text(found.warning), ""]
    rows = [(row.name, row.value, _text(row.beside), _text(row.base)) for row in score_rows(scores)]
    lines += [f"{count(scores.rows)} rows, {count(scores.positives)} of them yes.", ""]
    lines += _table(("score", "value", "beside", "compared with"), rows)
    return lines if found.slices is None else [*lines, "", *_groups(found.slices)]


def _groups(slices: Slices) -> list[str]:
    rows = [
        (
            _text(one.name),
            count(one.rows),
            percent(one.observed.value),
            percent(one.forecast),
            f"{decimals(one.log_loss.value)} ({decimals(one.log_loss.low)} to "
            f"{decimals(one.log_loss.high)})",
        )
        for one in slices.slices
    ]
    header = ("group", "rows", "observed", "forecast", "log-loss")
    told = [_text(sentence) for sentence in slices.sentences]
    return ["### Groups of rows", "", *_table(header, rows), "", *told]


def _limits(model: Model) -> list[str]:
    checks, more = warned(model.checks())
    found = [f"- {check.code}: {_text(check.message())}" for check in checks]
    found += [f"- … and {more:,} more: `trueodds check` lists all."] if more else []
    return [
        "## Limits",
        "",
        "- Scores hold for rows like those of training. Where the future differs from all of the "
        "past, they are too good; `trueodds drift` compares new rows with those of training.",
        "- The model says what goes with the target in the table, not what would happen if a cell "
        "changed in the world.",
        *found,
    ]


def _made(model: Model) -> list[str]:
    record = model.record
    versions = ", ".join(f"{name} {number}" for name, number in model.versions.items())
    networks = model.networks
    kinds = f"{len(networks.mlps)} networks of layers and {len(networks.soft)} of soft splits"
    return [
        "## How it was made",
        "",
        f"- Training: {_text(record.fold_rule)}; effort {record.effort}, seed {record.seed}.",
        f"- Networks in the model: {kinds}.",
        f"- Calibration: log-odds × {model.calibrator.slope:.4f} {model.calibrator.shift:+.4f}.",
        *([f"- Made with: {_text(versions)}."] if versions else []),
        *[f"- Note: {_text(note)}" for note in model.notes],
    ]


def _text(text: str) -> str:
    """Text on one line without markup."""
    return _MARKUP.sub(r"\\\1", clean(text, 600))


def _quoted(label: str) -> str:
    return f'"{_text(clean(label, 60))}"'


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
