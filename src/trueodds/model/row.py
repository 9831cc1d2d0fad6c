"""One row of plain cells to the inputs that are not 0, with Python's floats: no table, no wait.

A cell's value depends on the cell and the column alone, so common cells (numbers, None, text that
is a level or a plain number) are read here, and any other by what reads a table's columns.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trueodds.table.blocks import Inputs
from trueodds.table.cells import MISSING_MARKERS
from trueodds.table.derive import derive_columns
from trueodds.table.encode import Encoder
from trueodds.table.rates import RateTable
from trueodds.table.records import column_of
from trueodds.table.schema import Column, Schema
from trueodds.table.values import MISSING, read_codes, read_numbers

_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
_BLANKS = " \t\r\n"
_NAN = float("nan")
_ABSENT = object()
_NUMPY = (np.integer, np.floating, np.bool_, np.str_)
_ONE_CELL = (str, float, int, bool, type(None), bytes)

Feed = tuple[int, Callable[[Any], Inputs]]
"""Where a block's inputs start, and what makes them of a cell's value."""


class RowReader:
    """Reads one row given as a mapping of column names to cells."""

    def __init__(
        self, schema: Schema, encoder: Encoder, rates: Sequence[tuple[RateTable, ...]]
    ) -> None:
        feeds: dict[str, list[Feed]] = {}
        start = 0
        for block in encoder.blocks:
            feeds.setdefault(block.source, []).append((start, block.nonzero))
            start += block.width
        for tables in rates:
            for table in tables:
                feeds.setdefault(table.source, []).append((start, _rate(table)))
                start += 1
        self._columns = [
            (column.name, column, _codes(column), feeds.get(column.name, []))
            for column in schema.used
        ]
        self._derived = encoder.derived
        self._feeds = feeds

    def inputs(self, row: Mapping[str, Any]) -> tuple[list[int], list[float]] | None:
        """Positions and unrounded values of the inputs that are not 0.

        None when the mapping is no row (it holds columns) or lacks a column.
        """
        for cell in row.values():
            if not isinstance(cell, _ONE_CELL) and hasattr(cell, "__len__"):
                return None
        positions: list[int] = []
        amounts: list[float] = []
        numbers: dict[str, float] = {}
        for name, column, codes, feeds in self._columns:
            cell = row.get(name, _ABSENT)
            if cell is _ABSENT:
                return None
            if isinstance(cell, _NUMPY):
                cell = cell.item()
            value: Any
            if codes is None:
                value = _number(cell, column)
                numbers[name] = value
            else:
                value = codes.get(cell.strip(_BLANKS)) if type(cell) is str else None
                if value is None:
                    value = MISSING if cell is None else _code(cell, column)
            for start, made in feeds:
                for offset, amount in made(value):
                    positions.append(start + offset)
                    amounts.append(amount)
        if self._derived:
            arrays = {name: np.array([value]) for name, value in numbers.items()}
            for name, column_made in derive_columns(arrays, self._derived).items():
                for start, made in self._feeds.get(name, []):
                    for offset, amount in made(float(column_made[0])):
                        positions.append(start + offset)
                        amounts.append(amount)
        return positions, amounts


def _rate(table: RateTable) -> Callable[[Any], Inputs]:
    """A column's log-odds by code or bin as one input; −2 and −1 index its last two entries."""
    inputs = [[(0, value)] for value in table.log_odds.tolist()]
    if not table.cuts:
        return inputs.__getitem__
    return lambda v: inputs[-1 if v != v else bisect_right(table.cuts, v)]


def _codes(column: Column) -> dict[str, int] | None:
    """Codes of a category's usual words, markers of missing cells among them."""
    if column.kind not in ("category", "yesno"):
        return None
    # A level comes before a marker that looks the same.
    return {
        **dict.fromkeys(MISSING_MARKERS, MISSING),
        **{level: code for code, level in enumerate(column.levels)},
    }


def _code(cell: Any, column: Column) -> int:
    return int(read_codes(column_of([cell]), column)[0])


def _number(cell: Any, column: Column) -> float:
    kind = type(cell)
    if column.kind == "number":
        if kind is float:
            return float(cell)
        if kind is int and -(2**53) <= cell <= 2**53:
            return float(cell)
        if kind is str:
            text = cell.strip(_BLANKS)
            if _PLAIN_NUMBER.fullmatch(text):
                return float(text)
    if cell is None or (kind is str and cell.strip(_BLANKS) in MISSING_MARKERS):
        return _NAN
    values, _ = read_numbers(column_of([cell]), column)
    return float(values[0])
