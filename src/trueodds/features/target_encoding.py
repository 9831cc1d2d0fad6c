"""Columns by what they say of the target: smoothed log-odds, kept honest fold by fold.

Categories of many levels have a rate for each level, numbers whose values recur for each bin: such
values often mean something of their own (a code, a limit, a usual amount), which a smooth function
of the number cannot tell. A level's rate is shrunk to the base rate with the weight of
``PRIOR_ROWS`` rows (Micci-Barreca 2001), as log-odds less the base rate's. Training rows get rates
from the other inner folds, so that a member never sees a rate its own row helped to make.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.features.cross import Cross, bin_codes
from trueodds.features.feature_rules import DOMINANT

PRIOR_ROWS = 10.0
INNER_FOLDS = 5
LEAST_LEVELS = 9
"""Categories and numbers with at least so many levels get a rate; fewer need no help."""
RECURRING = 20.0
"""Numbers get rates when a value has at least so many rows on average, enough to tell its rate."""
BINS = 32
"""Bins of a number with more values, dominant values aside, which have a bin of their own."""


@dataclass(frozen=True, eq=False)
class TargetEncoding:
    """One column's log-odds by level, or by bin of a number, for one fold's members.

    ``log_odds`` has shape (levels + 2,), float32; the last two entries are those of unseen and of
    missing cells, so that codes −2 and −1 index them. A number has ``cuts``, increasing, and one
    level more than cuts: a value's level is the number of cuts that do not exceed it. A cross has
    its own levels, and what they add to its columns' own log-odds; ``source`` is its name.
    """

    source: str
    log_odds: NDArray[np.float32]
    cuts: tuple[float, ...] = ()
    cross: Cross | None = None

    def __post_init__(self) -> None:
        self.log_odds.setflags(write=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that it depends on."""
        return (self.source,) if self.cross is None else self.cross.columns

    def codes(self, values: Values) -> NDArray[Any]:
        """Positions in ``log_odds`` of rows, shape (rows,)."""
        if self.cross is not None:
            return self.cross.codes(values)
        if not self.cuts:
            return values.codes[self.source]
        return bin_codes(values.numbers[self.source], self.cuts)


def target_encoded_columns(values: Values, schema: Schema) -> dict[str, tuple[float, ...]]:
    """Names of the columns that get a rate, with the cuts of numbers, empty for categories."""
    found: dict[str, tuple[float, ...]] = {}
    for column in schema.used:
        if column.kind == "category" and len(column.levels) >= LEAST_LEVELS:
            found[column.name] = ()
        elif column.kind == "number" and (cuts := _cuts(values.numbers[column.name])):
            found[column.name] = cuts
    return found


def _cuts(numbers: NDArray[np.float64]) -> tuple[float, ...]:
    """Cuts between bins of a number whose values recur; none for other numbers."""
    known = numbers[np.isfinite(numbers)]
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) < LEAST_LEVELS or len(known) < RECURRING * len(distinct):
        return ()
    alone = counts >= DOMINANT * len(numbers)
    first = np.ones(len(distinct), dtype=np.bool_)
    if len(distinct) > BINS:
        # A bin starts where the rows before it fill another 1/BINS; dominant values do not count.
        share = np.cumsum(np.where(alone, 0, counts)) / max(1, counts[~alone].sum())
        first[1:] = np.diff(np.minimum((share * BINS).astype(np.int64), BINS - 1)) > 0
        first |= alone
        first[1:] |= alone[:-1]
    # Halves first: no sum overflows. A cut never falls on the lower of its two values.
    middle = 0.5 * distinct[:-1] + 0.5 * distinct[1:]
    middle = np.where(middle > distinct[:-1], middle, distinct[1:])
    return tuple(middle[first[1:]].tolist())


def fit_target_encodings(
    values: Values,
    schema: Schema,
    y: NDArray[np.float32],
    weight: NDArray[np.float32],
    shown: NDArray[np.int64],
    seed: Sequence[int],
) -> tuple[tuple[TargetEncoding, ...], NDArray[np.float32]]:
    """Rates of one fold, from the rows shown to its members alone.

    Returns
    -------
    tables
        One `TargetEncoding` a rated column, for all rows not shown and for new rows.
    fold_features
        Shape (rows, rated columns), float32: the inputs for training and held-out rows alike;
        rows shown have rates from the other inner folds.
    """
    rated = target_encoded_columns(values, schema)
    fold_features = np.zeros((values.rows, len(rated)), dtype=np.float32)
    tables = []
    rng = np.random.default_rng([*seed, 3])
    inner = np.empty(len(shown), dtype=np.int64)
    inner[rng.permutation(len(shown))] = np.arange(len(shown)) % INNER_FOLDS
    levels = {c.name: len(c.levels) for c in schema.used}
    for position, (name, cuts) in enumerate(rated.items()):
        codes = bin_codes(values.numbers[name], cuts) if cuts else values.codes[name]
        size = len(cuts) + 1 if cuts else levels[name]
        table = _log_odds(codes[shown], y[shown], weight[shown], size)
        fold_features[:, position] = table[codes]
        for fold in range(INNER_FOLDS):
            rest, there = shown[inner != fold], shown[inner == fold]
            if len(rest):
                fold_features[there, position] = _log_odds(
                    codes[rest], y[rest], weight[rest], size
                )[codes[there]]
        tables.append(TargetEncoding(name, table, cuts))
    return tuple(tables), fold_features


def encode_targets(values: Values, tables: tuple[TargetEncoding, ...]) -> NDArray[np.float32]:
    """Rates of new rows, shape (rows, tables), float32."""
    out = np.empty((values.rows, len(tables)), dtype=np.float32)
    for position, table in enumerate(tables):
        out[:, position] = table.log_odds[table.codes(values)]
    return out


def _log_odds(
    codes: NDArray[Any], y: NDArray[np.float32], weight: NDArray[np.float32], levels: int
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
