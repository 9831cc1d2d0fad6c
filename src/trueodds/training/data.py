"""The training data: inputs, labels, sample weights and folds, as all members see them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.training.folds import Folds
from trueodds.training.member import MemberTask, base_log_odds

SAMPLE_ROWS = 2048
SHIPPED = 5
"""Members of the fold that leaves nothing out, in times those of any other fold by time."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The encoded table and its folds, as all members see it.

    ``shared`` (rows, width) float32; ``fold_features`` one (rows, extra) float32 matrix a fold;
    ``y`` and ``weight`` float32 (rows,); ``columns`` the input positions of every original column.
    """

    shared: NDArray[np.float32]
    fold_features: tuple[NDArray[np.float32], ...]
    y: NDArray[np.float32]
    weight: NDArray[np.float32]
    folds: Folds
    columns: tuple[NDArray[np.int64], ...]

    @property
    def width(self) -> int:
        """Number of inputs of every member."""
        return int(self.shared.shape[1] + self.fold_features[0].shape[1])

    def inputs(self, fold: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inputs of some rows as the members of a fold see them, shape (n, width)."""
        return np.concatenate([self.shared[rows], self.fold_features[fold][rows]], axis=1)

    def base_log_odds(self, fold: int) -> float:
        """Log-odds of the base rate of the rows that a fold's members are trained on."""
        return base_log_odds(self.y, self.weight, self.folds.trained_on(fold))

    def sample(self, fold: int) -> NDArray[np.float32]:
        """Inputs of some hundreds of the rows that a fold's members are trained on."""
        rows = self.folds.trained_on(fold)
        return self.inputs(fold, rows[:: -(-len(rows) // SAMPLE_ROWS)])

    @property
    def rows_shown(self) -> int:
        """Rows shown to the members of the last fold; those of the others see about as many."""
        return len(self.folds.trained_on(self.folds.held - 1))

    def turn(self, fold: int, member: int) -> int:
        """Number of a member among those that forecast a row; by time, shipped ones share turns."""
        if fold >= self.folds.held:
            return member // SHIPPED
        return member * self.folds.partitions + self.folds.partition(fold)

    def task(self, fold: int, member: int) -> MemberTask:
        """What one member of one fold is trained on."""
        return MemberTask(
            fold=fold,
            member=member,
            turn=self.turn(fold, member),
            shared=self.shared,
            fold_features=self.fold_features[fold],
            y=self.y,
            weight=self.weight,
            shown=self.folds.trained_on(fold),
            held_out=self.folds.held_out(fold),
            columns=self.columns,
        )
