"""Arguments and options that several commands have."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from trueodds.table import Source

Effort = Literal["quick", "standard", "best"]
Dtype = Literal["float32", "float16"]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to stdout instead of text.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="Number of processes.", show_default="chosen by the amount of work"
    ),
]
# The command itself says that a file is not readable, with its own words and exit code.
ModelFile = Annotated[
    Path, typer.Argument(metavar="MODEL", readable=False, help="A model file (.odds).")
]
Labelled = Annotated[
    str, typer.Argument(metavar="LABELLED", help="Rows with the target column; as TRAIN of fit.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Format of a table whose name does not tell it, such as csv or parquet.",
        show_default="by ending or content",
    ),
]
Query = Annotated[
    str | None,
    typer.Option(
        metavar="SQL", help="Query of a database that gives the table.", show_default="#TABLE"
    ),
]
ScoreWeight = Annotated[
    str | None,
    typer.Option(
        metavar="COL", help="Column of row weights, ≥ 0.", show_default="the column of training"
    ),
]
NoWeight = Annotated[bool, typer.Option("--no-weight", help="Count all rows the same.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COL",
        help="Column whose groups are scored apart, of the model or not; repeat the option for "
        "more columns.",
    ),
]

ShowRows = Annotated[
    int,
    typer.Option(
        min=0,
        max=200,
        metavar="N",
        help="Show the N rows of the largest log-loss on the page and in --json, with their cells: "
        "they may be personal data.",
        show_default="none",
    ),
]

CostFp = Annotated[
    str | None,
    typer.Option(
        metavar="COST",
        help="Cost of a call where the label is no; or its column.",
        show_default="the model's, or 1",
    ),
]
CostFn = Annotated[
    str | None,
    typer.Option(
        metavar="COST",
        help="Cost of no call where the label is yes; or its column.",
        show_default="the model's, or 1",
    ),
]
Benefit = Annotated[
    str | None,
    typer.Option(
        metavar="GAIN",
        help="Gain of a call where the label is yes; or its column.",
        show_default="the model's, or 0",
    ),
]

FailOn = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE",
        help="Leave with exit code 4 if this check fired, such as TO301 or TO2 for all of these; "
        "repeat the option for more codes.",
    ),
]


def number_or_name(cost: str | None) -> float | str | None:
    """A cost: a number in words, or the name of a column; None if it is not given."""
    try:
        return None if cost is None else float(cost)
    except ValueError:
        return cost


def table_of(name: str, told: str | None, query: str | None) -> "Source":
    """The place of a table, as arguments and options name it.

    Raises
    ------
    UsageError
        If they exclude each other, or name something that does not exist.
    """
    from trueodds.errors import TableError, UsageError
    from trueodds.table.sources import as_source

    try:
        return as_source(name, told=told or "", query=query or "")
    except TableError as error:
        raise UsageError(error) from None


def asked_weight(weight: str | None, no_weight: bool) -> str | bool:
    """The weights as `trueodds.model.Model.evaluate` takes them.

    Raises
    ------
    UsageError
        If a column is named and weights are refused.
    """
    from trueodds.errors import UsageError

    if weight is not None and no_weight:
        raise UsageError("--weight and --no-weight cannot go together")
    return not no_weight if weight is None else weight
