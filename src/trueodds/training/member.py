"""What a member is trained on, and what comes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.health.state import LayerState
from trueodds.network.engine import aligned
from trueodds.network.kernels import gather, gather_some
from trueodds.network.kinds import AnyLayout
from trueodds.training.column_subset import NONE
from trueodds.training.loop import Batch
from trueodds.training.pilot_states import PilotStates
from trueodds.training.training_record import MemberRecord


@dataclass(frozen=True, eq=False)
class MemberTask:
    """What one member is trained on.

    ``shared`` has shape (rows, width), ``fold_features`` (rows, extra), both float32: the inputs
    common to all members and those that depend on the fold. ``y`` and ``weight`` are float32 of
    shape (rows,). ``shown`` and ``held_out`` are row numbers; ``held_out`` may be empty.
    ``columns`` names, for every original column, its positions among the width + extra inputs.
    ``unseen`` are positions that no member of the fold sees.
    ``turn`` is the member's number among all that forecast a row: it decides which columns it sees.
    ``pilots`` keeps the states of pilots that this process trains.
    """

    fold: int
    member: int
    turn: int
    shared: NDArray[np.float32]
    fold_features: NDArray[np.float32]
    y: NDArray[np.float32]
    weight: NDArray[np.float32]
    shown: NDArray[np.int64]
    held_out: NDArray[np.int64]
    columns: tuple[NDArray[np.int64], ...]
    unseen: NDArray[np.int64] = field(default_factory=lambda: NONE)
    pilots: PilotStates = field(default_factory=PilotStates)

    @property
    def width(self) -> int:
        """Number of inputs."""
        return int(self.shared.shape[1] + self.fold_features.shape[1])

    def gather(
        self, rows: NDArray[np.int64], positions: NDArray[np.int64], out: NDArray[np.float32]
    ) -> None:
        """Fill ``out`` with these rows' inputs at some positions, increasing."""
        if len(positions) == self.width:
            gather(self.shared, self.fold_features, rows, out)
        else:
            gather_some(self.shared, self.fold_features, positions, rows, out)

    def inputs(self, rows: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inputs of some rows at some positions as a new matrix."""
        X = np.empty((len(rows), len(positions)), dtype=np.float32)
        self.gather(rows, positions, X)
        return X


@dataclass(frozen=True, eq=False)
class TrainedMember:
    """The result of training one member.

    ``layout`` and ``parameters`` (flat float32) are the network after `prune`, on all inputs;
    those it did not see have weights of 0. ``log_odds``, float32 of shape (held-out rows,), are its
    last forecasts of the rows left out; ``curve``, float32 of shape (evaluations, `curve_rows`),
    those of a pilot at all evaluations, without rows for another member. ``layers`` describe the
    network before `prune`.
    """

    layout: AnyLayout
    parameters: NDArray[np.float32]
    log_odds: NDArray[np.float32]
    curve: NDArray[np.float32]
    record: MemberRecord
    layers: tuple[LayerState, ...]


COPIED = 1 << 26
"""Most bytes of a copy of the inputs that a member sees, from which its batches are gathered."""


class Batches:
    """The rows that a member trains on, in batches of one size, in a new random order every epoch.

    An epoch has ``most`` rows at most; the next goes on where it stopped, so all rows come in turn.
    Batches in which all weights are 0 are left out, and so are, if an epoch has all rows, the last
    ones if they do not fill a batch. Each batch overwrites the one before.
    """

    def __init__(
        self,
        task: MemberTask,
        positions: NDArray[np.int64],
        size: int,
        most: int,
        rng: np.random.Generator,
    ) -> None:
        self._task, self._positions, self._size, self._rng = task, positions, size, rng
        self._copy = _seen_inputs(task, positions)
        self._X = aligned((size, len(positions)), np.float32)
        self._y, self._weight = np.empty(size, np.float32), np.empty(size, np.float32)
        self._left, self._most = NONE, most
        self.per_epoch = max(1, min(len(task.shown), most) // size)
        """Steps of an epoch without batches of weight 0."""

    def epoch(self) -> Iterator[Batch]:
        """Give the batches of one epoch."""
        task, size = self._task, self._size
        rows_in_all = self.per_epoch * size
        if len(self._left) < rows_in_all:
            # Without a bound, the rows that fill no batch are left out of the epoch.
            before = self._left if len(task.shown) > self._most else NONE
            self._left = np.concatenate([before, self._rng.permutation(task.shown)])
        order, self._left = self._left[:rows_in_all], self._left[rows_in_all:]
        for start in range(0, rows_in_all, size):
            rows = order[start : start + size]
            # Mode "clip" writes straight into out; the rows are all there.
            np.take(task.weight, rows, out=self._weight, mode="clip")
            if not self._weight.any():
                continue
            np.take(task.y, rows, out=self._y, mode="clip")
            if self._copy is None:
                task.gather(rows, self._positions, self._X)
            else:
                np.take(self._copy, rows, axis=0, out=self._X, mode="clip")
            yield Batch(self._X, self._y, self._weight, int(self._rng.integers(2**32)))


def _seen_inputs(task: MemberTask, positions: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """All rows' inputs at some positions, if that is less than all inputs and takes little room."""
    rows = len(task.y)
    if len(positions) == task.width or 4 * rows * len(positions) > COPIED:
        return None
    return task.inputs(np.arange(rows), positions)


def base_log_odds(
    y: NDArray[np.float32], weight: NDArray[np.float32], rows: NDArray[np.int64]
) -> float:
    """Log-odds of the base rate among some rows, with half a row of each class added."""
    weights = weight[rows].astype(np.float64)
    yes = float((weights * y[rows]).sum())
    return float(np.log((yes + 0.5) / (float(weights.sum()) - yes + 0.5)))


def base_logit(task: MemberTask) -> float:
    """Log-odds of the base rate of the rows shown, as `base_log_odds`."""
    return base_log_odds(task.y, task.weight, task.shown)


def base_entropy(task: MemberTask) -> float:
    """Log-loss, in nats, of always forecasting the base rate of the rows shown."""
    z = np.array([base_logit(task)])
    return float(functions.log_loss_from_logits(z, functions.sigmoid(z))[0])
