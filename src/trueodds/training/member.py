"""Trains one member, a network of an ensemble, and forecasts the rows that it leaves out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.health.health_record import HealthRecord
from trueodds.health.recorder import ROWS as SNAPSHOT_ROWS
from trueodds.health.recorder import Recorder
from trueodds.health.state import LayerState
from trueodds.network.engine import aligned
from trueodds.network.kernels import gather, gather_some
from trueodds.network.kinds import AnyLayout
from trueodds.training.averaging import WeightAverage
from trueodds.training.column_subset import NONE, inputs_shown
from trueodds.training.evaluations import Evaluations, Progress
from trueodds.training.kinds import Member
from trueodds.training.loop import Batch, Callback, train_network
from trueodds.training.prune import ROWS as COMPACT_ROWS
from trueodds.training.recipe import Recipe
from trueodds.training.schedule import learning_rate
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
    those it did not see have weights of 0. ``log_odds``, float32 of shape (evaluations, held-out
    rows), are its forecasts of the rows left out: a pilot has those of all evaluations, another
    member only the last. ``layers`` describe the network before `prune`.
    """

    layout: AnyLayout
    parameters: NDArray[np.float32]
    log_odds: NDArray[np.float32]
    record: MemberRecord
    layers: tuple[LayerState, ...]


