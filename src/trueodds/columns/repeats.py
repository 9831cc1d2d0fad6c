"""Rows that stand in a table more than once, where chance does not explain it.

Rows of few categories are often equal by chance. Two rules tell copies from chance. Each compares
the table with itself, so neither assumes a distribution of the columns.

Alone: where rows are equal by chance, others differ from them in one column only. Copies have no
such neighbours, as soon as one column has many values; but rows that share all cells except those
of this column are usual. A repeated row is alone if no row differs from it in exactly one column,
the column of most neighbours left out. Most repeated rows must be alone, and they must be ten times
as many as equal cells of the left-out column give by chance. Where most rows are repeated anyway,
the rule does not count: the table may have few different rows.

Counts: let f(k) be how many different rows stand in the table exactly k times. For independent rows
of any distribution, f(k) is the expectation of a mixture of Poisson distributions (Good 1953), and
the Cauchy–Schwarz inequality gives f(k + 1) ≥ k·f(k)²/((k + 1)·f(k − 1)). A table where many rows
stand twice and hardly any stands three times breaks it: it was written twice, wholly or in part.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from trueodds.columns.schema import Column, Schema
from trueodds.columns.sketch import START, cell_bits, mix
from trueodds.columns.values import Values

LEAST_SHARE = 0.01
"""Fewer repeated rows than this share of the table change no score that anyone sees …"""
LEAST_ROWS = 5
"""… and fewer rows than this are no evidence."""
MOSTLY = 0.5
"""At least this share of the repeated rows must be alone, and at most this share of all rows may be
rows that are repeated."""
BEYOND = 10.0
"""Repeated rows for each one that the left-out column gives by chance."""
MOST_COPIES = 12
"""Largest k of the rule of counts."""
SURPRISE = 1e-4
"""Largest probability of so few rows that stand once more, by the rule of counts."""
_MOST_TRIED = 2_000
"""Repeated rows whose neighbours are looked for."""


@dataclass(frozen=True)
class Repeats:
    """Rows that equal an earlier row in all used columns."""

    rows: int
    """Rows of the table; rows of one group that are equal count once."""
    repeated: int
    """Rows that equal an earlier row."""
    same_label: int
    """Those of them that equal an earlier row with the same label."""


def repeated_rows(
    values: Values, schema: Schema, y: NDArray[np.uint8], groups: NDArray[Any] | None = None
) -> Repeats | None:
    """Count repeated rows; None if they are few, or if chance may explain them.

    Parameters
    ----------
    values, schema
        The rows, and their columns.
    y
        Shape (rows,), 1 for "yes".
    groups
        Shape (rows,), labels of groups that folds do not split; None where rows stand alone. Equal
        rows of one group are one row here: no copy of a row is in another fold than the row.
    """
    whole = _hashes(values, schema)
    rows = np.arange(values.rows)
    if groups is not None:
        number = np.unique(groups, return_inverse=True)[1].astype(np.uint64)
        rows = np.sort(np.unique(mix(whole ^ mix(number)), return_index=True)[1])
    first, times = np.unique(whole[rows], return_index=True, return_counts=True)[1:]
    repeated = len(rows) - len(first)
    if repeated < max(LEAST_ROWS, LEAST_SHARE * len(rows)):
        return None
    if not (_more_often_than_chance(times) or _alone(values, schema, whole, rows, first, times)):
        return None
    labelled = np.unique(mix(whole[rows] ^ mix(y[rows].astype(np.uint64))))
    return Repeats(len(rows), repeated, len(rows) - len(labelled))


def _hashes(values: Values, schema: Schema) -> NDArray[np.uint64]:
    """A sum of one term a column, so that a column can be taken away again; shape (rows,)."""
    total = np.zeros(values.rows, dtype=np.uint64)
    for position, column in enumerate(schema.used):
        total += _term(values, column, position)
    return total


def _term(values: Values, column: Column, position: int) -> NDArray[np.uint64]:
    salt = np.uint64((START * (position + 1)) % 2**64)
    return mix(mix(cell_bits(values, column) ^ salt))


def _more_often_than_chance(times: NDArray[np.int64]) -> bool:
    """The rule of counts; ``times`` has shape (different rows,), ≥ 1."""
    found = np.bincount(times, minlength=MOST_COPIES + 2).astype(np.float64)
    for k in range(2, MOST_COPIES + 1):
        # Three standard errors to the side of chance.
        here = max(found[k] - 3.0 * found[k] ** 0.5, 0.0)
        before = found[k - 1] + 3.0 * found[k - 1] ** 0.5 + 4.5
        least = k * here**2 / ((k + 1) * before)
        if least > 0.0 and float(pdtr(found[k + 1], least)) < SURPRISE:
            return True
    return False


def _alone(
    values: Values,
    schema: Schema,
    whole: NDArray[np.uint64],
    rows: NDArray[np.int64],
    first: NDArray[np.int64],
    times: NDArray[np.int64],
) -> bool:
    """The rule of neighbours: whether most of the repeated rows are alone.

    Parameters
    ----------
    whole
        Hash of every row of the table.
    rows
        The rows that count.
    first, times
        Shape (different rows,): the first row of each, by its place among ``rows``, and how often
        it stands in the table.
    """
    if times[times > 1].sum() > MOSTLY * len(rows):
        return False
    repeated, extra = first[times > 1], times[times > 1] - 1
    if len(repeated) > _MOST_TRIED:
        tried = np.linspace(0, len(repeated) - 1, _MOST_TRIED).astype(np.int64)
        repeated, extra = repeated[tried], extra[tried]
    total, most, column = np.zeros(len(repeated), dtype=np.int64), 0, -1
    of_most = total
    used = schema.used
    for position, each in enumerate(used):
        rest = (whole - _term(values, each, position))[rows]
        wanted, which = np.unique(rest[repeated], return_inverse=True)
        place = np.minimum(np.searchsorted(wanted, rest), len(wanted) - 1)
        equal = np.bincount(place[wanted[place] == rest], minlength=len(wanted))
        neighbours = equal[which] - (extra + 1)
        total = total + neighbours
        if neighbours.sum() > most:
            most, column, of_most = int(neighbours.sum()), position, neighbours
    alone = extra[total == of_most].sum()
    scale = float((times - 1).sum()) / float(extra.sum())
    least = max(LEAST_ROWS, LEAST_SHARE * len(rows))
    by_chance = 0.0
    if column >= 0:
        by_chance = most * _chance_of_equal(_term(values, used[column], column)[rows[first]])
    return bool(
        alone >= MOSTLY * extra.sum()
        and alone * scale >= least
        and extra.sum() >= BEYOND * by_chance
    )


def _chance_of_equal(cells: NDArray[np.uint64]) -> float:
    """How often two of these cells are equal."""
    times = np.unique(cells, return_counts=True)[1].astype(np.float64)
    return float((times * (times - 1.0)).sum()) / max(len(cells) * (len(cells) - 1.0), 1.0)
