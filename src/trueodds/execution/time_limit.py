"""A budget of wall seconds: members are trained round by round until it is used up.

A round is one member for every fold, so every row has as many forecasts as any other. The first
round is always finished; where time is short, its networks are trained for fewer epochs. What the
budget allows depends on the machine's clock: two runs with one seed may have another number of
members, and other epochs.
"""

import time
from collections.abc import Callable, Sequence

from trueodds.errors import UsageError
from trueodds.execution.order import Order
from trueodds.execution.progress import OutOfTimeError, ProgressEvent
from trueodds.training.data import SHIPPED, TrainingData
from trueodds.training.folds import Folds

FOR_TRAINING = 0.85
"""Fraction of the budget after which no more is trained: the rest is for scores and the report."""
FOR_PILOTS = 0.4
"""Fraction of the budget after which only the pilots that the first round needs are trained."""


class TimeLimit:
    """A budget that begins when it is made."""

    def __init__(self, seconds: float) -> None:
        if not 0.0 < seconds < float("inf"):
            raise UsageError(f"the time limit must be a positive number of seconds, got {seconds}")
        self.seconds = seconds
        self.shortened = False
        """Whether a pilot, which chooses the epochs of all members of its kind, ended early."""
        self._began = time.monotonic()

    def used_up(self, fraction: float = FOR_TRAINING) -> bool:
        """Whether so much of the budget is used."""
        return time.monotonic() - self._began >= fraction * self.seconds

    def left(self) -> float:
        """Seconds left for training, above 0."""
        used = time.monotonic() - self._began
        return max(FOR_TRAINING * self.seconds - used, 1e-3)

    def watch(
        self, first: Sequence[Order], fraction: float = FOR_TRAINING
    ) -> Callable[[ProgressEvent], None]:
        """A callback that raises `OutOfTimeError` once ``fraction`` is used and ``first`` done."""
        missing = {(order.fold, order.member) for order in first}

        def check(event: ProgressEvent) -> None:
            if event.done:
                missing.discard((event.fold, event.member))
            if not missing and not event.resumed and self.used_up(fraction):
                raise OutOfTimeError

        return check

    def notes(self, left_out: int, planned: int) -> tuple[str, ...]:
        """What the budget left out, that the clock decided it, and whether it was exceeded."""
        passed = time.monotonic() - self._began
        said = []
        if left_out or self.shortened:
            what = [f"left out {left_out} of {planned} networks"] if left_out else []
            what += ["ended training early"] if self.shortened else []
            said.append(
                f"{' and '.join(what)}; the clock decides that, so the same run may give "
                "another model"
            )
        if passed > self.seconds:
            said.append(
                f"was exceeded: reading, training and scores took {passed:.0f} s until now, and "
                "one network a fold is the least"
            )
        return (f"the time limit of {self.seconds:g} s {'; it '.join(said)}",) if said else ()


def round_of(order: Order, folds: Folds) -> int:
    """Number of a member's round, from 0."""
    return order.member if order.fold < folds.held else order.member // SHIPPED


def by_rounds(orders: Sequence[Order], data: TrainingData) -> list[Order]:
    """The same orders, round after round."""
    return sorted(orders, key=lambda order: (round_of(order, data.folds), order))


def whole_rounds(
    orders: Sequence[Order], trained: set[tuple[int, int]], data: TrainingData
) -> list[Order]:
    """The orders of the rounds, from the first on, whose members are all trained."""
    missing = [o for o in orders if (o.fold, o.member) not in trained]
    end = min((round_of(order, data.folds) for order in missing), default=None)
    return [o for o in orders if end is None or round_of(o, data.folds) < end]
