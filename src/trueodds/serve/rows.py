"""Rows of a request: JSON, CSV or Parquet as a table, and refused where they do not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from trueodds.columns.values import Values, read_numbers
from trueodds.errors import TableError
from trueodds.model import Model
from trueodds.serve.problems import BadCell, ProblemError
from trueodds.table.convert import as_frame
from trueodds.table.frame import Frame
from trueodds.table.read import read_content

FORMATS = {
    "application/json": ".json",
    "text/csv": ".csv",
    "application/vnd.apache.parquet": ".parquet",
    "application/x-parquet": ".parquet",
}
"""Media types that are read."""
MOST_ERRORS = 20
"""Most wrong fields that an answer names."""
NAME = "the body"


def rows_of(body: bytes, media_type: str, most: int) -> list[dict[str, Any]] | Frame:
    """The rows of a body, JSON objects or a table.

    Raises
    ------
    ProblemError
        415 for another media type, 400 for a body that is not of it, 413 for more rows than
        ``most``, 422 for none.
    """
    ending = FORMATS.get(media_type.split(";")[0].strip().lower())
    if ending is None:
        raise ProblemError(415, f'"{media_type}" is not read: send {", ".join(FORMATS)}')
    if ending == ".json":
        rows = json_rows(body)
        _require_count(len(rows), most)
        return rows
    if not body:
        raise ProblemError(400, "the body is empty")
    try:
        frame = read_content(body, NAME, ending)
    except TableError as error:
        raise ProblemError(400, error) from None
    _require_count(frame.rows, most)
    return frame


def json_rows(body: bytes) -> list[dict[str, Any]]:
    """Rows of JSON: one object, a list of objects, or an object with such a list as ``rows``."""
    found = read_json(body)
    if isinstance(found, dict):
        inner = found.get("rows")
        found = inner if isinstance(inner, list) else [found]
    if not isinstance(found, list):
        raise ProblemError(
            400, "the body is no list of rows: send [{…}, …], an object for each row"
        )
    for number, row in enumerate(found):
        if not isinstance(row, dict):
            raise ProblemError(400, f"row {number} is no JSON object with a member for each column")
    return found


def read_json(body: bytes) -> Any:
    """A JSON value; raises ProblemError if it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ProblemError(400, f"the body is not valid JSON: {error}") from None


def checked(model: Model, rows: Sequence[Mapping[str, Any]] | Frame) -> tuple[Frame, Values]:
    """The model's columns of the rows, and what they read as.

    Raises
    ------
    ProblemError
        422 that names the fields: a column that is not there, a cell that is a list or an object,
        or no number or date where the model needs one.
    """
    if not isinstance(rows, Frame):
        _require_plain(model, rows)
    try:
        table = rows if isinstance(rows, Frame) else replace(as_frame([*rows]), source=NAME)
        frame, values = model.read_frame(table)
    except TableError as error:
        lacking = _lacking(model, rows)
        raise ProblemError(422, error, lacking) from None
    if values.odd:
        raise ProblemError(
            422,
            "cells cannot be read: mend them, or send them empty or null, which counts as missing",
            tuple(_odd(model, frame, values))[:MOST_ERRORS],
        )
    return frame, values


def _require_count(rows: int, most: int) -> None:
    if not rows:
        raise ProblemError(422, "there are no rows")
    if rows > most:
        raise ProblemError(413, f"the request has {rows:,} rows, and may have {most:,}: send parts")


def _require_plain(model: Model, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse lists and objects as cells of the model's columns."""
    names = {column.name for column in model.schema.used}
    errors = [
        BadCell(name, "is a list or an object: send one value", number)
        for number, row in enumerate(rows)
        for name, cell in row.items()
        if isinstance(cell, list | dict) and name in names
    ]
    if errors:
        raise ProblemError(422, "cells are no single values", tuple(errors[:MOST_ERRORS]))


def _lacking(model: Model, rows: Sequence[Mapping[str, Any]] | Frame) -> tuple[BadCell, ...]:
    """Columns that the model needs and no row has."""
    names = {*rows.names} if isinstance(rows, Frame) else {name for row in rows for name in row}
    lacking = [column.name for column in model.schema.used if column.name not in names]
    return tuple(BadCell(name, "is needed, and no row has it") for name in lacking[:MOST_ERRORS])


def _odd(model: Model, frame: Frame, values: Values) -> list[BadCell]:
    """The first cell of each column that is no number or date."""
    columns = {column.name: column for column in model.schema.used}
    found = []
    for cells in values.odd:
        column = frame.column(cells.column)
        _, odd = read_numbers(column.alias("cells"), columns[cells.column])
        what = "date" if cells.dates else "number"
        more = f", and {cells.count - 1:,} more like it" if cells.count > 1 else ""
        message = f'"{cells.example}" is no {what}{more}'
        found.append(BadCell(cells.column, message, int(np.argmax(odd))))
    return found
