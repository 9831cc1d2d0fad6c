"""Worker processes of one run, kept from its pilots to its last member.

A worker takes a second or two to start: it imports the package and loads the compiled kernels. So
the trainings of a run share their workers, as long as the recipe is the same.
"""

import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.process import ChildProcess, Lines, cannot_write, run_orders
from trueodds.execution.progress import OutOfTimeError, ProgressCallback
from trueodds.execution.shared_data import save_data
from trueodds.execution.work_folder import WorkFolder
from trueodds.launch import command
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

WORKER = command()


@dataclass(eq=False)
class Workers:
    """Trains members in processes; within a ``with`` block, whose end ends them all."""

    data: TrainingData
    seed: int
    work: WorkFolder | None
    _held: ExitStack = field(default_factory=ExitStack)
    _folder: Path | None = None
    """The arrays, and the members of a run without a work folder."""
    _processes: list[ChildProcess] = field(default_factory=list)
    _lines: Lines = field(default_factory=SimpleQueue)
    _key: str = ""
    """Names what the processes train, as `Checkpoints.key` does."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        self._held.close()

    def can_share(self) -> bool:
        """Whether there is a folder through which processes could map the arrays."""
        if self._folder is None and self.work is not None:
            self._folder = self.work.arrays
        if self._folder is None:
            with suppress(OSError):
                temporary = tempfile.TemporaryDirectory(prefix="trueodds-")
                self._folder = Path(self._held.enter_context(temporary))
        return self._folder is not None

    def train(
        self, recipe: Recipe, jobs: int, orders: list[Order], callback: ProgressCallback
    ) -> dict[Order, TrainedMember]:
        """Train members in ``jobs`` processes, fewer members if the callback ends it.

        `can_share` must be true.

        Raises
        ------
        TrainingError
            If a process ends early or the disk is full.
        """
        assert self._folder is not None
        of_run = Checkpoints(self._folder) if self.work is None else self.work.checkpoints
        checkpoints = of_run.of(recipe, self.seed)
        if checkpoints.key != self._key:
            self._end()
            self._key = checkpoints.key
            try:
                save_data(self._folder, self.data, recipe, self.seed)
            except OSError as error:
                raise cannot_write(self._folder, error.strerror) from None
        while len(self._processes) < jobs:
            self._start(self._folder, checkpoints)
        stopped = True
        with suppress(OutOfTimeError):
            processes = self._processes[:jobs]
            run_orders(processes, self._lines, orders, callback, checkpoints.folder)
            stopped = False
        if stopped:  # some are amid a member; the next call starts others
            self._end()
        return checkpoints.of_orders(orders, stopped=stopped)

    def _start(self, arrays: Path, checkpoints: Checkpoints) -> None:
        words = [*WORKER, str(arrays), str(checkpoints.folder), checkpoints.key]
        number = len(self._processes) + 1
        log = arrays / f"worker{number - 1}.log"
        self._processes.append(ChildProcess(words, log, f"training worker {number}", self._lines))

    def _end(self) -> None:
        """End all processes; what they still say is not heard."""
        for process in self._processes:
            process.end()
        self._processes, self._lines, self._key = [], SimpleQueue(), ""
