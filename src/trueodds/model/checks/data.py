"""Checks of the training table: leaks, identifiers, repeated rows, rare levels, drift in time."""

from collections.abc import Iterator

import numpy as np

from trueodds.columns.describe import Table
from trueodds.columns.leak import Leak
from trueodds.columns.profile import cells_of, column_profile
from trueodds.columns.repeats import repeated_rows
from trueodds.features.blocks import Levels
from trueodds.features.feature_rules import LEAST_LEVEL_ROWS
from trueodds.model.check import Check
from trueodds.model.checks.registry import RULES
from trueodds.model.data import ModelData
from trueodds.model.drift import THRESHOLD, compared
from trueodds.training.folds import Folds

LATE_SIGNIFICANCE = 0.001
"""Level of the tests of the latest rows, of all columns together: every fit by time makes them."""
FEWEST_RARE = 10
"""Fewer rare levels are no finding."""
MOSTLY_RARE = 0.5
"""Share of a column's levels that must be rare."""


def data_checks(model: ModelData) -> Iterator[Check]:
    """What the schema and the inputs show."""
    for leak in model.schema.warnings:
        subject = ", ".join(leak.named)
        yield RULES[leak_code(leak)].fired(subject, leak.finding(), leak.remedy())
    for column in model.schema.columns:
        if column.kind == "ignored" and column.reason.startswith("identifier"):
            yield RULES["TO105"].fired(
                column.name,
                f'"{column.name}" is not used: {column.reason}',
                "if it is a quantity and no name of the row, rename it or round it",
            )
    for block in model.encoder.blocks:
        if isinstance(block, Levels) and block.other >= 0:
            rare = sum(slot == block.other for slot in block.slots)
            if rare >= FEWEST_RARE and rare >= MOSTLY_RARE * len(block.slots):
                yield RULES["TO108"].fired(
                    block.source,
                    f'{rare:,} of {len(block.slots):,} levels of "{block.source}" share one '
                    f"indicator: fewer than {LEAST_LEVEL_ROWS} rows have each, or others are more "
                    "frequent",
                    "broader levels, where you know them, tell more about rows of rare ones",
                )


def leak_code(leak: Leak) -> str:
    """The code of a finding about columns that give the target away."""
    if leak.kind == "score":
        return "TO104"
    if leak.tier == "look":
        return "TO103"
    return "TO101" if leak.kind == "alone" else "TO102"


def repeat_checks(table: Table) -> Iterator[Check]:
    """Rows that stand in the training table more than once."""
    found = repeated_rows(table.values, table.schema, table.y, table.groups)
    if found is not None:
        among = " of another group" if table.groups is not None else ""
        yield RULES["TO106"].fired(
            "",
            f"{found.repeated:,} of {found.rows:,} rows equal an earlier row{among} in all used "
            f"columns, {found.same_label:,} of them with the same label, more than chance "
            "explains: networks have seen such a row before they forecast its copy",
            "remove copies; if they are rows of one person or thing, name its column with --group",
        )


def time_checks(table: Table, folds: Folds) -> Iterator[Check]:
    """Columns that differ between the last fold by time and the earlier rows; dates are left out.

    The rule is that of `trueodds.model.drift`: a stability index of at least 0.2, and a difference
    that is more than chance explains.
    """
    if table.time is None:
        return
    last = np.flatnonzero(folds.of_row[0] == folds.each - 1)
    before = np.flatnonzero(folds.of_row[0] < folds.each - 1)
    columns = [column for column in table.schema.used if column.kind not in ("date", "text")]
    for column in columns:
        cells = cells_of(table.values, column)
        profile = column_profile(column, cells[before])
        found = compared(profile, cells[last], THRESHOLD, LATE_SIGNIFICANCE / len(columns))
        if found.drifted:
            yield RULES["TO107"].fired(
                column.name,
                f'"{column.name}" differs between the latest {len(last):,} rows and the earlier '
                f"ones: stability index {found.psi:.2f}, p = {found.p_value:.1g}",
                "find out what changed; if newer rows differ yet more, fit again with them",
            )
