"""Takes snapshots of a network of `trueodds.network.engine` while it learns.

Gradients and their flow back through the layers are those of the training step itself. A snapshot
computes one more forward pass, of up to `ROWS` rows and without dropout. All snapshots take under
3 % of the training time (bench/health_overhead.py).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trueodds.health import measure
from trueodds.health.health_record import HealthRecord, InputState, Snapshot
from trueodds.health.state import LayerState, rounded
from trueodds.network.activations import CODES
from trueodds.network.kernels import smooth_forward
from trueodds.network.kinds import AnyEngine

ROWS = 128
"""Most rows of a snapshot."""
MOST_SNAPSHOTS = 16
"""Snapshots of a run of the planned length; a longer run keeps at most twice as many."""
LEAST_STEPS = 150
"""Fewest steps from one snapshot to the next."""
MOST_LAYERS = 32
"""Most layers that are watched: evenly spread, the first and the last among them."""

Rows = NDArray[np.float32]


class Recorder:
    """Takes snapshots of a network as it trains.

    Parameters
    ----------
    engine
        The network that is trained; `before_step` is called right after its ``backward``.
    steps
        Steps planned, ≥ 1.
    every
        Steps from one snapshot to the next; None spreads `MOST_SNAPSHOTS` over the run.
    """

    def __init__(self, engine: AnyEngine, steps: int, every: int | None = None) -> None:
        self._engine = engine
        layout = engine.layout
        self._every = every or max(LEAST_STEPS, -(-steps // (MOST_SNAPSHOTS - 1)))
        hidden = len(layout.widths)
        chosen = np.linspace(0, hidden - 1, min(hidden, MOST_LAYERS)).round().astype(int)
        self._watched = [int(index) for index in np.unique(chosen)]
        self._views = LayerViews(engine)
        self._snapshots: list[Snapshot] = []
        self._before: list[Rows] = []
        self._pending: tuple[int, float, tuple[LayerState, ...]] | None = None

    def due(self, step: int) -> bool:
        """Whether a snapshot is due at this step; at step 0 it always is."""
        return step % self._every == 0

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """All snapshots so far; those of another run of the network may be put in their place."""
        return tuple(self._snapshots)

    @snapshots.setter
    def snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        self._snapshots = list(snapshots)

    def before_step(self, step: int, loss: float, X: Rows) -> None:
        """Measure the layers, after ``backward`` and before the optimiser's step.

        Parameters
        ----------
        step
            Number of the step, from 0.
        loss
            Mean loss of the batch, nats.
        X
            The batch whose gradient the engine holds, shape (rows, inputs).
        """
        states, _ = layer_states(self._views, X, self._watched)
        self._pending = (step, rounded(loss), states)
        self._before = [self._views.weights[index].copy() for index in self._watched]

    def after_step(self) -> None:
        """Measure the step that the optimiser made, and keep the snapshot."""
        assert self._pending is not None, "after_step() follows before_step()"
        step, loss, states = self._pending
        updates = []
        for index, before, state in zip(self._watched, self._before, states, strict=True):
            before -= self._views.weights[index]
            length = measure.rms(before)
            updates.append(length / state.weight if state.weight > 0.0 else 0.0)
        done = tuple(_updated(s, u) for s, u in zip(states, updates, strict=True))
        self._snapshots.append(Snapshot(step, loss, done))
        self._pending, self._before = None, []
        if len(self._snapshots) > 2 * MOST_SNAPSHOTS:
            # The run is longer than planned: every second snapshot is enough.
            self._snapshots = self._snapshots[::2]
            self._every *= 2

    def finish(
        self,
        steps: int,
        train_loss: Sequence[float],
        held_out_loss: Sequence[float],
        base_loss: float,
        last: tuple[AnyEngine, Rows, Rows, Rows] | None = None,
        inputs: InputState | None = None,
    ) -> HealthRecord:
        """Return the record.

        Parameters
        ----------
        steps
            Steps made.
        train_loss, held_out_loss
            Mean losses at every evaluation, nats; ``held_out_loss`` may be empty.
        base_loss
            Loss of the best constant forecast, nats.
        last
            Engine, X (rows, inputs), y (rows,) and sample weights (rows,) of a snapshot of the
            finished network. The engine has no dropout; its gradient is overwritten.
        inputs
            State of the inputs, if it was measured.
        """
        snapshots = list(self._snapshots)
        densities: tuple[tuple[int, ...], ...] = ()
        if last is not None and self._watched:
            engine, X, y, weight = last
            loss = engine.backward(X, y, weight)
            states, densities = layer_states(LayerViews(engine), X, self._watched, last=True)
            if snapshots:
                steps_before = [s.update for s in snapshots[-1].states]
                states = tuple(_updated(s, u) for s, u in zip(states, steps_before, strict=True))
            snapshots.append(Snapshot(steps, rounded(loss), states))
        layout = self._engine.layout
        return HealthRecord.of(
            snapshots,
            names=tuple(f"layer {index + 1}" for index in self._watched),
            activations=tuple(layout.activation for _ in self._watched),
            steps=steps,
            base_loss=rounded(base_loss, 6),
            train_loss=tuple(rounded(loss, 6) for loss in train_loss),
            held_out_loss=tuple(rounded(loss, 6) for loss in held_out_loss),
            densities=densities,
            inputs=inputs,
        )


class LayerViews:
    """An engine's weights, biases and weight gradients, layer by layer; views into its buffers."""

    def __init__(self, engine: AnyEngine) -> None:
        layout = engine.layout
        self.engine = engine
        self.weights = layout.weights(engine.parameters)
        self.biases = layout.biases(engine.parameters)
        self.gradients = layout.weights(engine.gradient)


