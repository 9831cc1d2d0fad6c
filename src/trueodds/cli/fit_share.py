"""What ``trueodds fit`` does and says if it is trained on a share of the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from trueodds.cli.facts import print_scores
from trueodds.cli.fit_job import FitJob
from trueodds.cli.predict import print_notes
from trueodds.cli.share import Drawn, Unseen, draw, files_of, score_unseen
from trueodds.errors import UsageError
from trueodds.execution.each import Each, each_here
from trueodds.execution.ray_each import RayEach
from trueodds.main_job import FitResult
from trueodds.report.wording import count, decimals
from trueodds.table import Source


def require_share(job: FitJob) -> None:
    """Raise UsageError if ``--rows`` is given beside an option that it cannot go with."""
    others = {
        "--weight": job.weight,
        "--group": job.group,
        "--time": job.time,
        "--time-limit": job.time_limit,
    }
    for option, value in others.items():
        if job.rows is not None and value is not None:
            raise UsageError(f"--rows and {option} cannot go together: --rows draws single rows")


@contextmanager
def each_of(job: FitJob) -> Iterator[Each]:
    """Within the block, calls for each file run here or on the job's Ray cluster."""
    if job.on is None:
        yield each_here
        return
    with RayEach(job.on, job.jobs) as each:
        yield each


def drawn_for(job: FitJob, source: Source) -> Drawn | None:
    """Draw the rows that the job is trained on; None if it is trained on all, without ``--rows``.

    Raises
    ------
    UsageError, TrueOddsError
        See `trueodds.cli.share.files_of` and `trueodds.cli.share.draw`.
    """
    if job.rows is None:
        return None
    parts = files_of(source)
    with each_of(job) as each:
        return draw(parts, job.target, job.rows, job.seed, each)


def with_unseen(
    job: FitJob, drawn: Drawn | None, learned: FitResult
) -> tuple[FitResult, Unseen | None]:
    """Score the rows that are not drawn; the model's notes and the page then tell it."""
    if drawn is None:
        return learned, None
    model, unseen = learned.model, None
    text = f"--rows {job.rows:,}: the files have {drawn.rows:,} rows, and all are used"
    if drawn.share is not None:
        with each_of(job) as each:
            unseen = score_unseen(model, drawn, model.target_name, each)
        assert unseen is not None
        text = unseen_sentence(unseen, job.seed)
    evidence = learned.out_of_fold
    if unseen is not None:
        evidence = replace(evidence, unseen=unseen.scores)
    return FitResult(replace(model, notes=(*model.notes, text)), evidence), unseen


def unseen_sentence(unseen: Unseen, seed: int) -> str:
    """How the model was trained, and its scores on the other rows."""
    text = (
        f"trained on {count(unseen.drawn)} of {count(unseen.drawn + unseen.rows)} rows, drawn at "
        f"random by seed {seed}"
    )
    scores = unseen.scores
    if scores is None:
        return f"{text}; none of the other rows has a label"
    return (
        f"{text}; on {count(scores.rows)} rows that no member saw, the log-loss is "
        f"{scores.log_loss} (base rate's {decimals(scores.base_log_loss)}), the Brier score "
        f"{scores.brier}, the AUC {scores.auc}"
    )


def print_unseen(unseen: Unseen | None, learned: FitResult) -> None:
    """Print the scores of the rows that no member saw, if there are any."""
    if unseen is None:
        return
    print_notes(unseen.notes, unseen.out_of_range)
    if unseen.scores is not None:
        print(f"\nScores of {count(unseen.scores.rows)} rows that no member saw:")
        print_scores(unseen.scores, learned.model.scores)


def unseen_json(unseen: Unseen | None) -> dict[str, Any]:
    """The field ``unseen`` of ``fit --json``; nothing without such rows."""
    if unseen is None:
        return {}
    return {
        "unseen": {
            "rows": unseen.rows,
            "drawn": unseen.drawn,
            "left_out_missing": unseen.left_out,
            "scores": unseen.scores,
            "notes": list(unseen.notes),
            "out_of_range": unseen.out_of_range,
        }
    }
