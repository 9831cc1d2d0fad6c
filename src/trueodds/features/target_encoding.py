"""Target encoding: each level of a column by the smoothed log-odds of its rows, for every fold.

A category of many levels has log-odds for each level. A number whose values recur has log-odds for
each bin: such values often mean something of their own (a code, a limit, a usual amount) that no
smooth function of the number expresses. The fraction of yes of a level is shrunk to the base rate
with the weight of `PRIOR_ROWS` rows (Micci-Barreca 2001); the encoding is its log-odds less the
base rate's. Training rows are encoded from the other inner folds: no row's label is part of its own
input.
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
from trueodds.features.text import Text

PRIOR_ROWS = 10.0
"""Weight of the base rate in a level's fraction of yes, in rows."""
INNER_FOLDS = 5
"""Parts of the training rows; the rows of one part are encoded from the others."""
LEAST_LEVELS = 9
"""Fewest levels of a category, and distinct values of a number, with a target encoding."""
RECURRING = 20.0
"""Fewest rows of a value, on average over the values of a number with a target encoding."""
BINS = 32
"""Bins of a number with more values; each dominant value has one more bin."""


@dataclass(frozen=True, eq=False)
class TargetEncoding:
    """One column's log-odds by level, or by bin of a number, for one fold's members.

    ``log_odds`` has shape (levels + 2,), float32; the codes −2 (unseen) and −1 (missing) index the
    last two entries. ``cuts``, increasing, are the edges between the bins of a number; a value's
    bin is the number of cuts that are at most the value. A category has no cuts. A cross has its
    own levels, and what they add to its columns' own log-odds; ``source`` is its name. A text has
    log-odds for each of its words, and a row has the sum of those of its words
    (`trueodds.features.text`).
    """

    source: str
    log_odds: NDArray[np.float32]
    cuts: tuple[float, ...] = ()
    cross: Cross | None = None
    text: Text | None = None

    def __post_init__(self) -> None:
        self.log_odds.setflags(write=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that it depends on."""
        if self.text is not None:
            return (self.text.column,)
        return (self.source,) if self.cross is None else self.cross.columns

    def inputs(self, values: Values) -> NDArray[np.floating[Any]]:
        """Inputs of all rows, shape (rows,)."""
        if self.text is not None:
            return self.text.sums(values, self.log_odds)
        return np.asarray(self.log_odds[self.codes(values)])

    def codes(self, values: Values) -> NDArray[Any]:
        """Positions in ``log_odds`` of all rows, shape (rows,)."""
        if self.cross is not None:
            return self.cross.codes(values)
        if not self.cuts:
            return values.codes[self.source]
        return bin_codes(values.numbers[self.source], self.cuts)


def target_encoded_columns(values: Values, schema: Schema) -> dict[str, tuple[float, ...]]:
    """Names of the columns with a target encoding, and their cuts: empty for categories."""
    found: dict[str, tuple[float, ...]] = {}
    for column in schema.used:
        if column.kind == "category" and len(column.levels) >= LEAST_LEVELS:
            found[column.name] = ()
        elif column.kind == "number" and (cuts := _cuts(values.numbers[column.name])):
            found[column.name] = cuts
    return found


def _cuts(numbers: NDArray[np.float64]) -> tuple[float, ...]:
    """Cuts between the bins of a number whose values recur; empty for other numbers."""
    known = numbers[np.isfinite(numbers)]
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) < LEAST_LEVELS or len(known) < RECURRING * len(distinct):
        return ()
    dominant = counts >= DOMINANT * len(numbers)
    first = np.ones(len(distinct), dtype=np.bool_)
    if len(distinct) > BINS:
        # Bins hold about equal numbers of rows; dominant values do not count.
        below = np.cumsum(np.where(dominant, 0, counts)) / max(1, counts[~dominant].sum())
        first[1:] = np.diff(np.minimum((below * BINS).astype(np.int64), BINS - 1)) > 0
        first |= dominant
        first[1:] |= dominant[:-1]
    # The halves are taken before the sum: it cannot overflow. A cut is above its lower value.
    middle = 0.5 * distinct[:-1] + 0.5 * distinct[1:]
    middle = np.where(middle > distinct[:-1], middle, distinct[1:])
    return tuple(middle[first[1:]].tolist())


def fit_target_encodings(
    values: Values,
    schema: Schema,
    y: NDArray[np.float32],
    sample_weight: NDArray[np.float32],
    shown: NDArray[np.int64],
    seed: Sequence[int],
) -> tuple[tuple[TargetEncoding, ...], NDArray[np.float32]]:
    """Make the target encodings of one fold from the rows shown to its members.

    Parameters
    ----------
    values, schema
        All rows of the training table, and their columns.
    y, sample_weight
        Shape (rows,): labels 0 or 1; weights ≥ 0.
    shown
        Numbers of the rows shown, shape (n,).
    seed
        Decides the inner folds.

    Returns
    -------
    encodings
        One `TargetEncoding` a column, for held-out and for new rows.
    fold_features
        Shape (rows, encoded columns), float32: the inputs of all rows. Rows shown are encoded from
        the other inner folds.
    """
    encoded = target_encoded_columns(values, schema)
    fold_features = np.zeros((values.rows, len(encoded)), dtype=np.float32)
    encodings = []
    rng = np.random.default_rng([*seed, 3])
    inner = np.empty(len(shown), dtype=np.int64)
    inner[rng.permutation(len(shown))] = np.arange(len(shown)) % INNER_FOLDS
    levels = {c.name: len(c.levels) for c in schema.used}
    for position, (name, cuts) in enumerate(encoded.items()):
        codes = bin_codes(values.numbers[name], cuts) if cuts else values.codes[name]
        size = len(cuts) + 1 if cuts else levels[name]
        log_odds = _log_odds(codes[shown], y[shown], sample_weight[shown], size)
        fold_features[:, position] = log_odds[codes]
        for fold in range(INNER_FOLDS):
            rest, there = shown[inner != fold], shown[inner == fold]
            if len(rest):
                fold_features[there, position] = _log_odds(
                    codes[rest], y[rest], sample_weight[rest], size
                )[codes[there]]
        encodings.append(TargetEncoding(name, log_odds, cuts))
    return tuple(encodings), fold_features


def encode_targets(values: Values, encodings: tuple[TargetEncoding, ...]) -> NDArray[np.float32]:
    """Inputs of new rows, shape (rows, encodings), float32."""
    out = np.empty((values.rows, len(encodings)), dtype=np.float32)
    for position, encoding in enumerate(encodings):
        out[:, position] = encoding.inputs(values)
    return out


def _log_odds(
    codes: NDArray[Any], y: NDArray[np.float32], sample_weight: NDArray[np.float32], levels: int
) -> NDArray[np.float32]:
    """Smoothed log-odds less the base rate's, shape (levels + 2,); 0 for levels without rows."""
    index = np.where(codes < 0, levels + 2 + codes, codes)
    rows = np.bincount(index, weights=sample_weight, minlength=levels + 2)
    yes = np.bincount(index, weights=sample_weight * y, minlength=levels + 2)
    base = (yes.sum() + 0.5) / (rows.sum() + 1.0)
    fraction = (yes + PRIOR_ROWS * base) / (rows + PRIOR_ROWS)
    log_odds: NDArray[np.float64] = np.log(fraction / (1.0 - fraction)) - np.log(
        base / (1.0 - base)
    )
    log_odds[rows == 0.0] = 0.0
    return log_odds.astype(np.float32)
