"""Reads one row of plain cells as numbers and codes, fast, without a table.

The value of a cell depends only on the cell and its column. This module reads the common cells:
numbers, None, and text that is a level or a plain number. The reader of tables reads all others.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, read_codes, read_numbers
from trueodds.columns.words import WordFinder
from trueodds.features.derive import Derived, derive_columns
from trueodds.features.text import Text
from trueodds.table.cells import MISSING_MARKERS, number_text, text_of
from trueodds.table.objects import column_of, from_numpy

_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
_BLANKS = " \t\r\n"
_NAN = float("nan")
_ABSENT = object()
_NUMPY = (np.integer, np.floating, np.bool_, np.str_)
_USUAL = frozenset({str, float, int, type(None)})
_ONE_CELL = (str, float, int, bool, type(None), bytes)


class RowReader:
    """Reads one row given as a mapping of column names to cells.

    ``texts`` are by the names of their target encodings.
    """

    def __init__(
        self,
        schema: Schema,
        derived: tuple[Derived, ...],
        texts: Mapping[str, Text],
    ) -> None:
        self._columns = [
            (column.name, column, column.kind == "number", _codes(column)) for column in schema.used
        ]
        self._derived = derived
        names = [column.name for column in schema.used]
        self._dates = {n: names.index(n) for made in derived for n in made.columns}
        finders = {c.name: WordFinder(c.words) for c in schema.used if c.words}
        self._texts = [
            (each.column, names.index(each.column), finders[each.column]) for each in texts.values()
        ]
        self.sources = (*names, *(made.name for made in derived), *texts)
        """The sources of `values`: columns, derived quantities, texts."""

    def values(self, row: Mapping[str, Any]) -> list[Any] | None:
        """A float (NaN is missing), a code, or words' positions for every source.

        None if the mapping is not a row (it holds columns), lacks a column or holds a cell that
        cannot be read.
        """
        for cell in row.values():
            if type(cell) in _USUAL or isinstance(cell, _ONE_CELL):
                continue
            if hasattr(cell, "__len__"):
                return None
        values: list[Any] = []
        for name, column, is_number, codes in self._columns:
            cell = row.get(name, _ABSENT)
            if cell is _ABSENT:
                return None
            kind = type(cell)
            if codes is None:
                number = cell if is_number and kind is float else _number(cell, column)
                if number is None:
                    return None
                values.append(number)
                continue
            code = codes.get(cell.strip(_BLANKS)) if kind is str else None
            values.append(_code(cell, column, codes) if code is None else code)
        if self._derived:
            dates = {name: np.array([values[at]]) for name, at in self._dates.items()}
            made = derive_columns(dates, self._derived)
            values += [float(made[derived.name][0]) for derived in self._derived]
        for name, at, finder in self._texts:
            missing = values[at] == MISSING
            values.append(finder.absent if missing else finder.places(_text(row[name])))
        return values


def _codes(column: Column) -> dict[str, int] | None:
    """Codes of a category's levels and of the markers of missing cells."""
    if not column.coded:
        return None
    # A level wins over a marker that looks the same.
    return {
        **dict.fromkeys(MISSING_MARKERS, MISSING),
        **{level: code for code, level in enumerate(column.levels)},
    }


def _code(cell: Any, column: Column, codes: dict[str, int]) -> int:
    if isinstance(cell, _NUMPY):
        cell = from_numpy(cell)
    kind = type(cell)
    if cell is None or (kind is float and cell != cell):
        return MISSING
    if kind is float or (kind is int and abs(cell) < 10**15):
        code = codes.get(number_text(cell))
        if code is not None:
            return code
    return int(read_codes(column_of([cell]), column)[0])


def _text(cell: Any) -> str:
    """A cell that is not missing as the reader of tables has it."""
    if type(cell) is str:
        return cell
    return str(text_of(column_of([from_numpy(cell) if isinstance(cell, _NUMPY) else cell]))[0])


def _number(cell: Any, column: Column) -> float | None:
    """Number or date of a cell, NaN where it is missing; None for one that cannot be read."""
    kind = type(cell)
    if kind not in _USUAL and isinstance(cell, _NUMPY):
        cell = from_numpy(cell)
        kind = type(cell)
    if column.kind == "number":
        if kind is float:
            return float(cell)
        if kind is int and -(2**53) <= cell <= 2**53:
            return float(cell)
        if kind is str:
            text = cell.strip(_BLANKS)
            # A point may group thousands where the decimal mark is a comma.
            if _PLAIN_NUMBER.fullmatch(text) and column.number_style != "decimal_comma":
                return float(text)
    if cell is None or (kind is str and cell.strip(_BLANKS) in MISSING_MARKERS):
        return _NAN
    values, odd = read_numbers(column_of([cell]), column)
    return None if odd[0] else float(values[0])
