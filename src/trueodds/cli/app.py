"""The commands, over 300 lines as each is one declaration; their code is in the other files."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from trueodds.cli.options import (
    Benefit,
    By,
    CostFn,
    CostFp,
    Dtype,
    Effort,
    FailOn,
    Format,
    Jobs,
    Json,
    Labelled,
    ModelFile,
    NoWeight,
    Query,
    ScoreWeight,
    ShowRows,
    asked_weight,
    table_of,
)
from trueodds.cli.stop import errors_as_sentences

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
@errors_as_sentences()
def fit_command(
    train: Annotated[
        str,
        typer.Argument(
            metavar="TRAIN",
            help="Training table: a file, folder, pattern, URL, database or - for stdin; # chooses "
            "a part.",
        ),
    ],
    target: Annotated[str, typer.Option(metavar="COL", help="The yes/no column to forecast.")],
    positive: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="The label that means yes.", show_default="guessed"),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="A column to ignore; repeat the option for more columns."),
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Column of row weights, ≥ 0. It is not an input."),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of groups. All rows of a group are in one fold. It is not an input. "
            "A row without a group is a group of its own.",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of dates or numbers. Folds forecast later rows from earlier rows. It is "
            "not an input. A row without a time counts as the earliest.",
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
    on: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Train on Ray: ray starts a cluster on this machine; ray://HOST:PORT or HOST:PORT "
            "is a running cluster. The model is the same, byte for byte.",
            show_default="this machine",
        ),
    ] = None,
    effort: Annotated[
        Effort, typer.Option(help="How much time to spend for better probabilities.")
    ] = "standard",
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Most memory for data, such as 2GB; more data is in files beside the model.",
            show_default="no limit",
        ),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Train on N rows drawn at random from a folder of Parquet files of any size; the "
            "finished model is scored on all other rows.",
            show_default="all rows",
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Most seconds for all, reading and scores included: networks that are not "
            "trained by then are left out, but for one a fold. The result depends on the clock.",
            show_default="no limit",
        ),
    ] = None,
    heal: Annotated[
        bool,
        typer.Option(
            "--heal",
            help="If the networks share a fault, cure it, train again and keep the better run. "
            "A network that fails to learn is always cured.",
        ),
    ] = False,
    no_background: Annotated[
        bool,
        typer.Option(
            "--no-background",
            help="Keep no cells of training rows in the model and its page. Reasons need them.",
        ),
    ] = False,
    cost_fp: Annotated[
        float | None,
        typer.Option(
            metavar="COST",
            help="Cost of a call where the label is no. The model keeps the costs for decisions.",
        ),
    ] = None,
    cost_fn: Annotated[
        float | None,
        typer.Option(metavar="COST", help="Cost of no call where the label is yes."),
    ] = None,
    benefit: Annotated[
        float | None,
        typer.Option(metavar="GAIN", help="Gain of a call where the label is yes."),
    ] = None,
    show_rows: ShowRows = 0,
    told: Format = None,
    query: Query = None,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Learn a model from a table, and write the model and a report."""
    from trueodds.array_store import size_of
    from trueodds.cli.fit import run_fit
    from trueodds.cli.fit_job import FitJob
    from trueodds.errors import UsageError

    if report is not None and no_report:
        raise UsageError("--report and --no-report cannot go together")
    if group is not None and time is not None:
        raise UsageError("--group and --time cannot go together: folds follow one of them")
    table = table_of(train, told, query)
    model = out or Path(table.stem + ".odds")
    page = None if no_report else report or model.with_suffix(".html")
    job = FitJob(
        train=table,
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
        on=on,
        memory=None if memory is None else size_of(memory, "--memory"),
        time_limit=time_limit,
        heal=heal,
        costs=(cost_fp, cost_fn, benefit),
        background=not no_background,
        rows=rows,
        show_rows=show_rows,
    )
    run_fit(job, fail_on or (), as_json=as_json)


@app.command("predict")
@errors_as_sentences()
def predict_command(
    model: ModelFile,
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW",
            help="Table of rows to score, from anywhere as TRAIN of fit; columns in any order.",
        ),
    ],
    out: Annotated[
        str | None,
        typer.Option(
            metavar="SCORED",
            help="CSV, TSV, JSON lines (also .gz), Parquet or Arrow, by its ending; or a new table "
            "of a database, such as file.duckdb#scored.",
            show_default="CSV to stdout",
        ),
    ] = None,
    interval: Annotated[
        bool,
        typer.Option(
            "--interval",
            help='Add columns "lower" and "upper": 95 % bounds of the share of yes among rows with '
            "this probability.",
        ),
    ] = False,
    explain: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help='Add columns "reason_1" to "reason_N": the cells that change the odds most.',
            show_default="none",
        ),
    ] = None,
    decide: Annotated[
        bool,
        typer.Option(
            "--decide",
            help='Add a column "decision": "call" where a call costs no more than no call, else '
            '"no call".',
        ),
    ] = False,
    cost_fp: CostFp = None,
    cost_fn: CostFn = None,
    benefit: Benefit = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLS",
            help="Columns to write, such as id,probability; new ones by their names above.",
            show_default="all",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Score the files of a folder on Ray, as fit --on; --out is then a folder.",
            show_default="this machine",
        ),
    ] = None,
    told: Format = None,
    query: Query = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="With --out: print one JSON object about the rows to stdout."),
    ] = False,
) -> None:
    """Score rows: write the table with a column "probability" added at its end."""
    from trueodds.cli.predict import Asked, run_predict

    table = table_of(new, told, query)
    costs = (cost_fp, cost_fn, benefit)
    asked = Asked(decide=decide, costs=costs, interval=interval, reasons=explain or 0)
    if on is not None:
        from trueodds.cli.predict_folder import run_predict_folder

        run_predict_folder(model, table, out, tuple(columns or ()), asked, on, as_json=as_json)
        return
    run_predict(model, table, out, tuple(columns or ()), asked, as_json=as_json)


