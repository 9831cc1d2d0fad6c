"""The training data: inputs, labels, sample weights and folds."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trueodds.training.column_subset import NONE
from trueodds.training.folds import Folds
from trueodds.training.member import MemberTask, base_log_odds
from trueodds.training.pilot_states import PilotStates

SAMPLE_ROWS = 2048
"""`TrainingData.sample` takes at most this many rows."""
SHIPPED = 5
"""By time, the fold without held-out rows has this many times the members of any other fold."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The encoded table and its folds.

    ``shared`` has shape (rows, width): the inputs common to all folds. ``fold_features`` holds one
    matrix of shape (rows, extra) for every fold: its target encodings. ``y`` (0 or 1) and
    ``sample_weight`` (≥ 0) have shape (rows,). All are float32. ``columns`` holds, for every column
    of the table, its positions among the width + extra inputs. ``unseen`` holds, for every
    fold, the positions that its members do not see; without it they see all. ``pilots`` keeps the
    states of pilots that this process trains.
    """

    shared: NDArray[np.float32]
    fold_features: tuple[NDArray[np.float32], ...]
    y: NDArray[np.float32]
    sample_weight: NDArray[np.float32]
    folds: Folds
    columns: tuple[NDArray[np.int64], ...]
    unseen: tuple[NDArray[np.int64], ...] = ()
    pilots: PilotStates = field(default_factory=PilotStates)

    @property
    def width(self) -> int:
        """Number of inputs of every member."""
        return int(self.shared.shape[1] + self.fold_features[0].shape[1])

    def inputs(self, fold: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inputs of some rows for the members of a fold, shape (n, `width`)."""
        return np.concatenate([self.shared[rows], self.fold_features[fold][rows]], axis=1)

    def base_log_odds(self, fold: int) -> float:
        """Log-odds of the base rate of a fold's training rows."""
        return base_log_odds(self.y, self.sample_weight, self.folds.trained_on(fold))

    def sample(self, fold: int) -> NDArray[np.float32]:
        """Inputs of up to `SAMPLE_ROWS` of a fold's training rows, evenly spaced, (n, `width`)."""
        rows = self.folds.trained_on(fold)
        return self.inputs(fold, rows[:: -(-len(rows) // SAMPLE_ROWS)])

    @property
    def rows_shown(self) -> int:
        """Training rows of the last fold that leaves rows out; the others have about as many."""
        return len(self.folds.trained_on(self.folds.held - 1))

    def turn(self, fold: int, member: int) -> int:
        """Number of a member among all that forecast one row.

        By time, `SHIPPED` members of the last fold have the same number.
        """
        if fold >= self.folds.held:
            return member // SHIPPED
        return member * self.folds.partitions + self.folds.partition(fold)

    def task(self, fold: int, member: int) -> MemberTask:
        """The training data of one member of one fold."""
        return MemberTask(
            fold=fold,
            member=member,
            turn=self.turn(fold, member),
            shared=self.shared,
            fold_features=self.fold_features[fold],
            y=self.y,
            weight=self.sample_weight,
            shown=self.folds.trained_on(fold),
            held_out=self.folds.held_out(fold),
            columns=self.columns,
            unseen=self.unseen[fold] if self.unseen else NONE,
            pilots=self.pilots,
        )
