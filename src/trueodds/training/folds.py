"""Folds: the rows that each network is not shown; random, by group or by time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import TrainingError, UsageError

ONLY_TRAINED = 0.4
"""Fraction of the rows, the earliest, that no fold by time leaves out."""
TRIES = 100
"""Most draws of folds; each fold must leave rows of both labels to train on."""


@dataclass(frozen=True, eq=False)
class Folds:
    """The sets of rows that networks leave out.

    ``of_row`` has shape (partitions, rows), int16. Every partition puts each row in one of ``each``
    folds. The numbers of folds go on from partition to partition: fold ``f`` is fold ``f % each``
    of partition ``f // each``. ``rule`` says in words how the folds are made.

    ``forward`` folds (by time) have one partition. Their networks train only on rows of lower fold
    numbers. The earliest rows have the number −1: no fold leaves them out. The last fold leaves out
    no row: its networks are trained on all rows and are the model.
    """

    of_row: NDArray[np.int16]
    each: int
    rule: str
    forward: bool = False

    @property
    def partitions(self) -> int:
        """Number of ways in which all rows are cut into folds."""
        return len(self.of_row)

    @property
    def held(self) -> int:
        """Number of folds that leave rows out."""
        return self.partitions * self.each

    @property
    def count(self) -> int:
        """Number of all folds, with the fold of forward folds that leaves out no row."""
        return self.held + self.forward

    @property
    def shipped(self) -> range:
        """The folds whose networks are the model."""
        return range(self.held, self.count) if self.forward else range(self.count)

    def partition(self, fold: int) -> int:
        """Return the partition of a fold."""
        return 0 if self.forward else fold // self.each

    def held_out(self, fold: int) -> NDArray[np.int64]:
        """Numbers of the rows that a fold leaves out, shape (n,), increasing."""
        if fold >= self.held:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.of_row[fold // self.each] == fold % self.each)

    def trained_on(self, fold: int) -> NDArray[np.int64]:
        """Numbers of the rows that a fold's networks train on, shape (n,), increasing."""
        of_row = self.of_row[self.partition(fold)]
        if self.forward:
            return np.flatnonzero(of_row < fold)
        return np.flatnonzero(of_row != fold % self.each)


def random_folds(y: NDArray[np.uint8], each: int, seed: int, partitions: int = 1) -> Folds:
    """Make random folds of equal size; there are fewer if a label has fewer rows.

    They are not stratified. In stratified folds the rows left out have the base rate of the rows
    trained on, which new rows do not have: on n rows of noise the measured log-loss is then 1/n
    nats too good. After `TRIES` draws without success, the folds are stratified.

    Parameters
    ----------
    y
        Labels 0 or 1, shape (rows,).
    each
        Most folds of a partition.
    seed, partitions
        Source of randomness; how many times the rows are cut.

    Raises
    ------
    TrainingError
        If a class has fewer than two rows.
    """
    each = min(each, _rarer_rows(y))
    rng = np.random.default_rng([seed, 1])
    of_row = np.stack([_random_partition(y, each, rng) for _ in range(partitions)])
    return Folds(of_row, each, _rule_text(f"{each} random folds", partitions))


def group_folds(
    y: NDArray[np.uint8], groups: NDArray[np.int64], each: int, seed: int, partitions: int = 1
) -> Folds:
    """Make random folds that never split a group, of as equal size as the groups allow.

    Parameters
    ----------
    y
        Labels 0 or 1, shape (rows,).
    groups
        Shape (rows,), the number of each row's group.
    each, seed, partitions
        As in `random_folds`. Few groups get one partition only.

    Raises
    ------
    TrainingError
        If there are fewer than two groups, a class has fewer than two rows, or a fold's training
        rows would miss a class.
    """
    number = np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(number)
    if len(sizes) < 2:
        raise TrainingError("the group column has a single value: at least 2 groups are needed")
    each = min(each, len(sizes), _rarer_rows(y))
    if len(sizes) <= 2 * each:
        partitions = 1  # a second partition could equal the first
    if any(np.ptp(number[y == label]) == 0 for label in (0, 1)):
        raise TrainingError(_unusable("group"))  # no draw can help: one group has all of a label
    rng = np.random.default_rng([seed, 1])
    rule = f"{each} folds by group ({len(sizes):,} groups)"
    for _ in range(TRIES):
        of_row = np.stack([_balanced(sizes, each, rng)[number] for _ in range(partitions)])
        folds = Folds(of_row.astype(np.int16), each, _rule_text(rule, partitions))
        if not _lacking(folds, y):
            return folds
    raise TrainingError(_unusable("group"))


