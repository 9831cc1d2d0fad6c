"""The columns of few levels as groups of rows, for scores by group that nobody had to ask for."""

import numpy as np

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, Values
from trueodds.evaluation.slices import Grouping
from trueodds.model.slice_columns import FEW_NUMBERS, LONGEST, number_groups
from trueodds.text import printable

MOST_LEVELS = 12
"""Columns of more levels are no groups by themselves."""
MOST_COLUMNS = 12
"""Most columns: each further one makes the correction for many comparisons stricter."""


def few_level_groupings(
    values: Values, schema: Schema
) -> tuple[tuple[Grouping, ...], tuple[str, ...]]:
    """Groups of the used columns with 2 to 12 levels or 2 to 8 different numbers, and notes.

    Of many such columns the 12 with the fewest groups are taken: their groups have most rows, and
    the choice looks at no label.

    Parameters
    ----------
    values
        The model's columns of the rows.
    schema
        The model's columns.
    """
    found = [grouping for column in schema.used if (grouping := _grouping(column, values))]
    fewest = sorted(range(len(found)), key=lambda at: len(np.unique(found[at].codes)))
    kept = sorted(fewest[:MOST_COLUMNS])
    notes: tuple[str, ...] = ()
    if len(found) > len(kept):
        notes = (
            f"of {len(found):,} columns with few levels, groups of the {len(kept)} with the fewest "
            "are compared; evaluate --by names others",
        )
    return tuple(found[at] for at in kept), notes


def _grouping(column: Column, values: Values) -> Grouping | None:
    """None where a column has one group only, or too many."""
    if column.kind == "number":
        numbers = values.numbers[column.name]
        different = np.unique(numbers[~np.isnan(numbers)])
        if not 2 <= len(different) <= FEW_NUMBERS:
            return None
        labels, codes = number_groups(column, numbers, [])
    elif column.kind in ("category", "yesno") and 2 <= len(column.levels) <= MOST_LEVELS:
        read = values.codes[column.name]
        known = len(column.levels)
        labels = (*(printable(x, LONGEST) for x in column.levels), "missing", "other levels")
        codes = np.where(read >= 0, read, np.where(read == MISSING, known, known + 1))
    else:
        return None
    codes = codes.astype(np.int64)
    return Grouping(column.name, labels, codes) if len(np.unique(codes)) > 1 else None
