"""``trueodds fit``: a table becomes a model and a report."""

import hashlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueodds.cli.console import note, print_facts, print_json
from trueodds.cli.outputs import require_ending, require_writable
from trueodds.cli.progress import tell_compiling, training_progress
from trueodds.cli.roles import read_roles
from trueodds.cli.stop import stoppable
from trueodds.cli.summary import (
    print_scores,
    told_columns,
    told_health,
    told_leaks,
    told_rows,
    told_target,
)
from trueodds.errors import TrueOddsError
from trueodds.main_job import Learned, learn
from trueodds.report import write_report
from trueodds.report.tables import treatment_lines
from trueodds.table import Target, read_table
from trueodds.training.recipe import recipe_for


@dataclass(frozen=True)
class FitJob:
    """What ``fit`` was asked to do."""

    train: Path
    target: str
    out: Path
    report: Path | None
    positive: str | None = None
    drop: tuple[str, ...] = ()
    weight: str | None = None
    group: str | None = None
    time: str | None = None
    effort: str = "standard"
    seed: int = 0
    jobs: int | None = None
    heal: bool = False


@dataclass(frozen=True, eq=False)
class Fitted:
    """What came of it."""

    job: FitJob
    learned: Learned
    target: Target
    seconds: float


def fit(job: FitJob) -> Fitted:
    """Train and write the model and its report.

    Raises
    ------
    UsageError, TrueOddsError
        Nothing is written then, unless it was the report that could not be.
    KeyboardInterrupt
        On Ctrl-C, with what to say about the files.
    """
    began = time.monotonic()
    recipe = recipe_for(job.effort)
    require_ending(job.out, [".odds"], "--out")
    require_writable(job.out, "--out", [job.train])
    if job.report is not None:
        require_ending(job.report, [".html", ".htm"], "--report")
        require_writable(job.report, "--report", [job.train])
    written: list[str] = []
    try:
        with stoppable() as stop, training_progress(recipe.folds * recipe.members, stop) as shown:
            shown.phase(f"Reading {job.train.name}")
            frame = read_table(job.train)
            roles = read_roles(
                frame,
                job.target,
                positive=job.positive,
                weight=job.weight,
                group=job.group,
                time=job.time,
                drop=job.drop,
            )
            shown.phase("Preparing the columns")
            tell_compiling()
            learned = learn(
                roles.inputs,
                roles.target,
                weight=roles.weight,
                groups=roles.groups,
                time=roles.time,
                drop=roles.drop,
                effort=job.effort,
                seed=job.seed,
                jobs=job.jobs,
                heal=job.heal,
                listener=shown.hear,
                source=frame.source,
                source_sha256=file_sha256(job.train),
            )
            shown.phase("Writing the model and the report")
            learned.model.save(job.out)
            written.append(str(job.out))
            if job.report is not None:
                write_report(learned.model, learned.evidence, job.report)
                written.append(str(job.report))
    except KeyboardInterrupt:
        if written:
            raise KeyboardInterrupt(f"{' and '.join(written)} was written before") from None
        raise
    except TrueOddsError:
        if written:
            note(f"The model was written to {written[0]} before this error.")
        raise
    return Fitted(job, learned, roles.target, time.monotonic() - began)


def tell_fit(fitted: Fitted) -> None:
    """Print the scores and what the user should know."""
    job, model = fitted.job, fitted.learned.model
    for remark in model.notes:
        note(f"Note: {remark}")
    print_scores(model.scores)
    left_out = fitted.target.missing
    rows = told_rows(model.scores) + (
        f"; {left_out:,} left out for a missing target" if left_out else ""
    )
    leaks = told_leaks(model)
    print()
    print_facts(
        [
            ("Target", told_target(model)),
            ("Rows", rows),
            ("Folds", model.record.fold_rule),
            ("Columns", told_columns(model)),
            *[("Leak?" if i == 0 else "", text) for i, text in enumerate(leaks)],
            ("Health", told_health(model.health)),
            *[("Healed" if i == 0 else "", t) for i, t in enumerate(treatment_lines(model.record))],
            ("Model", f"{job.out} ({job.out.stat().st_size / 1000:,.0f} kB)"),
            *([("Report", str(job.report))] if job.report else []),
            ("Time", f"{fitted.seconds:.1f} s"),
        ]
    )
    sys.stdout.flush()


def fit_json(fitted: Fitted) -> dict[str, Any]:
    """Return what ``fit --json`` prints."""
    job, model = fitted.job, fitted.learned.model
    columns = model.schema.columns
    return {
        "model": str(job.out),
        "report": str(job.report) if job.report else None,
        "source": model.source,
        "source_sha256": model.source_sha256,
        "target": {
            "name": model.target_name,
            "yes": model.target_yes,
            "no": model.target_no,
            "rule": model.target_rule,
            "rows": int(fitted.target.kept.sum()),
            "left_out_missing": fitted.target.missing,
        },
        "columns": {
            "used": [c.name for c in model.schema.used],
            "aside": {c.name: c.reason for c in columns if c.kind == "aside"},
            "suspected_leaks": {c.name: c.leak for c in columns if c.leak},
        },
        "effort": job.effort,
        "seed": job.seed,
        "folds": model.record.fold_rule,
        "scores": model.scores.to_json(),
        "health": list(model.health),
        "treatments": treatment_lines(model.record),
        "notes": list(model.notes),
        "seconds": round(fitted.seconds, 3),
    }


def run_fit(job: FitJob, *, as_json: bool) -> None:
    """Train, write, and tell."""
    fitted = fit(job)
    if as_json:
        for remark in fitted.learned.model.notes:
            note(f"Note: {remark}")
        print_json(fit_json(fitted))
    else:
        tell_fit(fitted)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
