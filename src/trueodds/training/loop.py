"""The training loop. Everything else that training does is a callback around it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from trueodds.network.kinds import AnyEngine


class Batch(NamedTuple):
    """Rows of one step: ``X`` (n, inputs), ``y`` and ``weight`` (n,), float32.

    ``seed`` chooses the units that dropout drops.
    """

    X: NDArray[np.float32]
    y: NDArray[np.float32]
    weight: NDArray[np.float32]
    seed: int


class Optimiser(Protocol):
    """Changes the parameters along a gradient."""

    def step(self, gradient: NDArray[Any], rate: float, decay: float) -> None:
        """Update the parameters for a gradient, a learning rate and a weight decay."""


class Callback:
    """What `train_network` calls. A subclass overrides what it needs."""

    def before_step(self, step: int, loss: float, X: NDArray[np.float32]) -> None:
        """Called when the engine holds the gradient of the batch ``X``, before the step."""

    def after_step(self, step: int) -> None:
        """Called when the step has changed the weights."""

    def after_epoch(self, epoch: int) -> bool:
        """Called after each epoch, counted from 1; True ends the training."""
        return False


def train_network(
    engine: AnyEngine,
    optimiser: Optimiser,
    batches: Callable[[], Iterator[Batch]],
    epochs: int,
    rate: Callable[[int], float],
    decay: float,
    callbacks: Sequence[Callback],
) -> int:
    """Train a network and return the number of steps.

    Parameters
    ----------
    engine, optimiser
        Of the same parameters.
    batches
        Gives the batches of a new epoch.
    epochs
        Epochs to run, unless a callback ends the training before.
    rate
        Gives the learning rate of a step, counted from 0.
    decay
        Weight decay.
    callbacks
        Called in this order.
    """
    step = 0
    for epoch in range(1, epochs + 1):
        for X, y, weight, seed in batches():
            loss = engine.backward(X, y, weight, seed)
            for callback in callbacks:
                callback.before_step(step, loss, X)
            optimiser.step(engine.gradient, rate(step), decay)
            for callback in callbacks:
                callback.after_step(step)
            step += 1
        ends = [callback.after_epoch(epoch) for callback in callbacks]
        if any(ends):
            break
    return step
