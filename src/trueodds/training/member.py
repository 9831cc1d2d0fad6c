"""One member: its rows, its steps, its log-odds of the rows that it is not shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.functions import log_loss_from_logits, sigmoid
from trueodds.health.recorder import ROWS as LOOK_ROWS
from trueodds.health.recorder import Recorder
from trueodds.health.state import LayerState
from trueodds.network.engine import aligned
from trueodds.network.kernels import gather, gather_some
from trueodds.network.kinds import AnyLayout
from trueodds.training.averaging import WeightAverage
from trueodds.training.column_subset import inputs_shown
from trueodds.training.kinds import Member
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
    """What one member hands back.

    ``layout`` and ``parameters`` (flat float32) are the network after `prune`, on all inputs;
    those it did not see have weights of 0. ``log_odds``, float32 of shape (evaluations, held-out
    rows), are its forecasts of the rows left out: at every evaluation for a pilot, otherwise at the
    last alone. ``layers`` tell of the network as it was trained.
    """

    layout: AnyLayout
    parameters: NDArray[np.float32]
    log_odds: NDArray[np.float32]
    record: MemberRecord
    layers: tuple[LayerState, ...]


EVALUATIONS = 20
RATIO = 1.22
"""Evaluations lie at the planned epochs divided by powers of this: most tables of few rows are
learned in the first tenth of the plan."""

Progress = Callable[[int, int, float], None]
"""Called with (epochs done, epochs planned, held-out log-loss)."""


def evaluation_epochs(planned: int) -> list[int]:
    """Epochs after which a pilot that plans so many is evaluated, never decreasing; `EVALUATIONS`.

    With few epochs several evaluations are one and the same.
    """
    return [max(1, round(planned * RATIO**-j)) for j in reversed(range(EVALUATIONS))]


def train_member(
    task: MemberTask,
    recipe: Recipe,
    seed: int,
    until: int | None = None,
    progress: Progress | None = None,
) -> TrainedMember:
    """Train one network on the rows shown.

    The result depends on the task, the recipe, the seed and ``until`` alone: not on the clock, nor
    on what runs beside it (`trueodds.execution.pool` gives it one BLAS thread). The labels of the
    rows held out decide nothing but when a pilot ends.

    Parameters
    ----------
    seed
        The run's seed; fold and member numbers are mixed in.
    until
        Epochs to run of those that are planned. None is a pilot: it runs all, or ends when its
        held-out loss has not fallen for long, and hands back its log-odds at every evaluation.
    """
    rng = np.random.default_rng([seed, 2, task.fold, task.member])
    shown, batch = task.shown, recipe.batch(len(task.shown))
    member = Member.of(recipe, task.turn)
    positions, share = inputs_shown(task.columns, task.width, member.column_fraction, rng)
    layout = member.layout(len(positions))

    def some_rows() -> NDArray[np.float32]:
        return task.inputs(np.sort(rng.permutation(shown)[:COMPACT_ROWS]), positions)

    parameters = member.first(layout, rng, _base_logit(task), some_rows)
    engine = member.engine(layout, parameters, batch, drop=True)
    steps_per_epoch = max(1, len(shown) // batch)
    average = WeightAverage(parameters, recipe.ema_epochs * steps_per_epoch)
    judge = member.engine(
        layout, average.value, min(1024, max(len(task.held_out), 256)), drop=False
    )
    held_out = task.inputs(task.held_out, positions)
    held_y, held_weight = task.y[task.held_out], task.weight[task.held_out]
    optimiser = member.optimiser(layout, parameters)

    X = aligned((batch, layout.inputs), np.float32)
    y, weight = np.empty(batch, np.float32), np.empty(batch, np.float32)
    epochs, decay = recipe.epochs_for(len(shown)), member.decay_for(len(shown))
    last = epochs if until is None else min(until, epochs)
    steps, step = epochs * steps_per_epoch, 0
    recorder = Recorder(engine, min(steps, last * steps_per_epoch))
    forecasts: list[NDArray[np.float32]] = []
    curves = Curves()
    epoch = 0
    for stop in sorted({last, *(at for at in evaluation_epochs(epochs) if at < last)}):
        total, batches = 0.0, 0
        while epoch < stop:
            order = rng.permutation(shown)
            for start in range(0, steps_per_epoch * batch, batch):
                rows = order[start : start + batch]
                # Mode "clip" writes straight into out; the rows are all there.
                np.take(task.weight, rows, out=weight, mode="clip")
                if not weight.any():
                    continue
                np.take(task.y, rows, out=y, mode="clip")
                task.gather(rows, positions, X)
                loss = engine.backward(X, y, weight, int(rng.integers(2**32)))
                total += loss
                batches += 1
                if looking := recorder.due(step):
                    recorder.look(step, loss, X)
                rate = learning_rate(step, steps, member.learning_rate)
                optimiser.step(engine.gradient, rate, decay)
                if looking:
                    recorder.stepped()
                average.update(parameters)
                step += 1
            epoch += 1
        forecasts.append(judge.log_odds(held_out))
        loss = mean_log_loss(forecasts[-1], held_y, held_weight)
        curves.add(epoch, total / max(1, batches), loss)
        if progress is not None:
            progress(epoch, last, loss)
        if until is None and (
            not np.isfinite(loss) or epoch - curves.best_epoch > recipe.patience * epochs
        ):
            break
    seen = some_rows()
    rows_looked_at = (
        (held_out, held_y, held_weight)
        if len(held_out)
        else (seen, *(np.ones((2, len(seen)), np.float32)))
    )
    X, y, weight = (part[:LOOK_ROWS] for part in rows_looked_at)
    health = recorder.finish(
        step,
        curves.train,
        curves.fold if len(held_out) else (),
        _base_loss(held_y, held_weight) if len(held_out) else base_entropy(task),
        (judge, X, y, _some_weight(weight)),
    )
    budget = recipe.prune_loss * base_entropy(task)
    kept, flat = member.finished(layout, average.value, seen, budget, positions, task.width)
    return TrainedMember(
        layout=kept,
        parameters=flat,
        log_odds=np.stack(curves.spread(forecasts, epochs) if until is None else forecasts[-1:]),
        record=MemberRecord(
            fold=task.fold,
            member=task.member,
            share=share,
            kind=member.name,
            epochs=epoch,
            best_epoch=epoch,
            stride=1,
            at=tuple(curves.at),
            planned=epochs,
            train_loss=tuple(curves.train),
            fold_loss=tuple(curves.fold) if len(held_out) else (),
            health=health,
        ),
        layers=health.looks[-1].states if health.looks else (),
    )


class Curves:
    """Training loss and held-out loss at every evaluation."""

    def __init__(self) -> None:
        self.at: list[int] = []
        self.train: list[float] = []
        self.fold: list[float] = []

    def add(self, epoch: int, train: float, fold: float) -> None:
        """Add one evaluation."""
        self.at.append(epoch)
        self.train.append(train)
        self.fold.append(fold)

    def spread(
        self, forecasts: list[NDArray[np.float32]], planned: int
    ) -> list[NDArray[np.float32]]:
        """Forecasts at all of `evaluation_epochs`: the last one after an early end."""
        places = np.searchsorted(self.at, evaluation_epochs(planned))
        return [forecasts[min(int(place), len(forecasts) - 1)] for place in places]

    @property
    def best_epoch(self) -> int:
        """Epoch of the least held-out loss."""
        return self.at[int(np.argmin(np.nan_to_num(self.fold, nan=np.inf)))]


def mean_log_loss(
    log_odds: NDArray[np.floating], y: NDArray[np.float32], weight: NDArray[np.float32]
) -> float:
    """Weighted mean log-loss in nats, from logits, in float64; plain mean if no weight is left."""
    each = log_loss_from_logits(log_odds.astype(np.float64), y.astype(np.float64))
    if not len(each):
        return float("nan")
    return float(np.average(each, weights=weight)) if weight.any() else float(each.mean())


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
    return float(log_loss_from_logits(z, sigmoid(z))[0])


def _base_loss(y: NDArray[np.float32], weight: NDArray[np.float32]) -> float:
    """Log-loss of the best constant forecast of these rows."""
    yes = float(np.average(y, weights=_some_weight(weight), axis=0))
    return -sum(p * float(np.log(p)) for p in (yes, 1.0 - yes) if p > 0.0)


def _some_weight(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """The weights, or ones where none is left."""
    return weight if weight.any() else np.ones_like(weight)
