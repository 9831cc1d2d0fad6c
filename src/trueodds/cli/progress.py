"""How far training is: a live line on a terminal, a sparse plain line a fold elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueodds.cli.console import note
from trueodds.cli.stop import StopRequest
from trueodds.execution.pool import ProgressEvent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ENOUGH_TO_TELL = 0.05
"""Share of the work after which the time left is worth saying."""

SECONDS_BETWEEN_LINES = 5.0
"""A log gets a line when a member is done, but not more often than this."""


class TrainingProgress:
    """Listens to training; `share` and `seconds_left` are its reckoning.

    ``total`` members are planned; a table with few rows of a class may get fewer folds, and
    members stop early, so the share of work done is a cautious guess; it only ever falls when a
    cure trains all members again.
    """

    def __init__(self, total: int, stop: StopRequest, bar: "Progress | None" = None) -> None:
        self.total = total
        self.stop = stop
        self.bar = bar
        self.task: TaskID | None = None
        self.began = self.told = time.monotonic()
        self.reached: dict[tuple[int, int], float] = {}
        self.best: dict[tuple[int, int], float] = {}
        self.finished: set[tuple[int, int]] = set()
        self.given = 0.0
        """Share of the work that an earlier run has done."""
        self.run = 0
        """Which run of all members it is: a cure trains them again."""

    def hear(self, step: ProgressEvent) -> None:
        """Take one step's news."""
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
                self.given += 1.0 / self.total
                self.began = time.monotonic()
            elif self.bar is None:
                self._tell_line(member, step.epoch)
        else:
            # A member that fails to learn is trained again from the start.
            self.reached[member] = max(self.reached.get(member, 0.0), step.epoch / step.epochs)
            if step.loss == step.loss:  # a member that leaves no rows out has none
                self.best[member] = min(step.loss, self.best.get(member, step.loss))
        if self.bar is not None:
            self._draw(step)

    def _begin_again(self, run: int) -> None:
        """All members are trained once more, to heal what they share."""
        self.run, self.given, self.began = run, 0.0, time.monotonic()
        self.reached.clear()
        self.best.clear()
        self.finished.clear()
        if self.bar is None:
            note("Healing: all members are trained again with a cure.")

    @property
    def share(self) -> float:
        """Share of the planned work that is done, 0 to 1."""
        return min(1.0, sum(self.reached.values()) / self.total)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest takes at the pace so far; None while that is a mere guess."""
        done = self.share - self.given
        if done < ENOUGH_TO_TELL:
            return None
        return (time.monotonic() - self.began) * (1.0 - self.share) / done

    def phase(self, text: str) -> None:
        """Say what goes on beside training: reading, writing."""
        if self.bar is not None:
            if self.task is None:
                self.task = self.bar.add_task(text, total=None)
            self.bar.update(self.task, description=text)

    def _tell_line(self, member: tuple[int, int], epochs: int) -> None:
        now = time.monotonic()
        if now - self.told < SECONDS_BETWEEN_LINES:
            return
        self.told = now
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
        self.bar.update(self.task, description=text, total=1.0, completed=self.share)


def clock(seconds: float) -> str:
    """Minutes and seconds, such as ``1:05``."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


@contextmanager
def training_progress(total: int, stop: StopRequest) -> Iterator[TrainingProgress]:
    """Progress for ``total`` members, live when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield TrainingProgress(total, stop)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield TrainingProgress(total, stop, bar)


def tell_compiling() -> None:
    """Say once that the training kernels are about to be compiled, when no folder holds them."""
    from trueodds.training.compiled import kept_kernels

    if kept_kernels() == "to compile":
        note("First run on this machine: compiling the training kernels (once, under a minute).")