def time_folds(y: NDArray[np.uint8], time: NDArray[np.float64], each: int) -> Folds:
    """Make folds forward in time: networks that saw only earlier rows forecast each fold.

    The earliest `ONLY_TRAINED` of the rows are only trained on. The others are cut into ``each``
    periods with about equal numbers of rows; equal times stay together. Rows without a time count
    as earliest.

    Parameters
    ----------
    y
        Labels 0 or 1, shape (rows,).
    time
        Shape (rows,), any unit; NaN where missing.
    each
        Most folds; there are fewer if equal times fill several.

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
    later = (ends / len(y) - ONLY_TRAINED) / (1.0 - ONLY_TRAINED)
    period_of_time = np.clip(np.ceil(later * each - 1e-9), 0, each).astype(np.int64)
    periods, dense = np.unique(period_of_time, return_inverse=True)
    of_row = (dense[inverse] - 1).astype(np.int16)[None]
    each = len(periods) - 1
    if each < 1:
        raise TrainingError("one time holds nearly all rows: folds forward in time need more times")
    folds = Folds(
        of_row, each, f"{each} fold{'s' if each > 1 else ''} forward in time", forward=True
    )
    if _lacking(folds, y):
        raise TrainingError(_unusable("time"))
    return folds


def make_folds(
    y: NDArray[np.uint8],
    each: int,
    seed: int,
    groups: NDArray[Any] | None = None,
    time: NDArray[np.float64] | None = None,
    partitions: int = 1,
) -> Folds:
    """Make folds by group or by time if given, else random folds.

    ``groups`` and ``time`` have shape (rows,); groups may be labels of any type.

    Raises
    ------
    UsageError
        If both groups and time are given.
    TrainingError
        If the folds cannot be made; see the other functions of this module.
    """
    if groups is not None and time is not None:
        raise UsageError("folds can follow groups or time, not both: give one of them")
    if groups is not None:
        return group_folds(y, group_numbers(groups), each, seed, partitions)
    if time is not None:
        return time_folds(y, time, each)
    return random_folds(y, each, seed, partitions)


def group_numbers(groups: NDArray[Any]) -> NDArray[np.int64]:
    """Return the number of each row's group, shape (rows,), from labels of any types."""
    try:
        _, numbers = np.unique(groups, return_inverse=True)
    except TypeError:  # labels of several types have no order
        _, numbers = np.unique(np.array([repr(g) for g in groups]), return_inverse=True)
    return numbers.astype(np.int64)


def _random_partition(
    y: NDArray[np.uint8], each: int, rng: np.random.Generator
) -> NDArray[np.int16]:
    places = (np.arange(len(y)) % each).astype(np.int16)
    of_row = np.empty(len(y), dtype=np.int16)
    for _ in range(TRIES):
        of_row[rng.permutation(len(y))] = places
        if not _lacking(Folds(of_row[None], each, ""), y):
            return of_row
    # One label has hardly any rows: each fold gets rows of both.
    rows = np.concatenate([rng.permutation(np.flatnonzero(y == label)) for label in (1, 0)])
    of_row[rows] = places
    return of_row


def _balanced(sizes: NDArray[np.int64], each: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Fold of every group, shape (groups,).

    The largest groups come first, those of one size in random order. Each goes to the fold with
    the fewest rows; of several such folds, to the first. All groups of one size are placed at once:
    a fold is due when it has r, r + size, r + 2·size, … rows, and the earliest places are taken.
    """
    shuffled = rng.permutation(len(sizes))
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    rng.permutation(each)  # decides nothing; without it a seed's second partition would change
    rows = np.zeros(each, dtype=np.int64)
    fold_of = np.empty(len(sizes), dtype=np.int64)
    distinct, counts = np.unique(sizes, return_counts=True)
    start = 0
    for size, count in zip(distinct[::-1], counts[::-1], strict=True):
        # The smallest fold never has more rows than the mean, so no fold that takes one has.
        most = (rows.sum() + size * (count - 1)) // each
        turns = np.maximum((most - rows) // size + 1, 0)
        fold = np.repeat(np.arange(each), turns)
        turn = np.arange(len(fold)) - np.repeat(np.cumsum(turns) - turns, turns)
        taken = fold[np.argsort(rows[fold] + size * turn, kind="stable")[:count]]
        fold_of[order[start : start + count]] = taken
        rows += size * np.bincount(taken, minlength=each)
        start += count
    return fold_of


def _rarer_rows(y: NDArray[np.uint8]) -> int:
    """Number of rows of the rarer label; raises TrainingError if it is less than two."""
    rows = int(min(y.sum(), len(y) - y.sum()))
    if rows < 2:
        raise TrainingError(
            f"one class has only {rows} row{'s' if rows != 1 else ''}: at least 2 rows of each "
            "label are needed, to train on and to score; add rows of the rarer label"
        )
    return rows


def _lacking(folds: Folds, y: NDArray[np.uint8]) -> bool:
    """Whether the training rows of some fold have one label only."""
    for fold in range(folds.held):
        shown = y[folds.trained_on(fold)]
        if len(shown) == 0 or shown.min() == shown.max():
            return True
    return False


def _unusable(column: str) -> str:
    return (
        f"folds by the {column} column leave a member without rows of both labels; "
        f"use another {column} column or none"
    )


def _rule_text(rule: str, partitions: int) -> str:
    return rule if partitions == 1 else f"{rule}, drawn {partitions} times"
