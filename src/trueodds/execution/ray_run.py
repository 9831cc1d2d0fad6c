"""The members of a run on a Ray cluster, from the side of the process that wants them.

A process of its own is connected to the cluster (`trueodds.execution.ray_driver`): this one never
imports Ray, and lives on when the cluster is lost. The training data goes into the cluster once.
"""

import shutil
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Self

import msgspec

from trueodds.errors import TrainingError
from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.process import ChildProcess, Lines, cannot_write, run_orders
from trueodds.execution.progress import OutOfTimeError, ProgressCallback
from trueodds.execution.ray_address import lost
from trueodds.execution.shared_data import save_data
from trueodds.execution.work_folder import WorkFolder
from trueodds.launch import RAY_TRAINER, can_start, command
from trueodds.machine import cores
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

PATIENCE = 20.0
"""Seconds that a driver has to stop its cluster."""


@dataclass(eq=False)
class RayRun:
    """Trains members on Ray; within a ``with`` block, whose end stops what was started."""

    on: str
    """See `trueodds.execution.ray_address.ray_address`."""
    data: TrainingData
    seed: int
    jobs: int | None
    """Members that are trained at the same time; None leaves it to the cluster."""
    work: WorkFolder | None
    _held: ExitStack = field(default_factory=ExitStack)
    _driver: ChildProcess | None = None
    _folders: tuple[Path, Checkpoints] | None = None
    """The arrays and the members of a run without a work folder."""
    _lines: Lines = field(default_factory=SimpleQueue)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        patience = 0.0 if any(error) else PATIENCE
        if self._driver is not None:
            self._driver.end(patience)
        self._held.close()

    def train(
        self, recipe: Recipe, orders: list[Order], callback: ProgressCallback
    ) -> dict[Order, TrainedMember]:
        """Train members, fewer if the callback ends it; it is called when a member is finished.

        Raises
        ------
        TrainingError
            If the cluster cannot be had, is lost, or would give other bits than this machine.
        """
        driver, members = self._started(recipe)
        checkpoints = members.of(recipe, self.seed)
        plan = {"key": checkpoints.key, "recipe": recipe}
        driver.send(msgspec.json.encode(plan).decode() + "\n")
        stopped = True
        with suppress(OutOfTimeError):
            at_once = self.jobs or len(orders)
            run_orders([driver], self._lines, orders, callback, members.folder, at_once)
            stopped = False
        if stopped:  # the next call starts another driver
            driver.end()
            self._driver = None
        return checkpoints.of_orders(orders, stopped=stopped)

    def _started(self, recipe: Recipe) -> tuple[ChildProcess, Checkpoints]:
        """Return the driver, started if need be, and where it saves members."""
        if not can_start():
            raise TrainingError("training on Ray needs a Python that can start another one")
        if self.work is not None:
            arrays, members = self.work.arrays, self.work.checkpoints
        else:
            if self._folders is None:
                self._folders = self._temporary(), Checkpoints(self._temporary())
            arrays, members = self._folders
        if self._driver is None:
            try:
                save_data(arrays, self.data, recipe, self.seed)
            except OSError as error:
                raise cannot_write(arrays, error.strerror) from None
            self._lines = SimpleQueue()
            folders = [str(path.resolve()) for path in (arrays, members.folder)]
            cpus = str(self.jobs or cores())
            words = [*command(RAY_TRAINER), *folders, self.on, cpus, str(self._temporary())]
            name = f"the connection to Ray ({self.on})"
            log = arrays / "worker0.log"
            self._driver = ChildProcess(words, log, name, self._lines, lost(self.on))
        return self._driver, members

    def _temporary(self) -> Path:
        """Make a folder that is deleted at the end; a short name, as sockets need it."""
        folder = Path(tempfile.mkdtemp(prefix="trueodds-"))
        self._held.callback(remove_folder, folder)
        return folder


def remove_folder(folder: Path) -> None:
    """Delete a folder in which processes of a cluster that is ending may still write."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
