"""The loop calls every callback in order and ends when one of them says so."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trueodds.network.engine import Engine
from trueodds.network.layout import Layout
from trueodds.training.loop import Batch, Callback, train_network
from trueodds.training.reparametrised import optimiser_for

LAYOUT = Layout(2, (), "relu")


class Diary(Callback):
    """Writes down each call, and the first weight at that moment."""

    def __init__(self, parameters: NDArray[np.float32], end: int | None = None) -> None:
        self.parameters, self.end = parameters, end
        self.calls: list[tuple[str, int]] = []
        self.weights: list[float] = []
        self.losses: list[float] = []

    def before_step(self, step: int, loss: float, X: NDArray[np.float32]) -> None:
        self.calls.append(("before", step))
        self.weights.append(float(self.parameters[0]))
        self.losses.append(loss)

    def after_step(self, step: int) -> None:
        self.calls.append(("after", step))
        self.weights.append(float(self.parameters[0]))

    def after_epoch(self, epoch: int) -> bool:
        self.calls.append(("epoch", epoch))
        return epoch == self.end


def train(end: int | None, rate: float = 0.1) -> tuple[int, Diary, NDArray[np.float32]]:
    """Train a line for three epochs of two batches."""
    parameters = np.zeros(LAYOUT.size, np.float32)
    engine = Engine(LAYOUT, parameters, 4)
    rng = np.random.default_rng(0)

    def batches() -> Iterator[Batch]:
        for _ in range(2):
            X = rng.normal(size=(4, 2)).astype(np.float32)
            y = (X[:, 0] > 0).astype(np.float32)
            yield Batch(X, y, np.ones(4, np.float32), 0)

    diary = Diary(parameters, end)
    optimiser = optimiser_for(LAYOUT, parameters)
    callbacks = [diary, Callback()]
    steps = train_network(engine, optimiser, batches, 3, lambda step: rate, 0.0, callbacks)
    return steps, diary, parameters


def test_callbacks_are_called_around_every_step_and_after_every_epoch() -> None:
    steps, diary, _ = train(None)
    assert steps == 6
    assert diary.calls == [
        call
        for epoch in range(3)
        for call in (
            ("before", 2 * epoch),
            ("after", 2 * epoch),
            ("before", 2 * epoch + 1),
            ("after", 2 * epoch + 1),
            ("epoch", epoch + 1),
        )
    ]
    before, after = diary.weights[::2], diary.weights[1::2]
    assert before[1:] == after[:-1]  # nothing changes the weights between two steps
    assert all(b != a for b, a in zip(before, after, strict=True))
    assert diary.losses[0] == np.log(2.0)
    assert diary.losses[-1] < diary.losses[0]


def test_a_callback_ends_the_training_after_its_epoch() -> None:
    steps, diary, parameters = train(2)
    assert steps == 4
    assert diary.calls[-1] == ("epoch", 2)
    whole = train(None)[1]
    assert diary.weights == whole.weights[:8]
    assert diary.weights[-1] == parameters[0]


def test_the_rate_is_that_of_the_step() -> None:
    assert set(train(None, rate=0.0)[1].weights) == {0.0}
