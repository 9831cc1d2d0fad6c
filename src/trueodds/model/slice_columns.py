"""Any column of a table as groups of rows: levels, numbers cut at quartiles, missing cells."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns.kinds import infer_column
from trueodds.columns.number_columns import Locale
from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, Values, read_codes, read_numbers
from trueodds.errors import TableError, UsageError
from trueodds.evaluation.differences import LEAST_ROWS
from trueodds.evaluation.slices import Grouping
from trueodds.table.cells import is_missing, number_text, text_of
from trueodds.table.frame import Frame, missing_column
from trueodds.text import printable

MOST_LEVELS = 20
"""The most frequent levels are groups of their own, at most this many."""
FEW_NUMBERS = 8
"""A column with at most this many different numbers is taken as it is, and not cut."""
LONGEST = 60
"""Most characters of a group's name."""


def groupings(
    names: Sequence[str], frame: Frame, values: Values, schema: Schema, target: str
) -> tuple[tuple[Grouping, ...], tuple[str, ...]]:
    """The groups of each column, and how the columns were cut, in sentences.

    Parameters
    ----------
    names
        Columns, of the model or not.
    frame
        The rows that are scored.
    values
        The model's columns of these rows.
    schema
        How the model reads its columns. Others are read as ``fit`` would read them.
    target
        The target column, which cannot divide the rows.

    Raises
    ------
    TableError, UsageError
        If there is no such column, or if it is the target.
    """
    locale, known = Locale(frame), {column.name: column for column in schema.used}
    found: list[Grouping] = []
    notes: list[str] = []
    for name in dict.fromkeys(asked if asked in frame else asked.strip() for asked in names):
        if name not in frame:
            raise TableError(missing_column(name, frame.names, frame.source))
        if name == target:
            raise UsageError(f'"{name}" is the target: slices need another column')
        cells = frame.column(name)
        column = known.get(name) or infer_column(cells, name, locale=locale)
        if cells.dtype.is_nested() or cells.dtype == pl.Binary:
            raise TableError(
                f'{frame.source}: the column "{name}" {column.reason}: slices need another column'
            )
        if column.kind in ("number", "date"):
            numbers = values.numbers.get(name)
            if numbers is None:
                numbers, _ = read_numbers(cells.alias("cells"), column)
            labels, codes = number_groups(column, numbers, notes)
        else:
            labels, codes = _of_levels(column, cells, values.codes.get(name), notes)
        found.append(Grouping(name, labels, codes))
    return tuple(found), tuple(notes)


def number_groups(
    column: Column, numbers: NDArray[np.float64], notes: list[str]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Names of groups, and the group of each row; a note is added where numbers are cut.

    ``numbers`` has shape (rows,), NaN where missing.
    """
    missing = np.isnan(numbers)
    there = numbers[~missing]
    different = np.unique(there)
    if len(different) <= FEW_NUMBERS:
        labels = [_shown(column, number) for number in different]
        codes = np.searchsorted(different, numbers)
    else:
        cuts = np.unique(np.quantile(there, [0.25, 0.5, 0.75], method="inverted_cdf"))
        # Where three quarters of the rows have the least number, the others are one group.
        cuts = cuts[cuts > different[0]] if cuts[-1] > different[0] else different[1:2]
        shown = [_shown(column, cut) for cut in cuts]
        labels = [f"below {shown[0]}"]
        labels += [f"{low} to below {high}" for low, high in pairwise(shown)]
        labels += [f"from {shown[-1]}"]
        codes = np.searchsorted(cuts, numbers, side="right")
        notes.append(
            f'column "{column.name}" is cut at the quartiles of these rows: {", ".join(shown)}'
        )
    return (*labels, "missing"), np.where(missing, len(labels), codes).astype(np.int64)


def _of_levels(
    column: Column, cells: pl.Series, known: NDArray[np.int32] | None, notes: list[str]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Levels as the model knows them, and others by their text; rare levels are one group."""
    text = text_of(cells.alias("cells"))
    if column.levels:
        read = read_codes(cells.alias("cells"), column) if known is None else known
        level = np.array(column.levels, dtype=object)[np.maximum(read, 0)]
        words = np.where(read >= 0, level, text.fill_null("").to_numpy())
        missing = read == MISSING
    else:
        words = text.fill_null("").to_numpy()
        missing = np.array(is_missing(text), dtype=np.bool_)
    levels, place, counts = np.unique(
        words[~missing].astype(str), return_inverse=True, return_counts=True
    )
    order = np.lexsort((levels, -counts))
    rank = np.argsort(order)
    frequent = int(np.sum(counts[order][:MOST_LEVELS] >= LEAST_ROWS))
    rare = len(levels) - frequent
    labels = [printable(levels[at], LONGEST) for at in order[:frequent]]
    if rare:
        example = printable(levels[order[frequent]], LONGEST)
        labels.append(example if rare == 1 else f"other levels ({rare:,})")
    if rare > 1:
        notes.append(
            f'column "{column.name}": {rare:,} levels are one group, as they have fewer than '
            f"{LEAST_ROWS} rows or are not among the {MOST_LEVELS} most frequent; such as "
            f'"{example}"'
        )
    codes = np.full(len(words), len(labels), dtype=np.int64)
    codes[~missing] = np.minimum(rank[place], frequent)
    return (*labels, "missing"), codes


def _shown(column: Column, number: float) -> str:
    if column.kind == "date" and np.isfinite(number):
        moment = str(np.datetime64(int(number), "s"))
        return moment.removesuffix("T00:00:00").replace("T", " ")
    return number_text(float(f"{number:.12g}"))
