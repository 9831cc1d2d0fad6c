"""Trains one member, a network of an ensemble, and forecasts the rows that it leaves out."""

import numpy as np
from numpy.typing import NDArray

from trueodds.health.health_record import HealthRecord
from trueodds.health.recorder import LEAST_STEPS, Recorder
from trueodds.health.recorder import ROWS as SNAPSHOT_ROWS
from trueodds.training.averaging import WeightAverage
from trueodds.training.column_subset import inputs_shown
from trueodds.training.evaluations import Evaluations, Progress, curve_rows
from trueodds.training.kinds import Member
from trueodds.training.loop import Callback, train_network
from trueodds.training.member import Batches, MemberTask, TrainedMember, base_entropy, base_logit
from trueodds.training.pilot_states import KEPT, PilotState
from trueodds.training.prune import ROWS as COMPACT_ROWS
from trueodds.training.recipe import Recipe
from trueodds.training.schedule import learning_rate
from trueodds.training.training_record import MemberRecord


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


class KeepingStates(Callback):
    """Keeps the last `KEPT` states in which a pilot was evaluated; it comes after `Evaluations`."""

    def __init__(self, run: "MemberRun") -> None:
        self._run = run

    def after_epoch(self, epoch: int) -> bool:
        """Keep the state if the epoch ended with an evaluation."""
        if self._run.evaluations.epochs[-1:] == [epoch]:
            self._run.states.append(self._run.state())
            del self._run.states[:-KEPT]
        return False


class MemberRun:
    """The training of one member; parameters are those of `train_member`."""

    def __init__(
        self,
        task: MemberTask,
        recipe: Recipe,
        seed: int,
        until: int | None,
        progress: Progress | None,
        seconds: float,
    ) -> None:
        self._task, self._recipe, self._until, self._progress = task, recipe, until, progress
        self._rng = np.random.default_rng([seed, 2, task.fold, task.member])
        rows = len(task.shown)
        self._member = member = Member.of(recipe, task.turn)
        self._positions, self._share = inputs_shown(
            task.columns, task.width, member.column_fraction, self._rng, task.unseen
        )
        self._layout = member.layout(len(self._positions))
        self._parameters = member.first(self._layout, self._rng, base_logit(task), self._some_rows)
        batch = recipe.batch(rows)
        self._engine = member.engine(self._layout, self._parameters, batch, drop=True)
        self._batches = Batches(task, self._positions, batch, recipe.epoch_rows, self._rng)
        self._average = WeightAverage(self._parameters, recipe.ema_epochs * self._batches.per_epoch)
        self._planned = recipe.epochs_for(rows)
        self.last = self._planned if until is None else min(until, self._planned)
        """Epochs to run."""
        together = min(1024, max(len(task.held_out), 256))
        on_the_way = curve_rows(task.held_out)
        self.evaluations = Evaluations(
            member.engine(self._layout, self._average.value, together, drop=False),
            task.inputs(on_the_way, self._positions),
            task.y[on_the_way],
            task.weight[on_the_way],
            self._planned,
            self.last,
            recipe.patience * self._planned if until is None else None,
            progress,
            seconds if until is None else 0.0,
        )
        # A member that stops early has the snapshots of its pilot, so none depends on the end.
        self._recorder = Recorder(self._engine, 1, LEAST_STEPS)
        self.states: list[PilotState] = []
        """States of a pilot at its last evaluations."""

    def train(self) -> None:
        """Make all steps."""
        task, member = self._task, self._member
        steps = self._planned * self._batches.per_epoch
        callbacks: list[Callback] = [
            HealthRecording(self._recorder),
            Averaging(self._average, self._parameters),
            self.evaluations,
        ]
        if self._until is None:
            callbacks.append(KeepingStates(self))
        train_network(
            self._engine,
            member.optimiser(self._layout, self._parameters),
            self._batches.epoch,
            self.last,
            lambda step: learning_rate(step, steps, member.learning_rate),
            member.decay_for(len(task.shown)),
            callbacks,
        )

    def state(self) -> PilotState:
        """Return the state right after an evaluation."""
        of = self.evaluations
        return PilotState(
            steps=self._average.steps,
            average=self._average.value.copy(),
            random=self._rng.bit_generator.state,
            snapshots=self._recorder.snapshots,
            epochs=tuple(of.epochs),
            train_loss=tuple(of.train_loss),
            fold_loss=tuple(of.fold_loss),
            log_odds=of.log_odds[-1],
        )

    def restore(self, state: PilotState) -> None:
        """Go to a pilot's state, and report its evaluations as if they were made now."""
        of = self.evaluations
        self._average.value[:], self._average.steps = state.average, state.steps
        self._rng.bit_generator.state = state.random
        self._recorder.snapshots = state.snapshots
        of.epochs, of.log_odds = list(state.epochs), [state.log_odds]
        of.train_loss, of.fold_loss = list(state.train_loss), list(state.fold_loss)
        if self._progress is not None:
            for epoch, loss in zip(of.epochs, of.fold_loss, strict=True):
                self._progress(epoch, self.last, loss)

    def result(self) -> TrainedMember:
        """The member as it is kept."""
        task, evaluations, pilot = self._task, self.evaluations, self._until is None
        seen = self._some_rows()
        health = _health(self._recorder, self._average.steps, evaluations, seen, base_entropy(task))
        budget = self._recipe.prune_loss * base_entropy(task)
        kept, flat = self._member.finished(
            self._layout, self._average.value, seen, budget, self._positions, task.width
        )
        return TrainedMember(
            layout=kept,
            parameters=flat,
            log_odds=self._of_all_left_out(),
            curve=evaluations.all_log_odds() if pilot else evaluations.log_odds[-1][None, :0],
            record=MemberRecord(
                fold=task.fold,
                member=task.member,
                share=self._share,
                kind=self._member.name,
                epochs=evaluations.epochs[-1],
                best_epoch=evaluations.epochs[-1],
                stride=1,
                at=tuple(evaluations.epochs),
                planned=self._planned,
                train_loss=tuple(evaluations.train_loss),
                fold_loss=tuple(evaluations.fold_loss) if len(task.held_out) else (),
                health=health,
            ),
            layers=health.snapshots[-1].states if health.snapshots else (),
        )

    def _of_all_left_out(self) -> NDArray[np.float32]:
        rows = self._task.held_out
        if len(self.evaluations.X) == len(rows):
            return self.evaluations.log_odds[-1]
        return self.evaluations.engine.log_odds(self._task.inputs(rows, self._positions))

    def _some_rows(self) -> NDArray[np.float32]:
        some = self._rng.permutation(self._task.shown)[:COMPACT_ROWS]
        return self._task.inputs(np.sort(some), self._positions)


