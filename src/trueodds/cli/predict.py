"""``trueodds predict``: rows and their probability; imports NumPy and the table reader alone."""

from pathlib import Path

from trueodds.cli.console import note, print_json
from trueodds.cli.outputs import require_writable
from trueodds.errors import TableError, UsageError
from trueodds.model import load
from trueodds.model.model import probability
from trueodds.model.watch import Watch
from trueodds.table import read_table, writable_ending, write_scored

MOST_TOLD = 8
"""Most lines about what is unlike training."""


def run_predict(model_file: Path, new: Path, out: Path | None, *, as_json: bool) -> None:
    """Score a table and write it with its probabilities.

    Raises
    ------
    UsageError, TrueOddsError
        Nothing is written then.
    """
    if as_json and out is None:
        raise UsageError("--json needs --out: without it the scored rows themselves go to stdout")
    if out is not None:
        try:
            writable_ending(out)
        except TableError as error:
            raise UsageError(f"--out: {error}") from None
        require_writable(out, "--out", [new, model_file])
    model = load(model_file)
    frame = read_table(new)
    values = model.read(frame)
    watch = Watch(model.schema, model.seen)
    watch.look(values)
    unlike = watch.unlike()
    notes = [*frame.notes, *values.notes]
    forecast = probability(model.log_odds_of(values))
    notes += write_scored(frame, forecast, out)
    for remark in notes:
        note(f"Note: {remark}")
    told = unlike if len(unlike) <= MOST_TOLD else unlike[: MOST_TOLD - 1]
    for finding in told:
        note(f"Unlike training: {finding.sentence}")
    if len(told) < len(unlike):
        note(f"Unlike training: {len(unlike) - len(told):,} more; see trueodds drift or --json")
    mean = float(forecast.mean())
    if as_json:
        print_json(
            {
                "out": str(out),
                "rows": frame.rows,
                "mean_probability": mean,
                "target": model.target_name,
                "yes": model.target_yes,
                "notes": notes,
                "unlike_training": [finding.to_json() for finding in unlike],
            }
        )
    elif out is not None:
        note(
            f'{out}: {frame.rows:,} rows with the probability that "{model.target_name}" is '
            f'"{model.target_yes}", {mean:.2%} on average'
        )