class Batches:
    """The rows that a member trains on, in batches of one size, in a new random order every epoch.

    Batches in which all weights are 0 are left out, and so are the last rows if they do not fill a
    batch. Each batch overwrites the one before.
    """

    def __init__(
        self,
        task: MemberTask,
        positions: NDArray[np.int64],
        size: int,
        rng: np.random.Generator,
    ) -> None:
        self._task, self._positions, self._size, self._rng = task, positions, size, rng
        self._X = aligned((size, len(positions)), np.float32)
        self._y, self._weight = np.empty(size, np.float32), np.empty(size, np.float32)
        self.per_epoch = max(1, len(task.shown) // size)
        """Steps of an epoch without batches of weight 0."""

    def epoch(self) -> Iterator[Batch]:
        """Give the batches of one epoch."""
        task, size = self._task, self._size
        order = self._rng.permutation(task.shown)
        for start in range(0, self.per_epoch * size, size):
            rows = order[start : start + size]
            # Mode "clip" writes straight into out; the rows are all there.
            np.take(task.weight, rows, out=self._weight, mode="clip")
            if not self._weight.any():
                continue
            np.take(task.y, rows, out=self._y, mode="clip")
            task.gather(rows, self._positions, self._X)
            yield Batch(self._X, self._y, self._weight, int(self._rng.integers(2**32)))


class Averaging(Callback):
    """Updates the running average of the weights after every step."""

    def __init__(self, average: WeightAverage, parameters: NDArray[np.float32]) -> None:
        self._average, self._parameters = average, parameters

    def after_step(self, step: int) -> None:
        """Update the average."""
        self._average.update(self._parameters)


class HealthRecording(Callback):
    """Calls a `Recorder` of the network's health at the steps that it chooses."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def before_step(self, step: int, loss: float, X: NDArray[np.float32]) -> None:
        """Measure the layers and their gradients."""
        if self._recorder.due(step):
            self._recorder.before_step(step, loss, X)

    def after_step(self, step: int) -> None:
        """Measure the step of the weights."""
        if self._recorder.due(step):
            self._recorder.after_step()


def train_member(
    task: MemberTask,
    recipe: Recipe,
    seed: int,
    until: int | None = None,
    progress: Progress | None = None,
) -> TrainedMember:
    """Train one network on the rows shown.

    The result depends only on the task, the recipe, the seed and ``until``. It does not depend on
    the clock or on other processes (`trueodds.execution.pool` gives it one BLAS thread). The labels
    of the rows left out decide only when a pilot ends.

    Parameters
    ----------
    seed
        Seed of the run; random numbers also depend on the fold and the member.
    until
        Epochs to run of those that are planned. None trains a pilot: it runs all epochs, or ends
        when its held-out loss has not fallen for long, and has log-odds of every evaluation.
    """
    rng = np.random.default_rng([seed, 2, task.fold, task.member])
    rows = len(task.shown)
    member = Member.of(recipe, task.turn)
    positions, share = inputs_shown(
        task.columns, task.width, member.column_fraction, rng, task.unseen
    )
    layout = member.layout(len(positions))

    def some_rows() -> NDArray[np.float32]:
        return task.inputs(np.sort(rng.permutation(task.shown)[:COMPACT_ROWS]), positions)

    parameters = member.first(layout, rng, _base_logit(task), some_rows)
    engine = member.engine(layout, parameters, recipe.batch(rows), drop=True)
    batches = Batches(task, positions, recipe.batch(rows), rng)
    average = WeightAverage(parameters, recipe.ema_epochs * batches.per_epoch)
    epochs = recipe.epochs_for(rows)
    last = epochs if until is None else min(until, epochs)
    steps = epochs * batches.per_epoch
    evaluations = Evaluations(
        member.engine(layout, average.value, min(1024, max(len(task.held_out), 256)), drop=False),
        task.inputs(task.held_out, positions),
        task.y[task.held_out],
        task.weight[task.held_out],
        epochs,
        last,
        recipe.patience * epochs if until is None else None,
        progress,
    )
    recorder = Recorder(engine, min(steps, last * batches.per_epoch))
    done = train_network(
        engine,
        member.optimiser(layout, parameters),
        batches.epoch,
        last,
        lambda step: learning_rate(step, steps, member.learning_rate),
        member.decay_for(rows),
        [HealthRecording(recorder), Averaging(average, parameters), evaluations],
    )
    seen = some_rows()
    health = _health(recorder, done, evaluations, seen, base_entropy(task))
    budget = recipe.prune_loss * base_entropy(task)
    kept, flat = member.finished(layout, average.value, seen, budget, positions, task.width)
    return TrainedMember(
        layout=kept,
        parameters=flat,
        log_odds=evaluations.all_log_odds() if until is None else evaluations.log_odds[-1][None],
        record=MemberRecord(
            fold=task.fold,
            member=task.member,
            share=share,
            kind=member.name,
            epochs=evaluations.epochs[-1],
            best_epoch=evaluations.epochs[-1],
            stride=1,
            at=tuple(evaluations.epochs),
            planned=epochs,
            train_loss=tuple(evaluations.train_loss),
            fold_loss=tuple(evaluations.fold_loss) if len(task.held_out) else (),
            health=health,
        ),
        layers=health.snapshots[-1].states if health.snapshots else (),
    )


def _health(
    recorder: Recorder,
    steps: int,
    evaluations: Evaluations,
    shown: NDArray[np.float32],
    base_loss: float,
) -> HealthRecord:
    """Return the record, with a snapshot of the averaged network on rows left out.

    Without such rows the snapshot is on some of the rows ``shown``, labels and weights all 1, and
    ``base_loss``, the base rate's on the rows shown, takes the place of that on the rows left out.
    """
    X, y, weight = evaluations.X, evaluations.y, evaluations.weight
    fold_loss = evaluations.fold_loss
    if len(X):
        base_loss = _base_loss(y, weight)
    else:
        X, (y, weight), fold_loss = shown, np.ones((2, len(shown)), np.float32), []
    X, y, weight = X[:SNAPSHOT_ROWS], y[:SNAPSHOT_ROWS], _some_weight(weight[:SNAPSHOT_ROWS])
    last = (evaluations.engine, X, y, weight)
    return recorder.finish(steps, evaluations.train_loss, fold_loss, base_loss, last)


def base_log_odds(
    y: NDArray[np.float32], weight: NDArray[np.float32], rows: NDArray[np.int64]
) -> float:
    """Log-odds of the base rate among some rows, with half a row of each class added."""
    weights = weight[rows].astype(np.float64)
    yes = float((weights * y[rows]).sum())
    return float(np.log((yes + 0.5) / (float(weights.sum()) - yes + 0.5)))


def _base_logit(task: MemberTask) -> float:
    return base_log_odds(task.y, task.weight, task.shown)


def base_entropy(task: MemberTask) -> float:
    """Log-loss, in nats, of always forecasting the base rate of the rows shown."""
    z = np.array([_base_logit(task)])
    return float(functions.log_loss_from_logits(z, functions.sigmoid(z))[0])


def _base_loss(y: NDArray[np.float32], weight: NDArray[np.float32]) -> float:
    """Log-loss of the best constant forecast of these rows."""
    yes = float(np.average(y, weights=_some_weight(weight), axis=0))
    return -sum(p * float(np.log(p)) for p in (yes, 1.0 - yes) if p > 0.0)


def _some_weight(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights, or ones if all weights are 0."""
    return weight if weight.any() else np.ones_like(weight)
