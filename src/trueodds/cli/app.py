"""The commands, their arguments and help. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from trueodds.cli.stop import spoken_errors

Effort = Literal["quick", "standard", "best"]
Dtype = Literal["float32", "float16"]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to stdout instead of text.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="Processes side by side.", show_default="by the work there is"
    ),
]
# Readable or not is for the command to say, in its words and with its exit code.
ModelFile = Annotated[
    Path, typer.Argument(metavar="MODEL", readable=False, help="A model file (.odds).")
]

app = typer.Typer(
    name="trueodds",
    help="Probabilities you can trust, from a table with a yes/no column.",
    epilog="A first model: trueodds demo. Help for a command: trueodds fit --help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from trueodds import __version__

        print(f"trueodds {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Probabilities you can trust, from a table with a yes/no column."""


@app.command("fit")
@spoken_errors()
def fit_command(
    train: Annotated[
        Path,
        typer.Argument(
            metavar="TRAIN",
            readable=False,
            help="Training table: CSV, TSV, JSON lines (also .gz), Parquet or Arrow.",
        ),
    ],
    target: Annotated[str, typer.Option(metavar="COL", help="The yes/no column to forecast.")],
    positive: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="The label that means yes.", show_default="guessed"),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="A column not to use; may be given many times."),
    ] = None,
    weight: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of row weights, ≥ 0; no input then.")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of groups that folds must not split; no input then. "
            "A row without a group stands alone.",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of dates or numbers: folds forecast later rows from earlier ones; "
            "no input then. A row without a time counts as earliest.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="NAME.odds", help="The model file.", show_default="TRAIN's name"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="NAME.html", help="The report.", show_default="the model's name"),
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report.")] = False,
    seed: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="The same seed gives the same model, byte for byte."),
    ] = 0,
    jobs: Jobs = None,
    effort: Annotated[Effort, typer.Option(help="Time spent for better odds.")] = "standard",
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Such as 2GB: what would not fit lies in files beside the model meanwhile.",
            show_default="no limit",
        ),
    ] = None,
    heal: Annotated[
        bool,
        typer.Option(
            "--heal",
            help="Cure faults that the networks share and train again; the better run is kept. "
            "A network that fails to learn is cured in any case.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Learn a model from a table; write it and a report."""
    from trueodds.array_store import size_of
    from trueodds.cli.fit import FitJob, run_fit
    from trueodds.cli.outputs import stem
    from trueodds.errors import UsageError

    if report is not None and no_report:
        raise UsageError("--report and --no-report cannot go together")
    if group is not None and time is not None:
        raise UsageError("--group and --time cannot go together: folds follow one of them")
    model = out or Path(stem(train) + ".odds")
    page = None if no_report else report or model.with_suffix(".html")
    job = FitJob(
        train=train,
        target=target,
        out=model,
        report=page,
        positive=positive,
        drop=tuple(drop or ()),
        weight=weight,
        group=group,
        time=time,
        effort=effort,
        seed=seed,
        jobs=jobs,
        memory=None if memory is None else size_of(memory, "--memory"),
        heal=heal,
    )
    run_fit(job, as_json=as_json)


@app.command("predict")
@spoken_errors()
def predict_command(
    model: ModelFile,
    new: Annotated[
        Path,
        typer.Argument(metavar="NEW", readable=False, help="Rows to score; columns in any order."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="SCORED",
            help="CSV, TSV, JSON lines (also .gz), Parquet or Arrow, by its ending.",
            show_default="CSV to stdout",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --out: print a summary as JSON to stdout.")
    ] = False,
) -> None:
    """Score rows: the same table with a column "probability" at its end."""
    from trueodds.cli.predict import run_predict

    run_predict(model, new, out, as_json=as_json)


@app.command("evaluate")
@spoken_errors()
def evaluate_command(
    model: ModelFile,
    labelled: Annotated[
        Path,
        typer.Argument(metavar="LABELLED", readable=False, help="Rows with the target column."),
    ],
    weight: Annotated[
        str | None,
        typer.Option(
            metavar="COL", help="Column of row weights, ≥ 0.", show_default="that of training"
        ),
    ] = None,
    no_weight: Annotated[bool, typer.Option("--no-weight", help="Count all rows alike.")] = False,
    as_json: Json = False,
) -> None:
    """Check a model on labelled rows: scores with 95 % intervals, and a test of calibration.

    Rows that the model has seen in training are said aloud.
    """
    from trueodds.cli.evaluate import run_evaluate
    from trueodds.errors import UsageError

    if weight is not None and no_weight:
        raise UsageError("--weight and --no-weight cannot go together")
    asked = not no_weight if weight is None else weight
    run_evaluate(model, labelled, weight=asked, as_json=as_json)


@app.command("drift")
@spoken_errors()
def drift_command(
    model: ModelFile,
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Rows to compare; no target needed.")],
    threshold: Annotated[
        float,
        typer.Option(metavar="PSI", help="Population stability index that counts as drift."),
    ] = 0.2,
    as_json: Json = False,
) -> None:
    """Compare new rows with the training rows; exit code 3 when they have drifted."""
    from trueodds.cli.drift import run_drift

    run_drift(model, new, threshold, as_json=as_json)


@app.command("inspect")
@spoken_errors()
def inspect_command(
    model: ModelFile,
    health: Annotated[
        bool, typer.Option("--health", help="Show how every layer learnt, and all findings.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is inside a model: columns, network, training, scores, health, versions."""
    from trueodds.cli.inspect import run_inspect

    run_inspect(model, health=health, as_json=as_json)


@app.command("demo")
@spoken_errors()
def demo_command(
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where its files go; made when missing.")
    ] = Path("demo"),
    jobs: Jobs = None,
) -> None:
    """See the main job in a minute, on a real table that comes with trueodds."""
    from trueodds.cli.demo import run_demo

    run_demo(out, jobs)


@app.command("prove")
@spoken_errors()
def prove_command(
    function: Annotated[
        str | None,
        typer.Argument(metavar="FUNCTION", help="Such as sigmoid.", show_default="all of them"),
    ] = None,
    dtype: Annotated[Dtype, typer.Option(help="The floats to walk.")] = "float32",
    all_floats: Annotated[
        bool, typer.Option("--all", help="Try every float there is (minutes each).")
    ] = False,
    stride: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Try every N-th float.", show_default="a sample"),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Threads.", show_default="all cores")
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove that σ and its family are correctly rounded, float by float."""
    from trueodds.cli.prove import run_prove

    run_prove(function, dtype, stride, jobs, all_floats=all_floats, as_json=as_json)