def train_member(
    task: MemberTask,
    recipe: Recipe,
    seed: int,
    until: int | None = None,
    progress: Progress | None = None,
    seconds: float = 0.0,
) -> TrainedMember:
    """Train one network on the rows shown.

    The result depends only on the task, the recipe, the seed and ``until``. It does not depend on
    other processes (`trueodds.execution.pool` gives it one BLAS thread), and on the clock only with
    ``seconds``. The labels of the rows left out decide only when a pilot ends. A member that stops
    where a pilot of this process was evaluated is made from the pilot's state, with the same bits.

    Parameters
    ----------
    seed
        Seed of the run; random numbers also depend on the fold and the member.
    until
        Epochs to run of those that are planned. None trains a pilot: it runs all epochs, or ends
        when its held-out loss has not fallen for long, and has log-odds of every evaluation.
    seconds
        A pilot also ends at its first evaluation after so many seconds; 0 has no limit.
    """
    run = MemberRun(task, recipe, seed, until, progress, seconds)
    key = (recipe, seed, task.fold, task.member)
    state = None if until is None else task.pilots.take(key, run.last)
    if state is None:
        run.train()
    else:
        run.restore(state)
    if until is None:
        task.pilots.keep(key, run.states)
    return run.result()


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


def _base_loss(y: NDArray[np.float32], weight: NDArray[np.float32]) -> float:
    """Log-loss of the best constant forecast of these rows."""
    yes = float(np.average(y, weights=_some_weight(weight), axis=0))
    return -sum(p * float(np.log(p)) for p in (yes, 1.0 - yes) if p > 0.0)


def _some_weight(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights, or ones if all weights are 0."""
    return weight if weight.any() else np.ones_like(weight)
