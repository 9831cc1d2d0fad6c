"""Shows how far training is: one live line on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueodds.cli.console import note
from trueodds.cli.stop import StopRequest
from trueodds.execution.progress import ProgressEvent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LEAST_DONE = 0.05
"""Share of the work from which the time left is shown; earlier it is only a guess."""

SECONDS_BETWEEN_LINES = 5.0
"""Least time between two lines of a log."""


class TrainingProgress:
    """Callback of the training; `done` and `seconds_left` estimate how far it is.

    ``total`` members are planned. A table with few rows of a class may get fewer folds, and members
    may stop early, so `done` is rather too low. It falls only when a cure trains all members again.
    """

    def __init__(self, total: int, stop: StopRequest, bar: "Progress | None" = None) -> None:
        self.total = total
        self.stop = stop
        self.bar = bar
        self.task: TaskID | None = None
        self.began = self.last_line = time.monotonic()
        self.reached: dict[tuple[int, int], float] = {}
        self.best: dict[tuple[int, int], float] = {}
        self.finished: set[tuple[int, int]] = set()
        self.resumed = 0.0
        """Share of the work that an earlier run did."""
        self.run = 0
        """Number of the run of all members; a cure starts another run."""

    def update(self, step: ProgressEvent) -> None:
        """Take one event of the training."""
        self.stop.check()
        if step.pilot:
            self.phase("Choosing how long to train")
            return
        self.total = step.of or self.total
        if step.run != self.run:
            self._begin_again(step.run)
        member = (step.fold, step.member)
        if step.done:
            self.finished.add(member)
            self.reached[member] = 1.0
            if step.resumed:
                self.resumed += 1.0 / self.total
                self.began = time.monotonic()
            elif self.bar is None:
                self._note_line(member, step.epoch)
        else:
            # A member that fails to learn is trained again from the start.
            self.reached[member] = max(self.reached.get(member, 0.0), step.epoch / step.epochs)
            if step.loss == step.loss:  # NaN for a member that leaves no rows out
                self.best[member] = min(step.loss, self.best.get(member, step.loss))
        if self.bar is not None:
            self._draw(step)

    def _begin_again(self, run: int) -> None:
        """Start again: all members are trained with a cure."""
        self.run, self.resumed, self.began = run, 0.0, time.monotonic()
        self.reached.clear()
        self.best.clear()
        self.finished.clear()
        if self.bar is None:
            note("Healing: all members are trained again with a cure.")

    @property
    def done(self) -> float:
        """Share of the planned work that is done, from 0 to 1."""
        return min(1.0, sum(self.reached.values()) / self.total)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest takes at the speed so far; None while too little is done."""
        done = self.done - self.resumed
        if done < LEAST_DONE:
            return None
        return (time.monotonic() - self.began) * (1.0 - self.done) / done

    def phase(self, text: str) -> None:
        """Show what happens before and after training: reading, writing."""
        if self.bar is not None:
            if self.task is None:
                self.task = self.bar.add_task(text, total=None)
            self.bar.update(self.task, description=text)

    def _note_line(self, member: tuple[int, int], epochs: int) -> None:
        now = time.monotonic()
        if now - self.last_line < SECONDS_BETWEEN_LINES:
            return
        self.last_line = now
        left = self.seconds_left
        rest = f", about {clock(left)} left" if left and len(self.finished) < self.total else ""
        loss = f", log-loss {self.best[member]:.4f}" if member in self.best else ""
        note(
            f"trained {len(self.finished)} of {self.total} members"
            f" (fold {member[0] + 1}: {epochs} epochs{loss}){rest}"
        )

    def _draw(self, step: ProgressEvent) -> None:
        assert self.bar is not None
        left = self.seconds_left
        mean = sum(self.best.values()) / len(self.best) if self.best else None
        parts = [
            f"{len(self.finished)}/{self.total} members",
            f"fold {step.fold + 1} epoch {step.epoch}/{step.epochs}" if not step.done else "",
            f"log-loss {mean:.4f}" if mean is not None else "",
            f"{clock(left)} left" if left is not None else "",
        ]
        text = ("Healing: " if self.run else "Training: ") + ", ".join(
            part for part in parts if part
        )
        if self.task is None:
            self.task = self.bar.add_task(text, total=None)
        self.bar.update(self.task, description=text, total=1.0, completed=self.done)


def clock(seconds: float) -> str:
    """Minutes and seconds, such as ``1:05``."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


@contextmanager
def training_progress(total: int, stop: StopRequest) -> Iterator[TrainingProgress]:
    """Show the progress of ``total`` members; the line is live if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield TrainingProgress(total, stop)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield TrainingProgress(total, stop, bar)


def note_compiling() -> None:
    """Print a note if the training kernels must be compiled, because no cache holds them."""
    from trueodds.training.compiled import kept_kernels

    if kept_kernels() == "to compile":
        note("First run on this machine: compiling the training kernels (once, under a minute).")
