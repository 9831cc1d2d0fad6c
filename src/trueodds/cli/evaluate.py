"""``trueodds evaluate``: how good a model's probabilities are on labelled rows."""

from dataclasses import dataclass
from pathlib import Path

from trueodds.calibration.scores import Scores, score
from trueodds.cli.console import note, print_facts, print_json
from trueodds.cli.summary import print_scores, told_rows
from trueodds.model import Model, load
from trueodds.report.wording import calibration_verdict
from trueodds.table import apply_target, read_table


@dataclass(frozen=True)
class Evaluated:
    """Scores on labelled rows."""

    scores: Scores
    model: Model
    left_out: int
    """Rows whose label is missing."""


def evaluate(model_file: Path, labelled: Path) -> Evaluated:
    """Score the model's forecast of the labelled rows."""
    model = load(model_file)
    frame = read_table(labelled)
    y, kept = apply_target(
        frame.column(model.target_name),
        model.target_name,
        model.target_yes,
        model.target_no,
        source=frame.source,
        place=frame.place,
    )
    rows = frame.take(kept)
    values = model.read(rows)
    for remark in (*frame.notes, *values.notes):
        note(f"Note: {remark}")
    scores = score(y, model.log_odds_of(values))
    return Evaluated(scores, model, int(len(kept) - kept.sum()))


def tell_evaluation(found: Evaluated) -> None:
    """Print the scores."""
    rows = told_rows(found.scores)
    if found.left_out:
        rows += f"; {found.left_out:,} left out for a missing label"
    print_scores(found.scores, found.model.scores)
    print()
    print_facts(
        [
            ("Rows", rows),
            ("Calibration", calibration_verdict(found.scores) or "not defined"),
        ]
    )


def run_evaluate(model_file: Path, labelled: Path, *, as_json: bool) -> None:
    """Score and tell."""
    found = evaluate(model_file, labelled)
    if as_json:
        print_json(
            {
                "model": str(model_file),
                "table": str(labelled),
                "target": found.model.target_name,
                "yes": found.model.target_yes,
                "left_out_missing": found.left_out,
                "scores": found.scores.to_json(),
                "training_scores": found.model.scores.to_json(),
            }
        )
    else:
        tell_evaluation(found)
