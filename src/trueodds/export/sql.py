"""A model as one query that DuckDB or PostgreSQL runs on a table."""

from collections.abc import Callable

import numpy as np

from trueodds.errors import TrueOddsError, UsageError
from trueodds.export.sql_dialects import DIALECTS, NAMES, Dialect, Name, number, quoted, within
from trueodds.export.sql_inputs import SqlSources
from trueodds.model import Model
from trueodds.model.fixed import OUTPUT, FixedLayer, FixedNetworks, Grid, Member
from trueodds.network.activations import Activation

Expression = Callable[[str], str]
"""From an expression to one of it."""

MOST_WEIGHTS = 500_000
"""Weights of all networks; the text of a query has about 6 bytes for each."""
ROW = "trueodds_row"
FARTHEST = 700.0
"""σ of log-odds beyond is that of these: PostgreSQL refuses an exponential that overflows."""


def to_sql(model: Model, dialect: Name, table: str = "new_rows") -> str:
    """One query that gives all columns of a table, then ``log_odds`` and ``probability``.

    Columns of numbers are numeric in the table, dates are dates, timestamps in UTC or timestamps
    with a time zone, all others are read as text; null is missing. The query computes in whole
    numbers, as trueodds does; only the σ of the database may differ in its last bits.

    Parameters
    ----------
    dialect
        "duckdb" or "postgres".
    table
        Name of the table; of ``schema.table`` both names.

    Raises
    ------
    UsageError
        If the dialect is another.
    TrueOddsError
        If the model reads words of texts, has more than `MOST_WEIGHTS` weights, or uses no column.

    Examples
    --------
    >>> query = trueodds.export.to_sql(model, "duckdb", table="new_loans")
    >>> '"new_loans"' in query
    True
    """
    if dialect not in NAMES:
        raise UsageError(f"unknown database {dialect!r}: choose from {', '.join(NAMES)}")
    _require(model)
    sql, networks, row = DIALECTS[dialect], model.networks, _row_name(model)
    sources = SqlSources(sql, networks.grids[0], row)
    for column in model.schema.used:
        sources.read(column)
    for derived in model.encoder.derived:
        sources.derive(derived)
    shared = [each for block in model.encoder.blocks for each in sources.block(block)]
    own = [[sources.target_encoded(t) for t in tables] for tables in model.target_encodings]
    folds = {f"x{fold}": sql.array([*shared, *mine, number(1.0)]) for fold, mine in enumerate(own)}
    total = " + ".join(_output(sql, networks, m, f"x{m.fold}") for m in networks.members)
    mean = f"({total}) / {number(len(networks.members) * 2.0**OUTPUT.bits)}"
    log_odds = f"{number(model.calibrator.slope)} * ({mean}) + {number(model.calibrator.shift)}"
    source = ".".join(map(quoted, table.split(".")))
    steps = (
        ("cells", _step(sources.cells, f"{source} AS {row}", row)),
        ("derived", _step(sources.derived, "cells")),
        ("places", _step(sources.places, "derived")),
        ("inputs", _step(folds, "places", row)),
        ("scored", _step({"log_odds": log_odds}, "inputs", row)),
    )
    made = ",\n".join(f"{name} AS MATERIALIZED (\n{query}\n)" for name, query in steps)
    forecast = f"{sql.row(row)}, log_odds,\n{sigmoid('log_odds')} AS probability"
    return f"WITH {made}\nSELECT {forecast}\nFROM scored\n"


def sigmoid(z: str) -> str:
    """σ of an expression, which stands in it once."""
    return f"1 / (1 + exp(-{within(z, -FARTHEST, FARTHEST)}))"


def _step(made: dict[str, str], source: str, kept: str = "*") -> str:
    """A step of the query that keeps all of the step before, or only the row of the table."""
    parts = [kept, *(f"{value} AS {name}" for name, value in made.items())]
    return "SELECT " + ",\n".join(parts) + f"\nFROM {source}"


def _row_name(model: Model) -> str:
    """A name for the whole row of the table; a column of that name would stand in its place."""
    taken, name = {column.name.casefold() for column in model.schema.columns}, ROW
    while name in taken:
        name += "_"
    return name


def _require(model: Model) -> None:
    """Raise TrueOddsError where there is no query of a model."""
    if not model.schema.used:
        raise TrueOddsError("the model uses no column: there is no query to make")
    for column in model.schema.used:
        if column.words:
            raise TrueOddsError(
                f'column "{column.name}" is read word by word, which no query does: export to '
                "JavaScript or ONNX, or fit without the column"
            )
    count = sum(member.parameters for member in model.networks.members)
    if count > MOST_WEIGHTS:
        raise TrueOddsError(
            f"the model has {count:,} weights, and a query may have {MOST_WEIGHTS:,}: export to "
            "ONNX, or fit with --effort quick"
        )


def _output(sql: Dialect, networks: FixedNetworks, member: Member, inputs: str) -> str:
    """One member's log-odds in whole units."""
    grids = networks.grids_of(member)
    above = inputs
    for index, (layer, grid) in enumerate(zip(member.layers, grids, strict=True)):
        last = index == len(grids) - 1
        after = OUTPUT if last else grids[index + 1]
        if last:
            return sql.at(_layer(sql, layer, grid, above, _rounded(sql, after)), "1")
        if member.depth:
            gates = _layer(sql, layer, grid, above, sigmoid)
            trees = len(layer.biases) // member.depth
            made = sql.leaves(gates, trees, member.depth, _rounded(sql, after))
        else:
            rounded = _rounded(sql, after, _ACTIVATED[networks.activation])
            made = _layer(sql, layer, grid, above, rounded)
        above = sql.joined([made, sql.array([number(1.0)])])
    raise AssertionError("a member has a last layer")


def _layer(sql: Dialect, layer: FixedLayer, grid: Grid, inputs: str, output: Expression) -> str:
    """A layer whose last input is 1."""
    weights = np.concatenate([layer.weights.astype(np.int64), layer.biases[None]])
    scale = np.ldexp(1.0, -(grid.bits + layer.shifts.astype(int)))
    return sql.layer(weights, scale, inputs, output)


def _rounded(sql: Dialect, grid: Grid, activate: Expression = str) -> Expression:
    """From sums to whole numbers on the grid."""

    def made(z: str) -> str:
        whole = sql.rounded(f"({activate(z)}) * {number(2.0**grid.bits)}")
        return within(whole, -float(grid.limit), float(grid.limit))

    return made


_ACTIVATED: dict[Activation, Expression] = {
    "relu": lambda z: f"GREATEST({z}, 0)",
    "leaky_relu": lambda z: f"GREATEST({z}, 0.01 * ({z}))",
    "silu": lambda z: f"({z}) * {sigmoid(z)}",
    "gelu": lambda z: (
        f"({z}) * {sigmoid(f'1.5957691216057308 * (({z}) + 0.044715 * ({z}) * ({z}) * ({z}))')}"
    ),
    "tanh": lambda z: f"2 * {sigmoid(f'2 * ({z})')} - 1",
    "sigmoid": sigmoid,
}
