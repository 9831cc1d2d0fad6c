"""Columns that are no inputs: which of them a model was fitted with, and how they are read."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns.number_columns import Locale, read_as_numbers
from trueodds.columns.schema import Column
from trueodds.columns.values import read_numbers
from trueodds.errors import TableError
from trueodds.table.cells import is_missing, text_of
from trueodds.table.frame import Frame


@dataclass(frozen=True, slots=True)
class RoleColumns:
    """Names of the columns with a role in training; they are no inputs of the network.

    None where there was no such role; empty where it was given as an array without a name.
    """

    weight: str | None = None
    group: str | None = None
    time: str | None = None
    weight_reading: tuple[str, str] = ("", "")
    """Number style and unit of weights held as text, see `Column`."""

    @classmethod
    def unnamed(cls, weight: object, group: object, time: object) -> "RoleColumns":
        """The roles that were given as arrays, without a name; None for none."""
        named = ["" if given is not None else None for given in (weight, group, time)]
        return cls(named[0], named[1], named[2])

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        fields = asdict(self)
        if self.weight_reading == ("", ""):
            del fields["weight_reading"]  # files of before there was one keep their bytes
        return fields


def number_reading(frame: Frame, name: str) -> tuple[str, str]:
    """Number style and unit of a column of amounts, found as for an input of the network."""
    cells = frame.column(name).alias("cells")
    if cells.dtype != pl.String:
        return "", ""
    reading = read_as_numbers(text_of(cells), Locale(frame))
    return ("", "") if isinstance(reading, str) else (reading.style, reading.unit)


def read_weights(
    frame: Frame,
    name: str,
    needed: NDArray[np.bool_],
    reading: tuple[str, str] | None = None,
) -> NDArray[np.float64]:
    """Weights ≥ 0 of all rows, shape (rows,); rows not needed may be without one and get 0.

    ``reading`` is the number style and unit that training found; None finds them here.
    """
    return read_amounts(frame, name, "weight", needed, reading)


def read_amounts(
    frame: Frame,
    name: str,
    what: str,
    needed: NDArray[np.bool_],
    reading: tuple[str, str] | None = None,
) -> NDArray[np.float64]:
    """Numbers ≥ 0 of all rows, shape (rows,); rows not needed may be without one and get 0.

    ``what`` says in a message what the column holds, such as "weight". ``reading`` is the number
    style and unit of its text; None finds them here.
    """
    style, unit = number_reading(frame, name) if reading is None else reading
    column = Column(name, "number", number_style=style, unit=unit)
    amounts, _ = read_numbers(frame.column(name).alias("cells"), column)
    with np.errstate(invalid="ignore"):
        good = np.isfinite(amounts) & (amounts >= 0.0)
    wrong = np.flatnonzero(~good & needed)
    if wrong.size:
        cell = frame.column(name)[int(wrong[0])]
        found = "missing" if cell is None or cell == "" else f'"{cell}"'
        more = f" (and {wrong.size - 1:,} more rows)" if wrong.size > 1 else ""
        raise TableError(
            f'{frame.place(int(wrong[0]))}: the {what} "{name}" is {found}{more}; {what}s must be '
            "finite numbers ≥ 0 in every row"
        )
    return np.where(good, amounts, 0.0)


def read_groups(frame: Frame, name: str, notes: list[str]) -> NDArray[np.int64]:
    """Numbers of the groups, shape (rows,); every row without a group gets a number of its own."""
    text = text_of(frame.column(name).alias("cells"))
    gone = np.array(is_missing(text), dtype=np.bool_)
    _, numbers = np.unique(text.fill_null("").to_numpy().astype(str), return_inverse=True)
    groups = stand_alone(numbers.astype(np.int64), gone)
    if gone.any():
        notes.append(
            f'group column "{name}": {gone.sum():,} rows have none and each stand alone, '
            f"such as {frame.place(int(np.argmax(gone)))}"
        )
    return groups


def stand_alone(groups: NDArray[np.int64], gone: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers of groups, shape (rows,), where every row that is ``gone`` gets one of its own."""
    alone = groups.max(initial=0) + 1 + np.arange(len(groups))
    return np.where(gone, alone, groups)


def read_times(frame: Frame, name: str, notes: list[str]) -> NDArray[np.float64]:
    """Dates (seconds) or numbers that order the rows, shape (rows,), NaN where missing."""
    from trueodds.columns.kinds import infer_column  # scoring reads no times

    cells = frame.column(name)
    # Unnamed, so that a running number is a time here and not an identifier.
    column = infer_column(cells, named=False, codes=False, locale=Locale(frame))
    if column.kind not in ("number", "date"):
        distinct = cells.drop_nulls().unique()
        if len(distinct) == 1:
            raise TableError(
                f'{frame.source}: the time column "{name}" has a single value, "{distinct[0]}": '
                "at least 2 times are needed"
            )
        held = column.reason or f"holds {'yes/no' if column.kind == 'yesno' else 'categories'}"
        raise TableError(
            f'{frame.source}: the time column "{name}" cannot order the rows: {held}; dates or '
            "numbers are needed"
        )
    times, _ = read_numbers(cells.alias("cells"), column)
    notes.extend(f'time column "{name}": {remark}' for remark in column.remarks)
    gone = np.isnan(times)
    if gone.any():
        notes.append(
            f'time column "{name}": {gone.sum():,} rows have no readable time and count as the '
            f"earliest, such as {frame.place(int(np.argmax(gone)))}"
        )
    return times
