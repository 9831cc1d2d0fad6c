"""Tables of `bench/check_alarms.py`: healthy ones, and the same with one fault planted.

A healthy table has numbers, whole numbers, categories with missing cells and a date, and a target
that half of them tell something of. Rows are independent, or in groups, or in order of time
without any change.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honesty_tables import Floats, log_odds_of
from trueodds.functions.portable import sigmoid

KINDS = ("numbers", "mixed", "groups", "time")
FRESH = 800
GROUP = 10
"""Rows of a group."""


@dataclass(frozen=True)
class Rows:
    """Cells by column, with the true log-odds; the target is drawn from them."""

    cells: pl.DataFrame
    z: Floats

    def plus(self, name: str, cells: object) -> "Rows":
        """The same rows with one column more, or another one."""
        return replace(self, cells=self.cells.with_columns(pl.Series(name, cells)))

    def labelled(self, rng: np.random.Generator, shift: float = 0.0) -> pl.DataFrame:
        """The cells with a target that is drawn from the true log-odds, moved by ``shift``."""
        yes = rng.random(len(self.z)) < sigmoid(self.z + shift)
        return self.cells.with_columns(pl.Series("y", np.where(yes, "yes", "no")))


def healthy(kind: str, rows: int, rng: np.random.Generator, start: float = 0.0) -> Rows:
    """Rows of a kind of table; those of time begin at the moment ``start``."""
    X = rng.normal(size=(rows, 6))
    z = log_odds_of(X)
    cells: dict[str, object] = {f"x{i}": column for i, column in enumerate(X.T)}
    if kind != "numbers":
        town = rng.integers(0, 6, rows)
        cells["town"] = [
            f"town {c}" if there else None
            for c, there in zip(town, rng.random(rows) < 0.93, strict=True)
        ]
        cells["visits"] = rng.poisson(3.0, rows)
        cells["size"] = np.where(
            rng.random(rows) < 0.1, np.nan, np.round(rng.gamma(2.0, 5.0, rows), 1)
        )
        days = rng.integers(0, 1500, rows)
        cells["since"] = np.datetime64("2019-01-01") + days
        z = z + np.array([0.6, -0.6, 0.0, 0.0, 0.3, -0.3])[town] + 0.0005 * (days - 750)
    if kind == "groups":
        number = np.arange(rows) // GROUP
        cells["person"] = [f"p{n}" for n in number]
        z = z + 0.4 * rng.normal(size=int(number.max()) + 1)[number]
    if kind == "time":
        cells["moment"] = start + np.arange(rows) / rows
    return Rows(pl.DataFrame(cells), z)


Plant = Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]


def _yes(table: pl.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(table["y"].to_numpy() == "yes")


def with_column(name: str, cells: object, table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.Series(name, cells))


def leak(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A column that is filled in once the answer is yes."""
    closed = np.where(_yes(table), rng.integers(1, 400, len(table)).astype(np.float64), np.nan)
    return with_column("closed", closed, table)


def leak_together(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Two columns, of which one tells the answer by the other."""
    key = rng.random(len(table)) > 0.5
    other = np.where(_yes(table) == key, "up", "down")
    return with_column("other", other, with_column("key", np.where(key, "a", "b"), table))


def nearly(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A column with an AUC of 0.994."""
    return with_column("near", _yes(table) + rng.normal(0.0, 0.28, len(table)), table)


def certain(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A target that is a sum of five columns, without chance."""
    total = np.sum([table[f"x{i}"].to_numpy() for i in range(5)], axis=0)
    sure = np.abs(total) > 0.5
    return with_column("y", np.where(total > 0.0, "yes", "no"), table).filter(pl.Series(sure))


def identifier(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Numbers of customers."""
    return with_column("customer_id", rng.permutation(90_000)[: len(table)] + 10_000, table)


def copies(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Every twentieth row once more."""
    return pl.concat([table, table.gather_every(20)])


def late_change(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A number that is measured otherwise from the last tenth of the rows on."""
    late = np.arange(len(table)) >= 0.9 * len(table)
    return with_column("x5", table["x5"].to_numpy() + 2.0 * late, table)


def rare_levels(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Names of 300 streets, and most rows in three of them."""
    street = np.where(
        rng.random(len(table)) < 0.7,
        rng.integers(0, 3, len(table)),
        rng.integers(3, 300, len(table)),
    )
    return with_column("street", [f"street {s}" for s in street], table)


def noise(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A target that no column tells anything of."""
    return with_column("y", rng.choice(["yes", "no"], len(table)), table)


def few_yes(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Twelve rows with yes."""
    yes = np.flatnonzero(_yes(table))[12:]
    answer = table["y"].to_numpy().copy()
    answer[yes] = "no"
    return with_column("y", answer, table)


FIT_PLANTS: dict[str, tuple[str, Plant]] = {
    "TO101": ("mixed", leak),
    "TO102": ("mixed", leak_together),
    "TO103": ("mixed", nearly),
    "TO104": ("numbers", certain),
    "TO105": ("mixed", identifier),
    "TO106": ("mixed", copies),
    "TO107": ("time", late_change),
    "TO108": ("mixed", rare_levels),
    "TO302": ("mixed", noise),
    "TO401": ("mixed", few_yes),
}
"""Kind of table and planted fault of the checks of a fit."""
USE_PLANTS = ("TO301", "TO402", "TO501", "TO502", "TO503")
"""Checks whose fault is planted in the new rows of a healthy model."""


def new_rows(
    code: str, fitted: pl.DataFrame, fresh: Rows, rng: np.random.Generator
) -> pl.DataFrame:
    """Labelled rows with a fault: too few yes, another distribution, or rows of training."""
    if code == "TO503":
        return fitted.head(200)
    if code in ("TO501", "TO502"):
        moved = fresh.cells["x0"].to_numpy() + 2.0
        return fresh.plus("x0", moved).labelled(rng)
    return fresh.labelled(rng, shift=-2.0)
