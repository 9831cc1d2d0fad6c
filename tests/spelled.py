"""Reads a column by its own schema, for tests that compare spellings."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns import Column, infer_schema, to_values
from trueodds.table import as_frame
from trueodds.table.delimited import read_delimited
from trueodds.table.frame import Frame, unique_names


def csv_frame(lines: list[str], header: str) -> Frame:
    """A frame of CSV text as `trueodds.table.read_table` makes it."""
    records = read_delimited("\n".join([header, *lines]) + "\n", "t.csv")
    names, _ = unique_names(records.headers)
    records.columns.columns = names
    return Frame(
        records.columns, tuple(records.headers), "t.csv", 2, records.notes, None, records.delimiter
    )


def column_of_csv(cells: list[str], delimiter: str = ",", name: str = "v") -> tuple[Column, Any]:
    """Column and values of cells in a CSV file with another column beside them."""
    lines = [
        delimiter.join((f'"{cell}"' if delimiter in cell else cell, "ab"[i % 2]))
        for i, cell in enumerate(cells)
    ]
    return read(csv_frame(lines, f"{name}{delimiter}z"))


def column_of(cells: Any, name: str = "v") -> tuple[Column, Any]:
    """Column and values of cells in memory."""
    return read(as_frame(pl.DataFrame({name: cells})))


def read(frame: Frame) -> tuple[Column, NDArray[Any]]:
    """The first column of a frame and its numbers or codes, by its own schema."""
    schema = infer_schema(frame)
    column = schema.columns[0]
    if column.kind == "ignored":
        return column, np.array([])
    values = to_values(frame, schema)
    found = values.numbers.get(column.name)
    return column, values.codes[column.name] if found is None else found


def rescore(column: Column, cells: Any) -> list[Any]:
    """Values of new cells by a column's stored rules."""
    from trueodds.columns.values import read_codes, read_numbers

    series = cells if isinstance(cells, pl.Series) else pl.Series("cells", cells)
    if column.kind in ("category", "yesno"):
        return read_codes(series, column).tolist()
    return read_numbers(series, column)[0].tolist()
