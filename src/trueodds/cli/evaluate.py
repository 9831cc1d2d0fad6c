"""``trueodds evaluate``: how good a model's probabilities are on labelled rows."""

import warnings
from pathlib import Path

from trueodds.cli.console import note, print_facts, print_json
from trueodds.cli.summary import print_scores, told_rows
from trueodds.evaluation.scores import Scores
from trueodds.model import Model, load
from trueodds.model.evaluate import Evaluation
from trueodds.report.wording import calibration_verdict
from trueodds.text import printable


def tell_evaluation(found: Evaluation) -> None:
    """Print the scores; when the model has seen rows, this first."""
    rows = told_rows(found.scores)
    if found.left_out:
        rows += f"; {found.left_out:,} left out for a missing label"
    if found.warning:
        print(f"{printable(found.warning)}\n")
    if found.all_seen:
        _print_titled("Out-of-fold, as new rows:", found.training)
        _print_titled("On rows that the model has seen, which flatters it:", found.scores)
    elif found.unseen is not None:
        _print_titled("On rows that equal no training row:", found.unseen, found.training)
        _print_titled("On all rows, seen ones among them:", found.scores)
    else:
        print_scores(found.scores, found.training)
        print()
    print_facts(
        [
            ("Rows", rows),
            *([("Weights", found.weighting)] if found.weighting else []),
            ("Calibration", told_calibration(found)),
        ]
    )


def told_calibration(found: Evaluation) -> str:
    """Return the verdict on calibration, from rows that the model has not seen."""
    if found.judged is None or found.all_seen:
        return "not judged on rows that the model has seen"
    return calibration_verdict(found.judged) or "not defined"


def run_evaluate(
    model_file: Path, labelled: Path, *, weight: str | bool = True, as_json: bool
) -> None:
    """Score and tell; ``weight`` is as `Model.evaluate` takes it."""
    model = load(model_file)
    with warnings.catch_warnings():  # told below
        warnings.simplefilter("ignore", UserWarning)
        found = model.evaluate(labelled, sample_weight=weight)
    for remark in found.notes:
        note(f"Note: {remark}")
    if as_json:
        for remark in found.remarks:
            note(f"Warning: {remark}")
        print_json(evaluation_json(model_file, labelled, model, found))
    else:
        tell_evaluation(found)


def evaluation_json(
    model_file: Path, labelled: Path, model: Model, found: Evaluation
) -> dict[str, object]:
    """Return what ``evaluate --json`` prints."""
    return {
        "model": str(model_file),
        "table": str(labelled),
        "target": model.target_name,
        "yes": model.target_yes,
        **found.to_json(),
    }


def _print_titled(title: str, scores: Scores, training: Scores | None = None) -> None:
    print(title)
    print_scores(scores, training)
    print()
