"""Columns that alone separate yes from no."""

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.auc import area_of_codes, area_of_shares
from trueodds.columns.leak import Leak
from trueodds.columns.ranked import RankedColumn

LEAK_AUC = 0.999
LOOK_AUC = 0.95
FILLED_AUC = 0.95
"""AUC of whether a cell is filled in, from which on it is a leak …"""
LOOK_FILLED_AUC = 0.8
"""… and reported from here on. No column of 32 honest tables has more than 0.78; columns that
were filled in after the answer have 0.82 to 1."""
FEWEST_OF_A_CLASS = 5
FEWEST_TO_LOOK = 20
"""Rows of each class; with fewer, chance makes an AUC of 0.95 and only 0.999 is reported."""
_FEW_VALUES = 50
_BINS = 64


def leak_alone(
    column: RankedColumn, y: NDArray[np.float64], half: NDArray[np.int64]
) -> Leak | None:
    """Return the finding about a column that alone gives the target away; None if it does not.

    Three signs count: whether the cell is filled in; the order of numbers; the fraction of yes in
    the *other* half of the rows with the same value, level or (of many values) bin of 64. By the
    last sign, a column with another level in every row proves nothing. The last two count among the
    rows that have a cell, too: a column may know the answer of some rows only.

    Parameters
    ----------
    column, y, half
        Ranks, labels 0 and 1, and halves 0 and 1 of the same rows, shape (rows,).
    """
    positives = float(y.sum())
    few = min(positives, len(y) - positives) < FEWEST_TO_LOOK
    filled = _filled(column, y)
    others = [sign for sign in (_order(column, y), _same(column, y, half)) if sign]
    others += _where_filled(column, y, half)
    sure = [sign for sign in (filled, *others) if sign[0] >= LEAK_AUC]
    if not sure and not few and filled[0] >= FILLED_AUC:
        sure = [filled]
    if sure:
        return Leak((column.name,), "leak", "alone", *sure[0])
    if few:
        return None
    best = max(others, default=filled)
    if best[0] < LOOK_AUC:
        best = filled
    if best[0] < (LOOK_FILLED_AUC if best is filled else LOOK_AUC):
        return None
    return Leak((column.name,), "look", "alone", *best)


def _where_filled(
    column: RankedColumn, y: NDArray[np.float64], half: NDArray[np.int64]
) -> list[tuple[float, str]]:
    """The signs among the rows that have a cell; none if all have one or too few of a class."""
    present = column.codes < column.size
    positives = float(y[present].sum())
    if present.all() or min(positives, present.sum() - positives) < FEWEST_TO_LOOK:
        return []
    part, labels = column.take(np.flatnonzero(present)), y[present]
    where = f"where it is filled in ({present.mean():.1%} of the rows), "
    signs = (_order(part, labels), _same(part, labels, half[present]))
    return [(area, where + evidence) for area, evidence in filter(None, signs)]


def filled_area(column: RankedColumn, y: NDArray[np.float64]) -> float:
    """AUC, at least ½, of whether the column's cells are filled in."""
    return _filled(column, y)[0]


def _filled(column: RankedColumn, y: NDArray[np.float64]) -> tuple[float, str]:
    gone = column.codes == column.size
    of_yes, of_no = (float(gone[y == label].mean()) for label in (1, 0))
    area = 0.5 + abs(of_yes - of_no) / 2.0
    what, a, b = "filled in", 1.0 - of_yes, 1.0 - of_no
    if of_yes > of_no:
        what, a, b = "missing", of_yes, of_no
    how = "exactly" if area >= LEAK_AUC else "almost only"
    return area, f"{what} {how} where the answer is yes ({a:.1%} of those rows, {b:.1%} of others)"


def _order(column: RankedColumn, y: NDArray[np.float64]) -> tuple[float, str] | None:
    present = column.codes < column.size
    positives = float(y[present].sum())
    least = min(positives, float(present.sum()) - positives)
    if not column.ordered or least < FEWEST_OF_A_CLASS or present.mean() < 0.5:
        return None
    area = area_of_codes(column.codes[present], column.size, y[present])
    side = "high" if area > 0.5 else "low"
    area = max(area, 1.0 - area)
    return area, f"{side} values alone mean yes, AUC {area:.4f}"


def _same(
    column: RankedColumn, y: NDArray[np.float64], half: NDArray[np.int64]
) -> tuple[float, str] | None:
    codes, size = column.codes, column.size
    if not size:
        return None
    what = "levels" if not column.ordered else "values"
    shown = f"its {size:,} {what}"
    if column.ordered and size > _FEW_VALUES:
        codes, size = column.binned(_BINS, np.ones(len(y), dtype=np.bool_)), _BINS
        shown = "its values"
    base = float(y.mean())
    tables = []
    for part in (0, 1):
        rows = half == part
        count = np.bincount(codes[rows], minlength=size + 1).astype(np.float64)
        tables.append((count, np.bincount(codes[rows], y[rows], minlength=size + 1)))
    share = [(yes + base) / (count + 1.0) for count, yes in reversed(tables)]
    yes = np.concatenate([yes for _, yes in tables])
    count = np.concatenate([count for count, _ in tables])
    area = area_of_shares(np.concatenate(share), yes, count - yes)
    return area, f"{shown} alone separate yes from no, AUC {area:.4f}"
