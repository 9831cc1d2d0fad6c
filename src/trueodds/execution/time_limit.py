"""A budget of wall seconds: members are trained round by round until it is used up.

A round is one member for every fold, so every row has as many forecasts as any other. The first
round is always finished. What the budget allows depends on the machine's clock: two runs with one
seed may have another number of members.
"""

import time
from collections.abc import Callable, Sequence

from trueodds.errors import UsageError
from trueodds.execution.pool import Order, OutOfTimeError, ProgressEvent
from trueodds.training.data import SHIPPED, TrainingData
from trueodds.training.folds import Folds

FOR_TRAINING = 0.85
"""Fraction of the budget after which no more is trained: the rest is for scores and the report."""


class TimeLimit:
    """A budget that begins when it is made."""

    def __init__(self, seconds: float) -> None:
        if not 0.0 < seconds < float("inf"):
            raise UsageError(f"the time limit must be a positive number of seconds, got {seconds}")
        self.seconds = seconds
        self._began = time.monotonic()

    def used_up(self) -> bool:
        """Whether no more is to be trained."""
        return time.monotonic() - self._began >= FOR_TRAINING * self.seconds

    def watch(self, first: Sequence[Order]) -> Callable[[ProgressEvent], None]:
        """A callback that raises `OutOfTimeError` once the time is up and ``first`` are done."""
        missing = {(order.fold, order.member) for order in first}

        def check(event: ProgressEvent) -> None:
            if event.done:
                missing.discard((event.fold, event.member))
            if not missing and not event.resumed and self.used_up():
                raise OutOfTimeError

        return check

    def note(self, left_out: int, planned: int) -> str:
        """What the budget left out, that the clock decided it, and whether it was exceeded."""
        passed = time.monotonic() - self._began
        exceeded = (
            f"; it was exceeded ({passed:.0f} s until now), as one network a fold is always trained"
            if passed > self.seconds
            else ""
        )
        return (
            f"the time limit of {self.seconds:g} s left out {left_out} of {planned} networks; the "
            f"clock decides how many, so the same run may give another model{exceeded}"
        )


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
