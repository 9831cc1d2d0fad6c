"""New rows under the names of the training columns: by name, else by position, else as missing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from trueodds.columns.schema import Schema
from trueodds.errors import TableError
from trueodds.table.frame import Frame

ARRAY = "array"
"""`Frame.source` of a table whose columns have no names of their own."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Rows under the names of the training columns."""

    frame: Frame
    remarks: tuple[str, ...] = ()
    """What the user should know of it."""
    absent: tuple[str, ...] = ()
    """Columns that no row has."""


def aligned(frame: Frame, schema: Schema, trained_on: str) -> Aligned:
    """Return the frame with every column that the schema uses.

    Columns are found by name. Where either the rows or the training table have no names (arrays),
    columns are taken by position. Where every row names its own cells (JSON, dicts), a column that
    no row names holds missing cells, if it had missing cells in training.

    Parameters
    ----------
    trained_on
        `Frame.source` of the training table.

    Raises
    ------
    TableError
        If an array has another number of columns than the training table.
    """
    nameless, trained_nameless = frame.source == ARRAY, trained_on == ARRAY
    wanted = tuple(column.name for column in schema.columns)
    lacking = [column for column in schema.used if column.name not in frame]
    by_position = bool(lacking) and nameless != trained_nameless
    if (nameless or by_position) and len(frame.names) != len(wanted):
        raise TableError(
            f"X has {len(frame.names)} features, but Model is expecting {len(wanted)} features as "
            "input: without names the columns must be those of training, in the same order."
        )
    if by_position:
        data = frame.data.clone()
        data.columns = list(wanted)
        found_by = (
            "X does not have valid feature names, but the model was fitted with feature names"
            if nameless
            else "X has feature names, but the model was fitted without feature names"
        )
        remark = f"{found_by}: its columns are taken by position"
        return Aligned(replace(frame, data=data), (remark,))
    if not lacking or not frame.keyed or any(not column.missing for column in lacking):
        return Aligned(frame)  # what is still lacking is named where it is read
    absent = tuple(column.name for column in lacking)
    empty = [pl.Series(name, [None] * frame.rows, dtype=pl.Null) for name in absent]
    filled = pl.DataFrame([*frame.data, *empty])
    return Aligned(
        replace(frame, data=filled, headers=(*frame.headers, *absent)),
        tuple(
            f'column "{name}": no row has it, so all {frame.rows:,} cells count as missing'
            for name in absent
        ),
        absent,
    )


def as_rows(X: Any) -> Any:
    """Turn one row, given as a dict of cells, into a list of one row."""
    if not isinstance(X, Mapping):
        return X
    columns = any(hasattr(v, "__len__") and not isinstance(v, str | bytes) for v in X.values())
    return X if columns else [X]
