"""``trueodds export``: a model for other programs."""

from pathlib import Path
from typing import Literal

from trueodds.cli.console import note
from trueodds.cli.outputs import require_ending, require_writable
from trueodds.errors import TrueOddsError, UsageError
from trueodds.export.javascript import to_javascript
from trueodds.export.onnx import to_onnx
from trueodds.export.sql import to_sql
from trueodds.files import whole_file
from trueodds.model import load


def run_export(
    model_file: Path,
    *,
    onnx: Path | None,
    js: Path | None,
    sql: Literal["duckdb", "postgres"] | None,
    table: str,
    out: Path | None,
) -> None:
    """Write what is asked for; a query without a file goes to stdout.

    Raises
    ------
    UsageError, TrueOddsError
        Nothing is written then.
    """
    if sql is None and out is not None:
        raise UsageError("--out is the file of a query: add --sql")
    if onnx is None and js is None and sql is None:
        raise UsageError("say what to export: --onnx NAME.onnx, --js NAME.mjs or --sql DATABASE")
    places = ((onnx, ".onnx", "--onnx"), (js, ".mjs", "--js"), (out, ".sql", "--out"))
    for path, ending, option in places:
        if path is not None:
            require_ending(path, (ending,), option)
            require_writable(path, option, [model_file])
    model = load(model_file)
    query = None if sql is None else to_sql(model, sql, table)
    made: list[tuple[Path, bytes]] = []
    if onnx is not None:
        made.append((onnx, to_onnx(model)))
    if js is not None:
        made.append((js, to_javascript(model).encode()))
    if query is not None and out is not None:
        made.append((out, query.encode()))
    elif query is not None:
        print(query, end="")
    for path, data in made:
        _write(path, data)
        note(
            f"{path}: {len(data) / 1e3:,.0f} kB, from {len(model.schema.used):,} columns to the "
            f'probability that "{model.target_name}" is "{model.target_yes}"'
        )


def _write(path: Path, data: bytes) -> None:
    try:
        with whole_file(path) as file:
            file.write(data)
    except OSError as error:
        raise TrueOddsError(
            f"{path} could not be written: {error.strerror or error}; choose another place"
        ) from error
