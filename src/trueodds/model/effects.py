"""How columns act on a model's log-odds: which of them, and on which rows it is measured.

`trueodds.model.column_effect` measures one column, `trueodds.model.pair_effect` two together:
accumulated local effects (Apley & Zhu 2020).
"""

from collections.abc import Sequence

import numpy as np

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.errors import UsageError
from trueodds.evaluation.accumulated import Replicates
from trueodds.model.column_effect import Forecast, Measure, put
from trueodds.model.effect import Effects
from trueodds.model.pair_effect import pair_effects
from trueodds.table.frame import missing_column
from trueodds.training.training_record import TrainingRecord

ROWS = 1000
"""Rows of which a column's cells are moved, at most."""
CELLS = 1 << 20
"""Inputs of these rows, at most, but at least `FEWEST` rows."""
FEWEST = 200
GIVEN = 20_000
"""Rows that places and their numbers of rows are taken from, at most."""
COLUMNS = 8
"""Columns whose effects are measured where none are named."""
TOGETHER = 5
"""Columns whose pairs are measured, at most."""
PAIR_ROWS = 500
"""Rows of which the cells of pairs are moved, at most; half of `ROWS`, but `FEWEST_AT_FIT`."""
RANKING_ROWS = 100
"""Rows on which columns are ranked then."""
FEWEST_AT_FIT = 100
"""Rows of which a column's cells are moved at a fit's end, at least …"""
PART = 0.005
"""… and as this part of the rows that a member is trained on in all its epochs, up to `ROWS`."""


def effects_on(
    forecast: Forecast,
    replicates: Replicates,
    schema: Schema,
    values: Values,
    inputs: int,
    seed: int,
    columns: Sequence[str] | None = None,
    most: int | None = None,
) -> Effects:
    """Measure the effects of columns.

    Parameters
    ----------
    forecast, replicates
        The model and its members.
    schema, values
        The model's columns, and the rows given.
    inputs
        Inputs of the networks, by which the number of rows is bounded.
    seed
        Of the rows that are used, and of the cells that stand in for missing ones.
    columns
        Names; None takes the `COLUMNS` with the largest effects when their cells are shuffled.
    most
        Rows of which a column's cells are moved, about; they are spread evenly over its intervals.
        None takes `ROWS`, fewer where the networks have many inputs.

    Raises
    ------
    UsageError
        If a named column is not among the model's, or is one whose words alone are used.
    """
    if most is None:
        most = max(FEWEST, min(ROWS, CELLS // max(1, inputs)))
    rng = np.random.default_rng([seed, 11])
    rows = values
    if values.rows > GIVEN:
        rows = values.take(np.sort(rng.permutation(values.rows)[:GIVEN]))
    known = {column.name: column for column in schema.used}
    if columns is None:
        able = [name for name, column in known.items() if column.kind != "text"]
        columns = _ranked(forecast, rows, able, seed)[:COLUMNS] if len(able) > COLUMNS else able
    found = []
    for name in columns:
        place = [*known].index(require_column(name, schema))
        rng = np.random.default_rng([seed, 12, place])
        found.append(Measure(forecast, replicates, rows, most, rng).effect(known[name]))
    acting = [(known[one.column], one) for one in found if one.points][:TOGETHER]
    fewer = min(PAIR_ROWS, max(FEWEST_AT_FIT, most // 2))
    rng = np.random.default_rng([seed, 14])
    pairs = pair_effects(forecast, replicates, rows, acting, fewer, rng)
    return Effects(tuple(found), min(most, values.rows), values.rows, pairs)


def require_column(name: str, schema: Schema) -> str:
    """The name of a column with effects; raises UsageError with the reason for any other."""
    found = {column.name: column for column in schema.columns}
    if name not in found:
        raise UsageError(f"columns: {missing_column(name, list(found), 'the model')}")
    column = found[name]
    if column.kind == "ignored":
        raise UsageError(f'columns: the model does not use "{name}": {column.reason}')
    if column.kind == "text":
        raise UsageError(
            f'columns: "{name}" is text, whose single words act; predict --explain tells how much'
        )
    return name


def with_effects(schema: Schema, names: Sequence[str]) -> list[str]:
    """The first `COLUMNS` of the names whose columns have effects, in their order."""
    kinds = {column.name: column.kind for column in schema.used}
    return [name for name in names if kinds.get(name, "text") != "text"][:COLUMNS]


def rows_for(record: TrainingRecord, rows: int) -> int:
    """Rows of which cells are moved at the end of a fit, so few that it takes hardly longer."""
    epochs = float(np.mean([member.epochs for member in record.members]))
    return int(np.clip(epochs * rows * PART, FEWEST_AT_FIT, ROWS))


def _ranked(forecast: Forecast, rows: Values, names: list[str], seed: int) -> list[str]:
    """The names by how much the forecast moves when the column's cells are shuffled."""
    count = min(rows.rows, max(16, min(RANKING_ROWS, 20_000 // len(names))))
    rng = np.random.default_rng([seed, 13])
    some, order = rows.take(rng.permutation(rows.rows)[:count]), rng.permutation(count)
    plain = forecast(some)[0]
    moved = [
        float(np.square(forecast(put(some, name, order, some))[0] - plain).sum()) for name in names
    ]
    return [names[i] for i in np.argsort(-np.array(moved), kind="stable")]
