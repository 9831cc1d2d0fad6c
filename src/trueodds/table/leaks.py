"""Columns that alone give the target away: most often it was written down after the fact."""

import numpy as np
from numpy.typing import NDArray

from trueodds.table.schema import Column, Schema
from trueodds.table.values import Values

FEWEST_ROWS = 50
FEWEST_OF_A_CLASS = 5
LEAK_AUC = 0.999
_MOST_OF_A_CLASS = 10_000
_FEW_VALUES = 50


def suspect_leaks(values: Values, schema: Schema, y: NDArray[np.uint8]) -> dict[str, str]:
    """Name the columns that alone tell yes from no almost perfectly, with the evidence in words.

    Numbers count by their order, numbers with few values and categories by the share of yes among
    the *other* half of the rows with the same value, so that a column with a level of its own for
    every row proves nothing. At most 10,000 rows of each class are looked at, evenly spaced; with
    fewer than 50 rows, or 5 of a class, chance could do it and nothing is said.
    """
    rows = _sampled(y)
    labels = y[rows]
    positives = int(labels.sum())
    if rows.size < FEWEST_ROWS or min(positives, rows.size - positives) < FEWEST_OF_A_CLASS:
        return {}
    found: dict[str, str] = {}
    for column in schema.used:
        if column.name in values.numbers:
            evidence = _number_evidence(values.numbers[column.name][rows], labels)
        else:
            evidence = _code_evidence(values.codes[column.name][rows], labels, column)
        if evidence:
            found[column.name] = evidence
    return found


def _sampled(y: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Up to 10,000 rows of each class, evenly spaced, in table order."""
    parts = []
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        if rows.size > _MOST_OF_A_CLASS:
            rows = rows[np.linspace(0, rows.size - 1, _MOST_OF_A_CLASS).astype(np.int64)]
        parts.append(rows)
    return np.sort(np.concatenate(parts))


def _number_evidence(x: NDArray[np.float64], y: NDArray[np.uint8]) -> str:
    present = ~np.isnan(x)
    told = _missing_tells(present, y)
    if told:
        return told
    shown, known = x[present], y[present]
    positives = int(known.sum())
    if min(positives, known.size - positives) < FEWEST_OF_A_CLASS or present.mean() < 0.5:
        return ""
    area = auc(shown, known)
    if max(area, 1 - area) >= LEAK_AUC:
        side = "high" if area > 0.5 else "low"
        return f"{side} values alone mean yes: AUC {max(area, 1 - area):.4f}"
    distinct, codes = np.unique(x, return_inverse=True)
    if distinct.size <= _FEW_VALUES:
        area = auc(_others_share(codes.reshape(-1), y), y)
        if area >= LEAK_AUC:
            return f"its {distinct.size} values alone tell yes from no: AUC {area:.4f}"
    return ""


def _code_evidence(codes: NDArray[np.int32], y: NDArray[np.uint8], column: Column) -> str:
    told = _missing_tells(codes != -1, y)
    if told:
        return told
    area = auc(_others_share(codes + 2, y), y)
    if area >= LEAK_AUC:
        return f"its {len(column.levels):,} levels alone tell yes from no: AUC {area:.4f}"
    return ""


def _missing_tells(present: NDArray[np.bool_], y: NDArray[np.uint8]) -> str:
    """Whether being missing is, but for one row in a thousand, the same as yes or as no."""
    agree = float(np.mean(present == (y == 1)))
    yes_missing, no_missing = (float(np.mean(~present[y == label])) for label in (1, 0))
    if min(1 - yes_missing, no_missing) >= LEAK_AUC:
        return f"filled in exactly where the answer is yes ({agree:.2%} of rows agree)"
    if min(yes_missing, 1 - no_missing) >= LEAK_AUC:
        return f"missing exactly where the answer is yes ({1 - agree:.2%} of rows agree)"
    return ""


def _others_share(codes: NDArray[np.integer], y: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of yes among the rows of the other half that have the same code, shape (rows,).

    Halves alternate within each class, so sorted tables are split fairly; a code that the other
    half lacks gets the share of all.
    """
    half = np.zeros(y.size, dtype=np.int64)
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        half[rows] = np.arange(rows.size) % 2
    size, prior = int(codes.max()) + 1, float(y.mean())
    share = np.empty(y.size)
    for part in (0, 1):
        learn, told = half != part, half == part
        count = np.bincount(codes[learn], minlength=size)
        yes = np.bincount(codes[learn], weights=y[learn], minlength=size)
        share[told] = ((yes + prior) / (count + 1.0))[codes[told]]
    return share


def auc(score: NDArray[np.float64], y: NDArray[np.uint8]) -> float:
    """Probability that a yes has a higher score than a no, ties counting half."""
    _, rank, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2.0
    positives = int(y.sum())
    total = float(middle[rank.reshape(-1)][y == 1].sum())
    return (total - positives * (positives + 1) / 2) / (positives * (y.size - positives))