@app.command("evaluate")
@errors_as_sentences()
def evaluate_command(
    model: ModelFile,
    labelled: Labelled,
    by: By = None,
    cost_fp: CostFp = None,
    cost_fn: CostFn = None,
    benefit: Benefit = None,
    weight: ScoreWeight = None,
    no_weight: NoWeight = False,
    told: Format = None,
    query: Query = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="PAGE.html", help="Write the page of these rows.", show_default="no page"
        ),
    ] = None,
    show_rows: ShowRows = 0,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Check a model on labelled rows: scores with 95 % intervals, and a test of calibration.

    If the model has seen rows in training, the result says so first. With --by, groups are scored
    too, and differences between them are told where they are beyond chance. --report writes the
    page that fit writes, for these rows.
    """
    from trueodds.cli.evaluate import run_evaluate

    asked = asked_weight(weight, no_weight)
    table, costs = table_of(labelled, told, query), (cost_fp, cost_fn, benefit)
    run_evaluate(
        model,
        table,
        fail_on or (),
        weight=asked,
        by=tuple(by or ()),
        costs=costs,
        page=report,
        show_rows=show_rows,
        as_json=as_json,
    )


@app.command("compare")
@errors_as_sentences()
def compare_command(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL... LABELLED",
            help="Model files (.odds), then rows with the target column; as TRAIN of fit.",
        ),
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help='Column of probabilities of "yes" to compare too; repeat the option for more.',
        ),
    ] = None,
    cost_fp: CostFp = None,
    cost_fn: CostFn = None,
    benefit: Benefit = None,
    weight: ScoreWeight = None,
    no_weight: NoWeight = False,
    told: Format = None,
    query: Query = None,
    as_json: Json = False,
) -> None:
    """Compare models on the same labelled rows: paired differences with bootstrap intervals.

    If rows trained one of the models, the result says so first.
    """
    from trueodds.cli.compare import run_compare
    from trueodds.errors import UsageError

    *models, labelled = files
    if not models:
        raise UsageError("compare needs models, then the table: compare A.odds B.odds LABELLED")
    asked, costs = asked_weight(weight, no_weight), (cost_fp, cost_fn, benefit)
    table = table_of(labelled, told, query)
    run_compare(models, table, tuple(column or ()), costs, asked, as_json=as_json)


@app.command("decide")
@errors_as_sentences()
def decide_command(
    model: ModelFile,
    labelled: Labelled,
    cost_fp: CostFp = None,
    cost_fn: CostFn = None,
    benefit: Benefit = None,
    capacity: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Call the N likeliest rows, whatever the costs.",
            show_default="by the costs",
        ),
    ] = None,
    weight: ScoreWeight = None,
    no_weight: NoWeight = False,
    told: Format = None,
    query: Query = None,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Decide which rows to call: the threshold of least cost, and what it costs and saves."""
    from trueodds.cli.decide import run_decide

    asked = asked_weight(weight, no_weight)
    costs = (cost_fp, cost_fn, benefit)
    table = table_of(labelled, told, query)
    run_decide(model, table, costs, capacity, asked, fail_on or (), as_json=as_json)


@app.command("effects")
@errors_as_sentences()
def effects_command(
    model: ModelFile,
    rows: Annotated[
        str,
        typer.Argument(
            metavar="ROWS",
            help="Table of rows like those of training, from anywhere; it needs no target column.",
        ),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLS", help="Columns, such as age,job.", show_default="the 8 that act most"
        ),
    ] = None,
    told: Format = None,
    query: Query = None,
    as_json: Json = False,
) -> None:
    """Show how columns act: how the log-odds change along each one, all else as it is."""
    from trueodds.cli.effects import run_effects

    run_effects(model, table_of(rows, told, query), tuple(columns or ()), as_json=as_json)


