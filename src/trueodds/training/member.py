"""One member: its rows, its steps, early stopping on the fold it is not shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.functions import log_loss_from_logits, sigmoid
from trueodds.health.recorder import ROWS as LOOK_ROWS
from trueodds.health.recorder import Recorder
from trueodds.health.state import LayerState
from trueodds.network.engine import Engine, aligned
from trueodds.network.initialise import initialise
from trueodds.network.kernels import gather, gather_some
from trueodds.network.layout import Layout
from trueodds.training.averaging import WeightAverage
from trueodds.training.centred import optimiser_for
from trueodds.training.compact import ROWS as COMPACT_ROWS
from trueodds.training.compact import compact
from trueodds.training.recipe import Recipe
from trueodds.training.record import MemberRecord
from trueodds.training.schedule import learning_rate
from trueodds.training.view import inputs_shown, widened


@dataclass(frozen=True, eq=False)
class MemberTask:
    """What one member is trained on.

    ``shared`` has shape (rows, width), ``own`` (rows, extra), both float32: the columns common to
    all members and those that depend on the fold. ``y`` and ``weight`` are float32 of shape
    (rows,). ``shown`` and ``held_out`` are row numbers. ``columns`` names, for every original
    column, its positions among the width + extra inputs.
    """

    fold: int
    member: int
    shared: NDArray[np.float32]
    own: NDArray[np.float32]
    y: NDArray[np.float32]
    weight: NDArray[np.float32]
    shown: NDArray[np.int64]
    held_out: NDArray[np.int64]
    columns: tuple[NDArray[np.int64], ...]

    @property
    def width(self) -> int:
        """Number of inputs."""
        return int(self.shared.shape[1] + self.own.shape[1])

    def gather(
        self, rows: NDArray[np.int64], positions: NDArray[np.int64], out: NDArray[np.float32]
    ) -> None:
        """Fill ``out`` with these rows' inputs at some positions, increasing."""
        if len(positions) == self.width:
            gather(self.shared, self.own, rows, out)
        else:
            gather_some(self.shared, self.own, positions, rows, out)

    def inputs(self, rows: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inputs of some rows at some positions as a new matrix."""
        X = np.empty((len(rows), len(positions)), dtype=np.float32)
        self.gather(rows, positions, X)
        return X


@dataclass(frozen=True, eq=False)
class TrainedMember:
    """What one member hands back.

    ``layout`` and ``parameters`` (flat float32) are the network after `compact`, on all inputs;
    those it did not see have weights of 0. ``importance``, float64 of shape (columns,), is the rise
    of its held-out log-loss when the column is shuffled. ``layers`` tell of the network as it was
    trained.
    """

    layout: Layout
    parameters: NDArray[np.float32]
    importance: NDArray[np.float64]
    record: MemberRecord
    layers: tuple[LayerState, ...]


ROUNDS = 40
"""At most so many looks at the held-out fold, so that choosing among them stays honest."""
IMPORTANCE_ROWS = 4096
"""Held-out rows on which the importance is measured, at most."""

Progress = Callable[[int, int, float], None]
"""Called with (epochs done, epochs planned, held-out log-loss)."""


def train_member(
    task: MemberTask, recipe: Recipe, seed: int, progress: Progress | None = None
) -> TrainedMember:
    """Train one network on the rows shown and keep its best weights on the fold held out.

    The result depends on the task, the recipe and the seed alone: not on the clock, nor on what
    runs beside it (one BLAS thread is assumed, see `trueodds.training.pool`).

    Parameters
    ----------
    seed
        The run's seed; fold and member numbers are mixed in.
    """
    rng = np.random.default_rng([seed, 2, task.fold, task.member])
    shown, batch = task.shown, recipe.batch(len(task.shown))
    wanted = recipe.share_of(task.member)
    positions, share = inputs_shown(task.columns, task.width, wanted, rng)
    layout = Layout(len(positions), recipe.widths, recipe.activation)
    parameters = initialise(layout, rng, _base_logit(task), recipe.start)
    engine = Engine(layout, parameters, batch, recipe.dropout)
    average = WeightAverage(parameters, recipe.memory * max(1, len(shown) // batch))
    judge = Engine(layout, average.value, min(1024, max(len(task.held_out), 256)))
    held_out = task.inputs(task.held_out, positions)
    held_y, held_weight = task.y[task.held_out], task.weight[task.held_out]
    optimiser = optimiser_for(layout, parameters)

    X = aligned((batch, layout.inputs), np.float32)
    y, weight = np.empty(batch, np.float32), np.empty(batch, np.float32)
    steps_per_epoch = max(1, len(shown) // batch)
    epochs, decay = recipe.epochs_for(len(shown), share), recipe.decay_for(len(shown))
    stride = -(-epochs // ROUNDS)
    steps, step = epochs * steps_per_epoch, 0
    recorder = Recorder(engine, steps)
    best, best_loss, best_epoch = average.value.copy(), np.inf, 0
    train_curve: list[float] = []
    fold_curve: list[float] = []
    epoch = 0
    while epoch < epochs:
        total, batches = 0.0, 0
        for _ in range(min(stride, epochs - epoch)):
            order = rng.permutation(shown)
            for start in range(0, steps_per_epoch * batch, batch):
                rows = order[start : start + batch]
                # Mode "clip" writes straight into out; the rows are all there.
                np.take(task.weight, rows, out=weight, mode="clip")
                if not weight.any():
                    continue
                np.take(task.y, rows, out=y, mode="clip")
                task.gather(rows, positions, X)
                mask_seed = int(rng.integers(2**32))
                loss = engine.backward(X, y, weight, mask_seed)
                total += loss
                batches += 1
                if looking := recorder.due(step):
                    recorder.look(step, loss, X)
                rate = learning_rate(step, steps, recipe.learning_rate)
                optimiser.step(engine.gradient, rate, decay)
                if looking:
                    recorder.stepped()
                average.update(parameters)
                step += 1
            epoch += 1
        loss = mean_log_loss(judge.log_odds(held_out), held_y, held_weight)
        train_curve.append(total / max(1, batches))
        fold_curve.append(loss)
        if loss < best_loss:
            best[:], best_loss, best_epoch = average.value, loss, epoch
        if progress is not None:
            progress(epoch, epochs, loss)
        if not np.isfinite(loss) or epoch - best_epoch > max(recipe.patience * epochs, stride):
            break
    average.value[:] = best
    sample = slice(0, LOOK_ROWS)
    last = (judge, held_out[sample], held_y[sample], _some_weight(held_weight[sample]))
    health = recorder.finish(step, train_curve, fold_curve, _base_loss(held_y, held_weight), last)
    seen = task.inputs(np.sort(rng.permutation(shown)[:COMPACT_ROWS]), positions)
    smaller, parameters = compact(layout, best, seen, recipe.compaction * _base_entropy(task))
    smaller, parameters = widened(smaller, parameters, positions, task.width)
    judge = Engine(smaller, parameters, judge.batch)
    return TrainedMember(
        layout=smaller,
        parameters=parameters,
        importance=_importance(judge, task, rng),
        record=MemberRecord(
            fold=task.fold,
            member=task.member,
            share=share,
            epochs=epoch,
            best_epoch=best_epoch,
            stride=stride,
            train_loss=tuple(train_curve),
            fold_loss=tuple(fold_curve),
            health=health,
        ),
        layers=health.looks[-1].states if health.looks else (),
    )


def mean_log_loss(
    log_odds: NDArray[np.floating], y: NDArray[np.float32], weight: NDArray[np.float32]
) -> float:
    """Weighted mean log-loss in nats, from logits, in float64; plain mean if no weight is left."""
    each = log_loss_from_logits(log_odds.astype(np.float64), y.astype(np.float64))
    return float(np.average(each, weights=weight)) if weight.any() else float(each.mean())


def _base_logit(task: MemberTask) -> float:
    """Log-odds of the base rate among the rows shown, with half a row of each class added."""
    weight = task.weight[task.shown].astype(np.float64)
    yes = float(weight @ task.y[task.shown])
    return float(np.log((yes + 0.5) / (float(weight.sum()) - yes + 0.5)))


def _base_entropy(task: MemberTask) -> float:
    """Log-loss, in nats, of always forecasting the base rate of the rows shown."""
    z = np.array([_base_logit(task)])
    return float(log_loss_from_logits(z, sigmoid(z))[0])


def _base_loss(y: NDArray[np.float32], weight: NDArray[np.float32]) -> float:
    """Log-loss of the best constant forecast of these rows."""
    yes = float(np.average(y, weights=_some_weight(weight), axis=0))
    return -sum(p * float(np.log(p)) for p in (yes, 1.0 - yes) if p > 0.0)


def _some_weight(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """The weights, or ones where none is left."""
    return weight if weight.any() else np.ones_like(weight)


def _importance(judge: Engine, task: MemberTask, rng: np.random.Generator) -> NDArray[np.float64]:
    """Rise of the log-loss when one column's inputs are shuffled among rows (Breiman 2001)."""
    chosen = np.sort(rng.permutation(len(task.held_out))[:IMPORTANCE_ROWS])
    rows = task.held_out[chosen]
    X, y, weight = task.inputs(rows, np.arange(task.width)), task.y[rows], task.weight[rows]
    plain = mean_log_loss(judge.log_odds(X), y, weight)
    rises = np.zeros(len(task.columns))
    for index, positions in enumerate(task.columns):
        shuffled = X.copy()
        shuffled[:, positions] = X[rng.permutation(len(X))][:, positions]
        rises[index] = mean_log_loss(judge.log_odds(shuffled), y, weight) - plain
    return rises
