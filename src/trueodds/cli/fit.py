"""``trueodds fit``: makes a model and a report from a table."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trueodds.array_store import Store
from trueodds.cli.checks import chosen_codes, leave_if_fired
from trueodds.cli.console import note, print_facts, print_json
from trueodds.cli.facts import (
    columns_text,
    evidence_facts,
    health_text,
    print_scores,
    print_warnings,
    scored_text,
    target_text,
)
from trueodds.cli.fit_job import FitJob
from trueodds.cli.fit_share import (
    drawn_for,
    print_unseen,
    require_share,
    unseen_json,
    with_unseen,
)
from trueodds.cli.folder_notes import kept_text, members_text, print_folder_notes
from trueodds.cli.outputs import require_ending, require_writable
from trueodds.cli.progress import note_compiling, training_progress
from trueodds.cli.roles import read_roles
from trueodds.cli.run_settings import run_settings
from trueodds.cli.share import Unseen
from trueodds.cli.stop import Stopped, StopRequest, stoppable
from trueodds.columns import Target
from trueodds.errors import TableError, TrueOddsError
from trueodds.evaluation.costs import Costs
from trueodds.execution.ray_address import require_ray
from trueodds.execution.time_limit import TimeLimit
from trueodds.execution.work_folder import work_folder
from trueodds.main_job import FitResult, learn
from trueodds.model.file import save
from trueodds.report import write_report
from trueodds.report.facts import shown_facts
from trueodds.report.tables import treatment_lines
from trueodds.report.wording import calibration_verdict
from trueodds.table import Frame, Source, as_source, read_mapped, read_table
from trueodds.table.anywhere import at_hand, fingerprint, size_of_files
from trueodds.training.recipe import recipe_for


@dataclass(frozen=True, eq=False)
class Fitted:
    """The result of ``fit``."""

    job: FitJob
    learned: FitResult
    target: Target
    seconds: float
    unseen: Unseen | None = None
    """Scores of the rows that are not drawn; None if all are used."""


def fit(job: FitJob) -> Fitted:
    """Train, and write the model and its report.

    Raises
    ------
    UsageError, TrueOddsError
        Nothing is written then, except if only the report could not be written.
    KeyboardInterrupt
        On Ctrl-C, with a sentence about the files.
    """
    began = time.monotonic()
    limit = None if job.time_limit is None else TimeLimit(job.time_limit)
    if job.on is not None:
        require_ray(job.on)
    require_share(job)
    recipe, costs = recipe_for(job.effort), Costs.given(job.costs)
    source = as_source(job.train)
    inputs = [source.path] if source.kind == "path" and source.path.is_file() else []
    require_ending(job.out, [".odds"], "--out")
    require_writable(job.out, "--out", inputs)
    if job.report is not None:
        require_ending(job.report, [".html", ".htm"], "--report")
        require_writable(job.report, "--report", inputs)
    stop = StopRequest()
    try:
        with (
            stoppable(stop),
            training_progress(recipe.folds * recipe.members, stop) as shown,
            at_hand(source) as near,
        ):
            if job.rows is not None:
                shown.phase(f"Drawing rows of {near.name}")
            drawn = drawn_for(job, near)
            sha256 = fingerprint(near) if drawn is None else drawn.sha256
            with work_folder(job.out, run_settings(job, recipe, sha256)) as work:
                stop.kept = lambda: kept_text(work)
                print_folder_notes(work)
                if work.members:
                    note(f"Resuming: {members_text(work)} already trained ({work.path}).")
                store = Store(work.arrays, job.memory)
                shown.phase(f"Reading {near.name}")
                frame = read_unchanged(near, sha256, store) if drawn is None else drawn.frame
                roles = read_roles(
                    frame,
                    job.target,
                    positive=job.positive,
                    weight=job.weight,
                    group=job.group,
                    time=job.time,
                    drop=job.drop,
                )
                if drawn is not None:
                    drawn.require_labels(roles.target)
                shown.phase("Preparing the columns")
                note_compiling()
                learned = learn(
                    roles.inputs,
                    roles.target,
                    weight=roles.weight,
                    groups=roles.groups,
                    time=roles.time,
                    drop=roles.drop,
                    roles=roles.columns,
                    effort=job.effort,
                    seed=job.seed,
                    jobs=job.jobs,
                    on=job.on,
                    heal=job.heal,
                    limit=limit,
                    costs=costs,
                    background=job.background,
                    show_rows=job.show_rows,
                    callback=shown.update,
                    source=frame.source,
                    source_sha256=sha256,
                    work=work,
                    store=store,
                )
                if drawn is not None:
                    shown.phase("Scoring the rows that no member saw")
                learned, unseen = with_unseen(job, drawn, learned)
                shown.phase("Writing the model and the report")
                save(learned.model, job.out, work.path)
                stop.written.append(str(job.out))
                try:
                    if job.report is not None:
                        # Another folder may be on another disk, where renaming is impossible.
                        same = job.report.parent.resolve() == job.out.parent.resolve()
                        scratch = work.path if same else None
                        write_report(learned.model, learned.out_of_fold, job.report, scratch)
                        stop.written.append(str(job.report))
                finally:  # a report that fails leaves the model, and nothing to go on from
                    work.remove()
                print_folder_notes(work)
    except KeyboardInterrupt:
        if text := stop.files_text():
            raise Stopped(text) from None
        raise
    except TrueOddsError:
        if stop.written:
            note(f"The model was written to {stop.written[0]} before this error.")
        elif text := stop.kept():
            note(f"Before this error: {text}.")
        raise
    return Fitted(job, learned, roles.target, time.monotonic() - began, unseen)


def print_fit(fitted: Fitted) -> None:
    """Print the scores and the facts about the model."""
    job, model, evidence = fitted.job, fitted.learned.model, fitted.learned.out_of_fold
    for text in model.notes:
        note(f"Note: {text}")
    checks = model.checks()
    print_warnings(checks)
    print_scores(model.scores, regression=evidence.logistic_regression)
    print_unseen(fitted.unseen, fitted.learned)
    left_out = fitted.target.missing
    weightless = int(fitted.target.kept.sum()) - model.schema.rows
    rows = (
        scored_text(model)
        + (f"; {left_out:,} left out because the target is missing" if left_out else "")
        + (f"; {weightless:,} left out because the weight is 0" if weightless else "")
    )
    print()
    print_facts(
        [
            ("Target", target_text(model)),
            ("Rows", rows),
            ("Folds", model.record.fold_rule),
            ("Calibration", calibration_verdict(model.scores) or "not defined"),
            *evidence_facts(evidence, model.costs),
            ("Columns", columns_text(model)),
            ("Health", health_text(checks)),
            *[("Healed" if i == 0 else "", t) for i, t in enumerate(treatment_lines(model.record))],
            ("Model", f"{job.out} ({job.out.stat().st_size / 1000:,.0f} kB)"),
            *([("Report", str(job.report))] if job.report else []),
            ("Time", f"{fitted.seconds:.1f} s"),
        ]
    )
    sys.stdout.flush()


def fit_json(fitted: Fitted) -> dict[str, Any]:
    """Return what ``fit --json`` prints."""
    job, model, evidence = fitted.job, fitted.learned.model, fitted.learned.out_of_fold
    columns = model.schema.columns
    return {
        "model": str(job.out),
        "report": str(job.report) if job.report else None,
        "source": model.source,
        "source_sha256": model.source_sha256,
        "warnings": [leak.to_json() for leak in model.schema.warnings],
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
            "ignored": {c.name: c.reason for c in columns if c.kind == "ignored"},
        },
        "effort": job.effort,
        "seed": job.seed,
        "folds": model.record.fold_rule,
        "scores": model.scores,
        "logistic_regression": evidence.logistic_regression,
        "decision": evidence.decision and evidence.decision.to_json(),
        **shown_facts(model, evidence),
        "health": list(model.health),
        "checks": [check.to_json() for check in model.checks()],
        "treatments": treatment_lines(model.record),
        "notes": list(model.notes),
        **unseen_json(fitted.unseen),
        "seconds": round(fitted.seconds, 3),
    }


def run_fit(job: FitJob, fail_on: Sequence[str] = (), *, as_json: bool) -> None:
    """Train, write, and print; the exit code is 4 if a check fired that ``fail_on`` names."""
    chosen = chosen_codes(fail_on, "fit")
    fitted = fit(job)
    if as_json:
        for text in fitted.learned.model.notes:
            note(f"Note: {text}")
        print_json("fit", fit_json(fitted))
    else:
        print_fit(fitted)
    leave_if_fired(chosen, fitted.learned.model.checks())


def read_unchanged(source: Source, sha256: str, store: Store) -> Frame:
    """Read a table whose `fingerprint` is this; "" for what is not a plain file or folder.

    Raises
    ------
    TableError
        If it cannot be read, or if it changed in the meantime.
    """
    if not sha256:
        return read_table(source)
    try:
        mapped = store.folder is not None and store.maps_table(size_of_files(source))
        frame = read_mapped(source, store.folder) if mapped and store.folder else read_table(source)
        after = fingerprint(source)
    except FileNotFoundError:
        after = ""
    if not after:
        raise TableError(f"{source.shown} disappeared while it was read; copy it there again")
    if sha256 != after:
        raise TableError(f"{source.shown} changed while it was read; run again when it is complete")
    return frame
