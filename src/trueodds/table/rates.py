"""Categories by what they say of the target: smoothed log-odds, kept honest fold by fold.

A level's rate is shrunk to the base rate with the weight of ``PRIOR_ROWS`` rows (Micci-Barreca
2001), as log-odds less the base rate's. Training rows get rates from the other inner folds, so
that a member never sees a rate its own row helped to make.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.table.schema import Schema
from trueodds.table.values import Values

PRIOR_ROWS = 10.0
INNER_FOLDS = 5
LEAST_LEVELS = 9
"""Categories with at least so many levels get a rate; fewer levels need no help."""


@dataclass(frozen=True, eq=False)
class RateTable:
    """One category's log-odds by level for one fold's members.

    ``log_odds`` has shape (levels + 2,), float32; the last two entries are those of unseen and of
    missing cells, so that codes −2 and −1 index them.
    """

    source: str
    log_odds: NDArray[np.float32]

    def __post_init__(self) -> None:
        self.log_odds.setflags(write=False)


def rated_columns(schema: Schema) -> tuple[str, ...]:
    """Names of the categories that get a rate."""
    return tuple(
        c.name for c in schema.used if c.kind == "category" and len(c.levels) >= LEAST_LEVELS
    )


def fit_rates(
    values: Values,
    schema: Schema,
    y: NDArray[np.float32],
    weight: NDArray[np.float32],
    shown: NDArray[np.int64],
    seed: Sequence[int],
) -> tuple[tuple[RateTable, ...], NDArray[np.float32]]:
    """Rates of one fold, from the rows shown to its members alone.

    Returns
    -------
    tables
        One `RateTable` a rated column, for all rows not shown and for new rows.
    own
        Shape (rows, rated columns), float32: the inputs for training and held-out rows alike;
        rows shown have rates from the other inner folds.
    """
    names = rated_columns(schema)
    own = np.zeros((values.rows, len(names)), dtype=np.float32)
    tables = []
    rng = np.random.default_rng([*seed, 3])
    inner = np.empty(len(shown), dtype=np.int64)
    inner[rng.permutation(len(shown))] = np.arange(len(shown)) % INNER_FOLDS
    for position, name in enumerate(names):
        codes = values.codes[name]
        size = len(next(c for c in schema.used if c.name == name).levels)
        table = _log_odds(codes[shown], y[shown], weight[shown], size)
        own[:, position] = table[codes]
        for fold in range(INNER_FOLDS):
            rest, there = shown[inner != fold], shown[inner == fold]
            if len(rest):
                own[there, position] = _log_odds(codes[rest], y[rest], weight[rest], size)[
                    codes[there]
                ]
        tables.append(RateTable(name, table))
    return tuple(tables), own


def encode_rates(values: Values, tables: tuple[RateTable, ...]) -> NDArray[np.float32]:
    """Rates of new rows, shape (rows, tables), float32."""
    out = np.empty((values.rows, len(tables)), dtype=np.float32)
    for position, table in enumerate(tables):
        out[:, position] = table.log_odds[values.codes[table.source]]
    return out


def _log_odds(
    codes: NDArray[np.int32], y: NDArray[np.float32], weight: NDArray[np.float32], levels: int
) -> NDArray[np.float32]:
    """Smoothed log-odds less the base rate's, by code; unseen and empty levels get 0."""
    index = np.where(codes < 0, levels + 2 + codes, codes)
    rows = np.bincount(index, weights=weight, minlength=levels + 2)
    yes = np.bincount(index, weights=weight * y, minlength=levels + 2)
    base = (yes.sum() + 0.5) / (rows.sum() + 1.0)
    rate = (yes + PRIOR_ROWS * base) / (rows + PRIOR_ROWS)
    odds: NDArray[np.float64] = np.log(rate / (1.0 - rate)) - np.log(base / (1.0 - base))
    odds[rows == 0.0] = 0.0
    return odds.astype(np.float32)