def layer_states(
    views: LayerViews, X: Rows, watched: Sequence[int], last: bool = False
) -> tuple[tuple[LayerState, ...], tuple[tuple[int, ...], ...]]:
    """States of the watched layers right after the engine's ``backward`` of X, and their densities.

    X has shape (rows, inputs). Without ``last`` only the first `ROWS` rows count and there are no
    densities. ``update`` is 0 in all states.
    """
    if not watched:
        return (), ()
    flows, activation = views.engine.flows(len(X)), views.engine.layout.activation
    A = X if last else X[:ROWS]
    states, densities = [], []
    with np.errstate(all="ignore"):
        for index in range(watched[-1] + 1):
            Z = A @ views.weights[index]
            Z += views.biases[index]
            is_watched = index in watched
            mean, spread = measure.spread_of(Z) if is_watched else (0.0, 0.0)
            if is_watched and last:
                densities.append(measure.density(Z))
            A, D = _activated(Z, activation)
            if not is_watched:
                continue
            saturated, dead = measure.flat_and_dead(D, activation)
            out_mean, out_spread, common = measure.outputs_of(A)
            numbers = {
                "mean": mean,
                "spread": spread,
                "output_mean": out_mean,
                "saturated": saturated,
                "dead": dead,
                "gradient": measure.rms(views.gradients[index]),
                "output_spread": out_spread,
                "common": common,
                "flow": measure.rms(flows[index]),
                "weight": measure.rms(views.weights[index]),
                "update": 0.0,  # after_step() measures it
            }
            rounds = {name: rounded(number) for name, number in numbers.items()}
            states.append(LayerState(index + 1, **rounds))
    return tuple(states), tuple(densities)


def _activated(Z: Rows, activation: str) -> tuple[Rows, Rows]:
    """φ(Z) and φ′(Z); Z is overwritten."""
    D = np.empty_like(Z)
    if activation == "relu":
        np.greater(Z, 0.0, out=D, casting="unsafe")
        return np.maximum(Z, 0.0, out=Z), D
    smooth_forward(Z, D, np.zeros(Z.shape[1], Z.dtype), CODES[activation])  # type: ignore[index]
    return Z, D


def _updated(state: LayerState, update: float) -> LayerState:
    return replace(state, update=rounded(update))
