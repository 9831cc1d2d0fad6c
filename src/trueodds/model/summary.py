"""A model in words: a few lines for ``repr``, a page for ``summary``, a table for notebooks."""

from html import escape
from math import isfinite

from trueodds.evaluation.scores import Interval, Scores
from trueodds.model.data import ModelData

MOST_NOTES = 8
"""Notes in a ``repr``, and columns ignored that are named one by one."""
MOST_COLUMNS = 60
"""Columns in a summary."""
LONGEST = 60
"""Characters of a name or label."""
KINDS = {
    "number": "number",
    "category": "categories",
    "yesno": "yes/no",
    "date": "date",
    "text": "text",
}


def notes_of(model: ModelData) -> tuple[str, ...]:
    """What was guessed or left out when the training table was read, one sentence each.

    Notes of reading, columns ignored (many in one sentence) and columns that give the target
    away.
    """
    ignored = [
        f'column "{shown(c.name)}" is not used: {c.reason}'
        for c in model.schema.columns
        if c.kind == "ignored"
    ]
    if len(ignored) > MOST_NOTES:
        more = len(ignored) - MOST_NOTES + 1
        ignored = [*ignored[: MOST_NOTES - 1], f"{more:,} more columns are not used: see summary()"]
    leaks = (leak.message(command=False) for leak in model.schema.warnings)
    return (*model.notes, *ignored, *leaks)


def short_text(model: ModelData) -> str:
    """Target, table and scores, and the notes, each on a line of its own."""
    notes = notes_of(model)
    more = [f"{len(notes) - MOST_NOTES:,} more: see notes"] if len(notes) > MOST_NOTES else []
    lines = [f"Note: {shown(note, 300)}" for note in notes[:MOST_NOTES]]
    return "\n  ".join([head(model), *_score_lines(model.scores), *lines, *more])


def summary(model: ModelData) -> str:
    """Everything that ``fit`` tells, and the columns one by one."""
    record, schema = model.record, model.schema
    lines = [
        head(model),
        f"Target       yes is {quoted(model.target_yes)}: {model.target_rule}",
        f"Table        {shown(model.source)}, {schema.rows:,} rows; {model.scores.rows:,} scored, "
        f"{model.scores.positives:,} of them yes",
        f"Training     {record.fold_rule}; effort {record.effort}, seed {record.seed}; "
        f"{len(record.members):,} networks",
        "",
        *_score_table(model.scores),
        "",
        f"Columns      {len(schema.used):,} used, {len(schema.columns) - len(schema.used):,} set "
        "ignored",
    ]
    for column in schema.columns[:MOST_COLUMNS]:
        text = column.reason or KINDS[column.kind]
        missing = f", {column.missing:,} missing" if column.missing else ""
        kind = "not used: " if column.kind == "ignored" else ""
        lines.append(f"  {shown(column.name, 30):<30} {kind}{shown(text)}{missing}")
    if len(schema.columns) > MOST_COLUMNS:
        lines.append(f"  … and {len(schema.columns) - MOST_COLUMNS:,} more")
    for title, texts in (
        ("Leak?", [leak.message(command=False) for leak in schema.warnings]),
        ("Notes", model.notes),
        ("Health", model.health or ("all layers learn well",)),
    ):
        for i, text in enumerate(texts):
            lines.append(f"{title if not i else '':<12} {shown(text, 600)}")
    return "\n".join(lines)


def html(model: ModelData) -> str:
    """The scores as a table, and the notes as a list."""
    cells = "".join(
        f"<tr><th style='text-align:left'>{name}</th><td>{value}</td><td>{span}</td>"
        f"<td>{base}</td></tr>"
        for name, value, span, base in _scores(model.scores)
    )
    notes = "".join(f"<li>{escape(shown(note, 300))}</li>" for note in notes_of(model)[:MOST_NOTES])
    return (
        f"<div class='trueodds'><p>{escape(head(model))}</p><table><thead><tr><th></th>"
        f"<th>score</th><th>95 % interval</th><th>base rate</th></tr></thead><tbody>{cells}"
        f"</tbody></table>{f'<ul>{notes}</ul>' if notes else ''}</div>"
    )


def head(model: ModelData) -> str:
    """What is forecast, from how much."""
    ignored = len(model.schema.columns) - len(model.schema.used)
    return (
        f"Model of {quoted(model.target_name)}: the probability of {quoted(model.target_yes)}, not "
        f"{quoted(model.target_no)}; {model.schema.rows:,} rows, {len(model.schema.used):,} "
        f"columns used" + (f", {ignored:,} ignored" if ignored else "")
    )


def quoted(text: str) -> str:
    """Text of the user's between quotation marks."""
    return f'"{shown(text)}"'


def shown(text: str, longest: int = LONGEST) -> str:
    """Text of the user's on one line that cannot steer a terminal."""
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _scores(scores: Scores) -> list[tuple[str, str, str, str]]:
    """Name, value, interval and the base rate's value of each score."""
    error = scores.calibration_error
    return [
        ("Log-loss", *_texts(scores.log_loss), _figure(scores.base_log_loss)),
        ("Brier score", *_texts(scores.brier), _figure(scores.base_brier)),
        ("AUC", *_texts(scores.auc), _figure(0.5)),
        ("Calibration error", _figure(error.value), f"perfect: {_figure(error.floor)}", ""),
    ]


def _score_lines(scores: Scores) -> list[str]:
    return [
        f"{name} {value} ({span}){f', base rate {base}' if base else ''}"
        for name, value, span, base in _scores(scores)
    ]


def _score_table(scores: Scores) -> list[str]:
    rows = [("", "score", "95 % interval", "base rate"), *_scores(scores)]
    return [f"{n:<18} {v:>8}   {s:<18}   {b:>9}".rstrip() for n, v, s, b in rows]


def _texts(interval: Interval) -> tuple[str, str]:
    span = f"{_figure(interval.low)} to {_figure(interval.high)}"
    return _figure(interval.value), span if isfinite(interval.high) else "no interval"


def _figure(value: float) -> str:
    return f"{value:.4f}" if isfinite(value) else "not defined"
