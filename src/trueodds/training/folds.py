"""Which rows each member is not shown: stratified folds, or folds by group or by time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import TrainingError, UsageError


@dataclass(frozen=True, eq=False)
class Folds:
    """For every row the fold that leaves it out.

    ``of_row`` has shape (rows,), int16, values 0 … count − 1; −1 marks rows that no fold leaves
    out (the earliest rows of folds by time): they are always trained on and get no out-of-fold
    forecast. ``forward`` folds (by time) train only on rows of lower fold numbers.
    """

    of_row: NDArray[np.int16]
    count: int
    rule: str
    forward: bool = False

    def held_out(self, fold: int) -> NDArray[np.int64]:
        """Rows left out by a fold."""
        return np.flatnonzero(self.of_row == fold)

    def trained_on(self, fold: int) -> NDArray[np.int64]:
        """Rows shown to a fold's members."""
        if self.forward:
            return np.flatnonzero(self.of_row < fold)
        return np.flatnonzero(self.of_row != fold)


def stratified_folds(y: NDArray[np.uint8], count: int, seed: int) -> Folds:
    """Random folds with equal shares of both classes; fewer where a class has fewer rows.

    Raises
    ------
    TrainingError
        If a class has fewer than two rows.
    """
    count = min(count, _rarer_rows(y))
    rng = np.random.default_rng([seed, 1])
    of_row = np.empty(len(y), dtype=np.int16)
    start = 0
    for label in (1, 0):
        rows = rng.permutation(np.flatnonzero(y == label))
        of_row[rows] = (np.arange(len(rows)) + start) % count
        start += len(rows)
    return Folds(of_row, count, f"{count} stratified folds")


def group_folds(y: NDArray[np.uint8], groups: NDArray[np.int64], count: int, seed: int) -> Folds:
    """Folds that never split a group, as stratified as the groups allow.

    Parameters
    ----------
    groups
        Shape (rows,), an integer for every group.

    Raises
    ------
    TrainingError
        If there are fewer than two groups, a class has fewer than two rows, or a fold's training
        rows would miss a class.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    present = len(np.unique(groups))
    if present < 2:
        raise TrainingError("the group column has a single value: at least 2 groups are needed")
    count = min(count, present, _rarer_rows(y))
    fold_of = np.empty(len(y), dtype=np.int64)
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=seed % 2**32)
    for fold, (_, held) in enumerate(splitter.split(np.zeros((len(y), 1)), y, groups)):
        fold_of[held] = fold
    # Few large groups may leave a fold without rows.
    full, of_row = np.unique(fold_of, return_inverse=True)
    count = len(full)
    folds = Folds(of_row.astype(np.int16), count, f"{count} folds by group ({present:,} groups)")
    require_both_classes(folds, y, "group")
    return folds


def time_folds(y: NDArray[np.uint8], time: NDArray[np.float64], count: int) -> Folds:
    """Folds forward in time: each is forecast by members that saw only earlier rows.

    The rows are cut into ``count`` + 1 stretches of time; equal times stay together; the first is
    only trained on. Rows with a missing time count as earliest.

    Raises
    ------
    TrainingError
        If there are too few distinct times, or the earliest rows miss a class.
    """
    order_key = np.where(np.isnan(time), -np.inf, time)
    distinct, inverse = np.unique(order_key, return_inverse=True)
    if len(distinct) < 2:
        raise TrainingError("the time column has a single value: at least 2 times are needed")
    ends = np.cumsum(np.bincount(inverse))
    stretch_of_time = np.minimum((ends - 1) * (count + 1) // len(y), count)
    stretches, dense = np.unique(stretch_of_time, return_inverse=True)
    of_row = (dense[inverse] - 1).astype(np.int16)
    folds = Folds(of_row, len(stretches) - 1, f"{len(stretches) - 1} folds forward in time", True)
    if folds.count < 1:
        raise TrainingError("one time holds nearly all rows: folds forward in time need more times")
    require_both_classes(folds, y, "time")
    return folds


def _rarer_rows(y: NDArray[np.uint8]) -> int:
    """Rows of the rarer class; raises TrainingError if they are fewer than two."""
    rows = int(min(y.sum(), len(y) - y.sum()))
    if rows < 2:
        raise TrainingError(
            f"one class has only {rows} row{'s' if rows != 1 else ''}: at least 2 rows of each "
            "label are needed to learn and to check; add rows of the rarer label"
        )
    return rows


def require_both_classes(folds: Folds, y: NDArray[np.uint8], column: str) -> None:
    """Raise TrainingError if some fold's training rows hold one class only."""
    for fold in range(folds.count):
        shown = y[folds.trained_on(fold)]
        if len(shown) == 0 or shown.min() == shown.max():
            raise TrainingError(
                f"folds by the {column} column leave a member without rows of both labels; "
                f"use another {column} column or none"
            )


def make_folds(
    y: NDArray[np.uint8],
    count: int,
    seed: int,
    groups: NDArray[Any] | None = None,
    time: NDArray[np.float64] | None = None,
) -> Folds:
    """Folds by group or by time when told, else stratified; ``groups`` may be any labels."""
    if groups is not None and time is not None:
        raise UsageError("folds can follow groups or time, not both: give one of them")
    if groups is not None:
        try:
            _, numbers = np.unique(groups, return_inverse=True)
        except TypeError:  # labels of several types, which have no order
            _, numbers = np.unique(np.array([repr(g) for g in groups]), return_inverse=True)
        return group_folds(y, numbers.astype(np.int64), count, seed)
    if time is not None:
        return time_folds(y, time, count)
    return stratified_folds(y, count, seed)
