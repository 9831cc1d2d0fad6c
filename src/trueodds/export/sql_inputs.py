"""From the columns of a table to the networks' inputs in whole numbers, as expressions of SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column
from trueodds.columns.values import MISSING, UNSEEN
from trueodds.export.known_cells import known_cells
from trueodds.export.sql_dialects import Dialect, number, quoted, within
from trueodds.features.blocks import (
    Block,
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.cross import Cross
from trueodds.features.derive import Derived, Part
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import Grid
from trueodds.model.scorer import on_grid


@dataclass
class SqlSources:
    """Names of expressions, each a column of one step of the query.

    Numbers are float64 and null where missing; codes are whole numbers.
    """

    sql: Dialect
    grid: Grid
    row: str
    """Name of the row of the table."""
    cells: dict[str, str] = field(default_factory=dict)
    """Expressions of the first step, by name."""
    derived: dict[str, str] = field(default_factory=dict)
    """Expressions of the second step, from names of the first."""
    places: dict[str, str] = field(default_factory=dict)
    """Expressions of the third step: bins and levels of crosses."""
    names: dict[str, str] = field(default_factory=dict)
    """Name of the expression of each source."""
    _known: dict[str, str] = field(default_factory=dict)

    def read(self, column: Column) -> None:
        """Add a column of the table."""
        cell, name = f"{self.row}.{quoted(column.name)}", f"c{len(self.names)}"
        if column.coded:
            known = known_cells(column)
            at = self.sql.position(self.sql.texts([*known]), self.sql.trimmed(cell))
            found = self.sql.at(self.sql.numbers([*known.values()]), at)
            made = f"COALESCE({found}, {UNSEEN})"
        elif column.kind == "date":
            made = self.sql.seconds(cell)
        else:
            made = f"NULLIF(CAST({cell} AS DOUBLE PRECISION), {number(float('nan'))})"
        self.cells[name] = made
        self.names[column.name] = name

    def derive(self, made: Derived) -> None:
        """Add a quantity of dates."""
        name = f"d{len(self.derived)}"
        self.derived[name] = _DERIVED[made.part](*(self.names[of] for of in made.columns))
        self.names[made.name] = name

    def block(self, block: Block) -> list[str]:
        """Inputs of a block, whole numbers in float64."""
        name = self.names[block.source]
        if isinstance(block, Levels):
            slots = [*block.slots, block.other, block.missing]
            codes = [*range(len(block.slots)), UNSEEN, MISSING]
            return [
                self._flag(_among(name, [c for c, s in zip(codes, slots, strict=True) if s == at]))
                for at in range(block.width)
            ]
        if isinstance(block, Missing):
            return [self._flag(f"{name} IS NULL")]
        if isinstance(block, Indicator):
            return [self._flag(f"{name} = {number(value)}") for value in block.values]
        if isinstance(block, ClippedScale):
            # PostgreSQL refuses products that overflow: what is clipped anyway is clipped first.
            far = 2e6 / abs(block.scale) if abs(block.scale) > 1e-290 else 1e296
            v = within(name, block.centre - far, block.centre + far)
            t = f"({v} - {number(block.centre)}) * {number(block.scale)}"
            t = within(t, -1e6, 1e6)
            return [self._whole(f"{t} / sqrt(1 + ({t} / 3) * ({t} / 3))", name)]
        if isinstance(block, PiecewiseLinear):
            ends = zip(block.x, block.x[1:], strict=False)
            return [self._whole(f"{_piece(name, x, high)} - 0.5", name) for x, high in ends]
        assert isinstance(block, QuantileTransform)
        return [self._whole(self._transformed(block, name), name)]

    def target_encoded(self, table: TargetEncoding) -> str:
        """One target encoding's input, a whole number in float64."""
        entries = len(table.log_odds)
        code = self._code(table)
        at = f"CASE WHEN {code} >= 0 THEN {code} + 1 ELSE {entries + 1} + {code} END"
        values = on_grid(table.log_odds.astype(np.float64), self.grid)
        return self.sql.at(self.sql.numbers(values), at)

    def _code(self, table: TargetEncoding) -> str:
        if table.cross is not None:
            return self._placed(f"cross {table.source}", self._cross(table.cross))
        return self._bin(table.source, table.cuts) if table.cuts else self.names[table.source]

    def _bin(self, source: str, cuts: Sequence[float]) -> str:
        """Bin of a number."""
        name = self.names[source]
        found = f"CASE WHEN {name} IS NULL THEN {MISSING} ELSE {self.sql.reached(name, cuts)} END"
        return self._placed(found, found)

    def _cross(self, cross: Cross) -> str:
        key = ""
        for part in cross.parts:
            # Bins are computed in this step too: their expressions stand here.
            name = self.names[part.source]
            code = name
            if part.cuts:
                reached = self.sql.reached(name, part.cuts)
                code = f"(CASE WHEN {name} IS NULL THEN {MISSING} ELSE {reached} END)"
            place = f"CAST({code} + 2 AS BIGINT)"
            key = f"({key} * {part.size} + {place})" if key else place
        at = self.sql.position(self.sql.numbers(cross.keys), key)
        return f"COALESCE({at} - 1, {UNSEEN})"

    def _transformed(self, block: QuantileTransform, name: str) -> str:
        x, y = np.array(block.x), np.array(block.y)
        if len(x) > 2:
            reached = self.sql.reached(name, block.x[1:-1])
            left = self._placed(f"curve {name} {block.x}", f"{reached} + 1")
        else:
            left = "1"
        with np.errstate(over="ignore", invalid="ignore"):
            slope = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
        v = within(name, block.x[0], block.x[-1])

        def at(values: NDArray[np.float64]) -> str:
            return self.sql.at(self.sql.numbers(values), left)

        beyond = f"({v} - {at(x[:-1])})"
        if np.isfinite(slope).all():
            risen = f"{at(slope)} * {beyond}"
        else:
            risen = f"{at(y[1:] - y[:-1])} * ({beyond} / {at(x[1:] - x[:-1])})"
        return f"LEAST(GREATEST({at(y[:-1])} + {risen}, {at(y[:-1])}), {at(y[1:])})"

    def _placed(self, key: str, made: str) -> str:
        """Name of an expression of the third step."""
        if key not in self._known:
            self._known[key] = f"b{len(self.places)}"
            self.places[self._known[key]] = made
        return self._known[key]

    def _flag(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN {number(2.0**self.grid.bits)} ELSE {number(0.0)} END"

    def _whole(self, made: str, name: str) -> str:
        """An input on the grid; 0 where the number is missing."""
        whole = self.sql.rounded(f"({made}) * {number(2.0**self.grid.bits)}")
        limit = float(self.grid.limit)
        return (
            f"CASE WHEN {name} IS NULL THEN {number(0.0)} ELSE {within(whole, -limit, limit)} END"
        )


def _piece(name: str, x: float, high: float) -> str:
    """How far a number is between two knots, from 0 to 1."""
    return f"({within(name, x, high)} - {number(x)}) / {number(high - x)}"


def _among(name: str, codes: Sequence[int]) -> str:
    return f"{name} IN ({', '.join(map(str, codes))})" if codes else "FALSE"


def _days(date: str) -> str:
    return f"floor({date} / 86400.0)"


def _modulo(value: str, by: float) -> str:
    return f"({value} - {by} * floor({value} / {by}))"


def _month(date: str) -> str:
    """Months by Hinnant's chrono-compatible algorithms, as in readers/js."""
    era = _modulo(f"({_days(date)} + 719468)", 146097.0)
    leaps = f"floor({era} / 1460.0) - floor({era} / 36524.0) + floor({era} / 146096.0)"
    year = f"floor(({era} - ({leaps})) / 365.0)"
    of_year = f"({era} - (365.0 * {year} + floor({year} / 4.0) - floor({year} / 100.0)))"
    month = f"floor((5.0 * {of_year} + 2.0) / 153.0)"
    return f"(CASE WHEN {month} < 10 THEN {month} + 3 ELSE {month} - 9 END)"


_DERIVED: dict[Part, Callable[..., str]] = {
    "month": _month,
    "weekday": lambda date: _modulo(f"({_days(date)} + 3)", 7.0),
    "hour": lambda date: f"{_modulo(date, 86400.0)} / 3600.0",
    "days_between": lambda one, other: f"({other} - {one}) / 86400.0",
    "calendar_days_between": lambda one, other: f"{_days(other)} - {_days(one)}",
}
