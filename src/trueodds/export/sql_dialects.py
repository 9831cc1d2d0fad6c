"""What differs between DuckDB and PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Name = Literal["duckdb", "postgres"]
NAMES: tuple[Name, ...] = get_args(Name)
BLANKS = (
    "E' "
    + r"\t\n\x0b\x0c\r"
    + "".join(map(chr, (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))))
    + "\u2028\u2029\u202f\u205f\u3000'"
)
"""All characters that the reader of cells strips: those with Unicode's property White_Space."""


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A number as SQL has it: the shortest text that reads back, as float64."""
    return f"CAST({text(repr(float(value)))} AS DOUBLE PRECISION)"


def within(value: str, low: float, high: float) -> str:
    """An expression that is not null, kept within two bounds."""
    return f"GREATEST(LEAST({value}, {number(high)}), {number(low)})"


class DuckDB:
    """Lists, and lambdas over them."""

    def row(self, alias: str) -> str:
        """All columns of a row that is one value."""
        return f"{alias}.*"

    def trimmed(self, cell: str) -> str:
        """A cell as text without outer blanks, empty where it is null."""
        return f"COALESCE(trim(CAST({cell} AS VARCHAR), {BLANKS}), '')"

    def seconds(self, cell: str) -> str:
        """Seconds since 1970 of a date, a timestamp in UTC, or one with a time zone."""
        zoned = f"CAST(CAST({cell} AS VARCHAR) AS TIMESTAMPTZ)"
        return (
            f"CAST(CASE WHEN typeof({cell}) = 'TIMESTAMP WITH TIME ZONE' THEN epoch({zoned}) "
            f"ELSE epoch(CAST({cell} AS TIMESTAMP)) END AS DOUBLE)"
        )

    def rounded(self, value: str) -> str:
        """The nearest whole number, ties to even."""
        return f"round_even({value}, 0)"

    def numbers(self, values: Sequence[Any] | NDArray[Any]) -> str:
        """A list of float64 or of int64."""
        kind = "BIGINT" if np.asarray(values).dtype.kind in "iu" else "DOUBLE"
        return f"'[{_joined(values)}]'::{kind}[]"

    def texts(self, values: Sequence[str]) -> str:
        """A list of texts."""
        return f"[{', '.join(map(text, values))}]::VARCHAR[]"

    def position(self, values: str, value: str) -> str:
        """Where a value is in a list, from 1; null if it is not there."""
        return f"NULLIF(list_position({values}, {value}), 0)"

    def at(self, values: str, index: str) -> str:
        """An element of a list, from 1."""
        return f"({values})[{index}]"

    def reached(self, value: str, cuts: Sequence[float]) -> str:
        """How many cuts are at most a number."""
        return f"len(list_filter({self.numbers(cuts)}, lambda cut: cut <= {value}))"

    def array(self, values: Sequence[str]) -> str:
        """A list of expressions."""
        return f"[{', '.join(values)}]"

    def joined(self, lists: Sequence[str]) -> str:
        """Lists one after another."""
        return f"({' || '.join(lists)})"

    def layer(
        self,
        weights: NDArray[np.int64],
        scale: NDArray[np.float64],
        inputs: str,
        output: Callable[[str], str],
    ) -> str:
        """Outputs of a layer, a list.

        Parameters
        ----------
        weights
            Shape (inputs, units).
        scale
            Shape (units,), what a unit's sum is multiplied by.
        inputs
            A list.
        output
            From a sum to an output.
        """
        rows = ", ".join(f"[{_joined(column)}]" for column in weights.T)
        product = f"list_dot_product(w, {inputs}) * ({self.numbers(scale)})[j]"
        sums = f"list_transform('[{rows}]'::DOUBLE[][], lambda w, j: {product})"
        return f"list_transform({sums}, lambda z: {output('z')})"

    def leaves(self, gates: str, trees: int, depth: int, output: Callable[[str], str]) -> str:
        """Outputs of all leaves, a list, from the list of gates."""
        factors = _factors("g", "n", "//", trees, depth)
        every = f"list_transform(range({trees << depth}), lambda n: {output(factors)})"
        return f"list_transform([{gates}], lambda g: {every})[1]"


class PostgreSQL:
    """Arrays, and queries over their elements."""

    def row(self, alias: str) -> str:
        """All columns of a row that is one value."""
        return f"({alias}).*"

    def trimmed(self, cell: str) -> str:
        """A cell as text without outer blanks, empty where it is null."""
        return f"COALESCE(btrim(CAST({cell} AS text), {BLANKS}), '')"

    def seconds(self, cell: str) -> str:
        """Seconds since 1970 of a date, a timestamp in UTC, or one with a time zone."""
        zoned = f"CAST(CAST({cell} AS text) AS timestamptz)"
        return (
            f"CAST(CASE WHEN pg_typeof({cell}) = CAST('timestamptz' AS regtype) THEN extract(epoch "
            f"FROM {zoned}) ELSE extract(epoch FROM CAST({cell} AS timestamp)) END AS DOUBLE "
            "PRECISION)"
        )

    def rounded(self, value: str) -> str:
        """The nearest whole number, ties to even."""
        return f"round({value})"

    def numbers(self, values: Sequence[Any] | NDArray[Any]) -> str:
        """An array of float64 or of int64."""
        kind = "bigint" if np.asarray(values).dtype.kind in "iu" else "float8"
        return f"'{{{_joined(values)}}}'::{kind}[]"

    def texts(self, values: Sequence[str]) -> str:
        """An array of texts."""
        return f"ARRAY[{', '.join(map(text, values))}]::text[]"

    def position(self, values: str, value: str) -> str:
        """Where a value is in an array, from 1; null if it is not there."""
        return f"array_position({values}, {value})"

    def at(self, values: str, index: str) -> str:
        """An element of an array, from 1."""
        return f"({values})[{index}]"

    def reached(self, value: str, cuts: Sequence[float]) -> str:
        """How many cuts are at most a number."""
        return f"width_bucket({value}, {self.numbers(cuts)})"

    def array(self, values: Sequence[str]) -> str:
        """An array of expressions."""
        return f"ARRAY[{', '.join(values)}]"

    def joined(self, lists: Sequence[str]) -> str:
        """Arrays one after another."""
        return f"({' || '.join(lists)})"

    def layer(
        self,
        weights: NDArray[np.int64],
        scale: NDArray[np.float64],
        inputs: str,
        output: Callable[[str], str],
    ) -> str:
        """Outputs of a layer, an array; see `DuckDB.layer`."""
        units = weights.shape[1]
        z = f"s.z * ({self.numbers(scale)})[s.j]"
        products = f"sum(u.w * x.q[(u.n - 1) / {units} + 1])"
        return (
            f"(SELECT array_agg({output(z)} ORDER BY s.j) FROM (SELECT (u.n - 1) % {units} + 1 AS "
            f"j, {products} AS z FROM (SELECT {inputs} AS q OFFSET 0) AS x, "
            f"unnest('{{{_joined(weights.ravel())}}}'::float8[]) WITH ORDINALITY AS u(w, n) "
            "GROUP BY 1) AS s)"
        )

    def leaves(self, gates: str, trees: int, depth: int, output: Callable[[str], str]) -> str:
        """Outputs of all leaves, an array, from the array of gates."""
        factors = _factors("g.q", "n", "/", trees, depth)
        last = (trees << depth) - 1
        return (
            f"(SELECT array_agg({output(factors)} ORDER BY n) FROM (SELECT {gates} AS q OFFSET 0) "
            f"AS g, generate_series(0, {last}) AS n)"
        )


Dialect = DuckDB | PostgreSQL
DIALECTS: dict[Name, Dialect] = {"duckdb": DuckDB(), "postgres": PostgreSQL()}


def _factors(gates: str, leaf: str, divided: str, trees: int, depth: int) -> str:
    """The share of a leaf, the product of its gates from level 0 on."""
    factors = []
    for level in range(depth):
        gate = f"{gates}[{level * trees + 1} + {leaf} % {trees}]"
        bit = f"({leaf} {divided} {trees << (depth - 1 - level)}) % 2"
        factors.append(f"(CASE WHEN {bit} = 0 THEN {gate} ELSE 1 - {gate} END)")
    return " * ".join(factors)


def _joined(values: Sequence[Any] | NDArray[Any]) -> str:
    return ",".join(map(repr, np.asarray(values).tolist()))
