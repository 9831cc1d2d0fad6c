"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated, Literal

import typer

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
    Path, typer.Argument(metavar="LABELLED", readable=False, help="Rows with the target column.")
]
ScoreWeight = Annotated[
    str | None,
    typer.Option(
        metavar="COL", help="Column of row weights, ≥ 0.", show_default="the column of training"
    ),
]
NoWeight = Annotated[bool, typer.Option("--no-weight", help="Count all rows the same.")]


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