@app.command("drift")
@errors_as_sentences()
def drift_command(
    model: ModelFile,
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW",
            help="Table of rows to compare, from anywhere; it needs no target column.",
        ),
    ],
    threshold: Annotated[
        float,
        typer.Option(
            metavar="PSI", help="Population stability index from which a column has drifted."
        ),
    ] = 0.2,
    told: Format = None,
    query: Query = None,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Compare new rows with the training rows; the exit code is 3 if they have drifted."""
    from trueodds.cli.drift import run_drift

    run_drift(model, table_of(new, told, query), threshold, fail_on or (), as_json=as_json)


@app.command("check")
@errors_as_sentences()
def check_command(model: ModelFile, fail_on: FailOn = None, as_json: Json = False) -> None:
    """Show the numbered checks of a model that fired: what was found, and what to do."""
    from trueodds.cli.checks import run_check

    run_check(model, fail_on or (), as_json=as_json)


@app.command("serve")
@errors_as_sentences()
def serve_command(
    models: Annotated[
        list[Path],
        typer.Argument(
            metavar="MODEL...",
            readable=False,
            help="Model files (.odds), or folders whose model files are served. A changed file is "
            "read again.",
        ),
    ],
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen to; 0.0.0.0 for all.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="Port; 0 for a free one.")
    ] = 8080,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Number of processes.")] = 1,
    no_page: Annotated[
        bool,
        typer.Option("--no-page", help="Serve no page: it carries the model to its reader."),
    ] = False,
    most_rows: Annotated[
        int, typer.Option(min=1, metavar="N", help="Most rows of a request.")
    ] = 10_000,
    most_bytes: Annotated[
        int, typer.Option(min=1, metavar="N", help="Most bytes of a request.")
    ] = 16 << 20,
) -> None:
    """Serve models over HTTP until Ctrl-C: JSON, CSV, Parquet, Open Inference Protocol."""
    from trueodds.cli.serve import run_serve

    run_serve(tuple(models), host, port, workers, page=not no_page, rows=most_rows, body=most_bytes)


@app.command("export")
@errors_as_sentences()
def export_command(
    model: ModelFile,
    onnx: Annotated[
        Path | None,
        typer.Option(metavar="NAME.onnx", help="Write an ONNX graph, from columns to probability."),
    ] = None,
    js: Annotated[
        Path | None,
        typer.Option(metavar="NAME.mjs", help="Write a JavaScript module that scores rows."),
    ] = None,
    sql: Annotated[
        Literal["duckdb", "postgres"] | None,
        typer.Option(help="Write one query of this database, which scores a table."),
    ] = None,
    table: Annotated[
        str, typer.Option(metavar="NAME", help="With --sql: the table that the query scores.")
    ] = "new_rows",
    out: Annotated[
        Path | None,
        typer.Option(metavar="NAME.sql", help="The query's file.", show_default="stdout"),
    ] = None,
) -> None:
    """Write a model for other programs: ONNX, JavaScript or SQL."""
    from trueodds.cli.export import run_export

    run_export(model, onnx=onnx, js=js, sql=sql, table=table, out=out)


@app.command("card")
@errors_as_sentences()
def card_command(
    model: ModelFile,
    labelled: Annotated[
        str | None,
        typer.Option(
            metavar="LABELLED", help="Rows with the target column: their scores are in the card."
        ),
    ] = None,
    by: By = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="NAME.md", help="The card's file.", show_default="stdout"),
    ] = None,
) -> None:
    """Write a model card in Markdown: what, data, scores, limits, how made."""
    from trueodds.cli.card import run_card

    table = None if labelled is None else table_of(labelled, None, None)
    run_card(model, table, tuple(by or ()), out)


@app.command("inspect")
@errors_as_sentences()
def inspect_command(
    model: ModelFile,
    health: Annotated[
        bool,
        typer.Option("--health", help="Show what each layer did in training, and all findings."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a model holds: columns, network, training, scores, health, versions."""
    from trueodds.cli.inspect import run_inspect

    run_inspect(model, health=health, as_json=as_json)


@app.command("demo")
@errors_as_sentences()
def demo_command(
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Folder for its files; it is made if it is missing."),
    ] = Path("demo"),
    jobs: Jobs = None,
) -> None:
    """Fit, evaluate, predict, decide, explain in a minute, on a table that comes with trueodds."""
    from trueodds.cli.demo import run_demo

    run_demo(out, jobs)


@app.command("prove")
@errors_as_sentences()
def prove_command(
    function: Annotated[
        str | None,
        typer.Argument(
            metavar="FUNCTION", help="A function, such as sigmoid.", show_default="all of them"
        ),
    ] = None,
    dtype: Annotated[Dtype, typer.Option(help="Type of the floats.")] = "float32",
    all_floats: Annotated[
        bool, typer.Option("--all", help="Try every float; takes minutes for each function.")
    ] = False,
    stride: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Try every N-th float.", show_default="a sample"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Number of threads.", show_default="all cores"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove that σ and its family are correctly rounded, by trying float after float."""
    from trueodds.cli.prove import run_prove

    run_prove(function, dtype, stride, jobs, all_floats=all_floats, as_json=as_json)
