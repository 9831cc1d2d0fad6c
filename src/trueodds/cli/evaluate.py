"""``trueodds evaluate``: how good a model's probabilities are on labelled rows."""

import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from trueodds.cli.checks import chosen_codes, leave_if_fired
from trueodds.cli.console import note, print_facts, print_json
from trueodds.cli.facts import print_scores, rows_text
from trueodds.cli.options import number_or_name
from trueodds.cli.outputs import require_ending, require_writable
from trueodds.cli.slices import print_slices
from trueodds.errors import UsageError
from trueodds.evaluation.scores import Scores
from trueodds.model import Model, load
from trueodds.model.checks import checks_of_evaluation
from trueodds.model.evaluate import Evaluation
from trueodds.report import write_report
from trueodds.report.facts import shown_facts
from trueodds.report.held_out import HeldOut, held_out
from trueodds.report.wording import calibration_verdict
from trueodds.table import Source
from trueodds.text import printable


def print_evaluation(found: Evaluation) -> None:
    """Print the scores; if the model has seen rows, say so first."""
    rows = rows_text(found.scores)
    if found.left_out:
        rows += f"; {found.left_out:,} left out because the label is missing"
    if found.warning:
        print(f"{printable(found.warning)}\n")
    if found.all_seen:
        _print_titled("Out-of-fold scores, which hold for new rows:", found.training)
        _print_titled("Scores of rows that the model has seen, which are too good:", found.scores)
    elif found.unseen is not None:
        _print_titled(
            "Scores of the rows that equal no training row:", found.unseen, found.training
        )
        _print_titled("Scores of all rows, with the seen rows:", found.scores)
    else:
        print_scores(found.scores, found.training)
        print()
    print_facts(
        [
            ("Rows", rows),
            *([("Weights", found.weighting)] if found.weighting else []),
            ("Calibration", calibration_text(found)),
        ]
    )
    if found.slices is not None:
        print()
        print_slices(found)


def calibration_text(found: Evaluation) -> str:
    """What the test of calibration found on rows that the model has not seen."""
    if found.judged is None or found.all_seen:
        return "not tested, because the model has seen the rows"
    return calibration_verdict(found.judged) or "not defined"


def run_evaluate(
    model_file: Path,
    labelled: Source,
    fail_on: Sequence[str] = (),
    *,
    weight: str | bool = True,
    by: tuple[str, ...] = (),
    costs: tuple[str | None, str | None, str | None] = (None, None, None),
    page: Path | None = None,
    show_rows: int = 0,
    as_json: bool,
) -> None:
    """Score and print; ``weight`` is the ``sample_weight`` of `Model.evaluate`.

    ``costs`` are numbers in words, or names of columns. ``page`` is where a report of these rows is
    written, which shows ``show_rows`` of them. The exit code is 4 if a check fired that ``fail_on``
    names.
    """
    chosen = chosen_codes(fail_on, "evaluate")
    if page is not None:
        inputs = [labelled.path] if labelled.kind == "path" else []
        require_ending(page, [".html", ".htm"], "--report")
        require_writable(page, "--report", [model_file, *inputs])
    elif show_rows:
        raise UsageError("--show-rows needs --report: the page shows the rows")
    model = load(model_file)
    false_positive, false_negative, benefit = (number_or_name(cost) for cost in costs)
    with warnings.catch_warnings():  # printed below
        warnings.simplefilter("ignore", UserWarning)
        judge = model.evaluate if page is None else partial(held_out, model, show_rows=show_rows)
        judged = judge(
            labelled,
            by=by,
            cost_fp=false_positive,
            cost_fn=false_negative,
            benefit=benefit,
            sample_weight=weight,
        )
        evidence = judged if isinstance(judged, HeldOut) else None
        found = judged.evaluation if isinstance(judged, HeldOut) else judged
        if page is not None and evidence is not None:
            write_report(model, evidence, page)
    for text in (*found.notes, *(found.slices.notes if found.slices else ())):
        note(f"Note: {text}")
    if as_json:
        for text in found.remarks:
            note(f"Warning: {text}")
        values = evaluation_json(model_file, labelled, model, found)
        if evidence is not None:
            values |= {"report": str(page), **shown_facts(model, evidence)}
        print_json("evaluate", values)
    else:
        print_evaluation(found)
        if page is not None:
            print_facts([("Report", str(page))])
    leave_if_fired(chosen, checks_of_evaluation(model, found))


def evaluation_json(
    model_file: Path, labelled: Source, model: Model, found: Evaluation
) -> dict[str, object]:
    """Return what ``evaluate --json`` prints."""
    return {
        "model": str(model_file),
        "table": labelled.shown,
        "target": model.target_name,
        "yes": model.target_yes,
        **found.to_json(),
        "checks": [check.to_json() for check in checks_of_evaluation(model, found)],
    }


def _print_titled(title: str, scores: Scores, training: Scores | None = None) -> None:
    print(title)
    print_scores(scores, training)
    print()
