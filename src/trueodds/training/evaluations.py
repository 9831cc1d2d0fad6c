"""Evaluations of a member while it trains: its log-odds and its log-loss of the rows left out."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.network.kinds import AnyEngine
from trueodds.training.loop import Callback

EVALUATIONS = 20
CURVE_ROWS = 32_768
"""Most rows left out that an evaluation forecasts."""
RATIO = 1.22
"""Evaluations lie at the planned epochs divided by powers of this: most tables of few rows are
learned in the first tenth of the plan."""

Progress = Callable[[int, int, float], None]
"""Called with (epochs done, epochs to run, held-out log-loss) after every evaluation."""


def curve_rows(held_out: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows left out that evaluations forecast: all, or `CURVE_ROWS` at random.

    Rows at equal distances would be of one kind where a table repeats a pattern.
    """
    if len(held_out) <= CURVE_ROWS:
        return held_out
    chosen = np.random.default_rng(0).permutation(len(held_out))[:CURVE_ROWS]
    return held_out[np.sort(chosen)]


def evaluation_epochs(planned: int) -> list[int]:
    """Epochs after which a pilot that plans so many is evaluated, never decreasing; `EVALUATIONS`.

    With few epochs several evaluations fall on the same epoch.
    """
    return [max(1, round(planned * RATIO**-j)) for j in reversed(range(EVALUATIONS))]


class Evaluations(Callback):
    """Evaluates a network at the `evaluation_epochs` and at the last epoch.

    Parameters
    ----------
    engine
        The network that is evaluated, without dropout.
    X, y, weight
        Rows left out, shapes (n, inputs), (n,) and (n,), float32; n may be 0.
    planned, last
        Epochs that the schedule is made for, and epochs to run.
    patience
        Training ends when the loss has not fallen for so many epochs, or is no number. None runs
        all epochs, whatever the labels of the rows left out say.
    progress
        Called after every evaluation.
    seconds
        Training ends at the first evaluation after so many seconds; 0 has no limit.
    """

    def __init__(
        self,
        engine: AnyEngine,
        X: NDArray[np.float32],
        y: NDArray[np.float32],
        weight: NDArray[np.float32],
        planned: int,
        last: int,
        patience: float | None,
        progress: Progress | None,
        seconds: float = 0.0,
    ) -> None:
        self.engine, self.X, self.y, self.weight = engine, X, y, weight
        self.epochs: list[int] = []
        self.train_loss: list[float] = []
        """Mean loss of the steps since the evaluation before, with dropout."""
        self.fold_loss: list[float] = []
        self.log_odds: list[NDArray[np.float32]] = []
        self._planned, self._last = planned, last
        self._due = {last, *evaluation_epochs(planned)}
        self._patience, self._progress = patience, progress
        self._ends = time.monotonic() + seconds if seconds else None
        self._total, self._steps = 0.0, 0

    def before_step(self, step: int, loss: float, X: NDArray[np.float32]) -> None:
        """Add up the training loss."""
        self._total += loss
        self._steps += 1

    def after_epoch(self, epoch: int) -> bool:
        """Evaluate if it is time; True if the patience or the time is used up."""
        if epoch not in self._due:
            return False
        self.log_odds.append(self.engine.log_odds(self.X))
        loss = mean_log_loss(self.log_odds[-1], self.y, self.weight)
        self.epochs.append(epoch)
        self.train_loss.append(self._total / max(1, self._steps))
        self.fold_loss.append(loss)
        self._total, self._steps = 0.0, 0
        if self._progress is not None:
            self._progress(epoch, self._last, loss)
        if self._ends is not None and time.monotonic() >= self._ends:
            return True
        if self._patience is None:
            return False
        best = self.epochs[int(np.argmin(np.nan_to_num(self.fold_loss, nan=np.inf)))]
        return not np.isfinite(loss) or epoch - best > self._patience

    def all_log_odds(self) -> NDArray[np.float32]:
        """Log-odds at all of `evaluation_epochs`, shape (`EVALUATIONS`, n).

        After an early end the last ones stand for those that were not made.
        """
        places = np.searchsorted(self.epochs, evaluation_epochs(self._planned))
        return np.stack([self.log_odds[min(int(at), len(self.epochs) - 1)] for at in places])


def mean_log_loss(
    log_odds: NDArray[np.floating], y: NDArray[np.float32], weight: NDArray[np.float32]
) -> float:
    """Weighted mean log-loss in nats, from logits, in float64; plain mean if no weight is left."""
    each = functions.log_loss_from_logits(log_odds.astype(np.float64), y.astype(np.float64))
    if not len(each):
        return float("nan")
    return float(np.average(each, weights=weight)) if weight.any() else float(each.mean())
