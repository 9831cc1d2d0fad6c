"""A function called as tasks of a Ray cluster, from the side of the process that wants the results.

As with `trueodds.execution.ray_run`, a process of its own is connected to the cluster
(`trueodds.execution.ray_each_driver`). Calls and results pass through files of a folder that only
this user can read.
"""

import json
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self, TypeVar

from trueodds.errors import TrainingError
from trueodds.execution.process import ChildProcess, Lines, cannot_write
from trueodds.execution.ray_address import lost
from trueodds.execution.ray_run import PATIENCE, remove_folder
from trueodds.launch import RAY_CALLER, can_start, command
from trueodds.machine import cores

T = TypeVar("T")


class RayEach:
    """Calls functions on Ray, see `trueodds.execution.each.Each`; within a ``with`` block.

    Parameters
    ----------
    on, jobs
        See `trueodds.execution.ray_run.RayRun`.
    """

    def __init__(self, on: str, jobs: int | None) -> None:
        self._on, self._cpus = on, jobs or cores()
        self._held = ExitStack()
        self._lines: Lines = SimpleQueue()

    def __enter__(self) -> Self:
        if not can_start():
            raise TrainingError("Ray needs a Python that can start another one")
        self._folder, home = self._temporary(), self._temporary()
        words = [*command(RAY_CALLER), self._on, str(self._cpus), str(home)]
        name = f"the connection to Ray ({self._on})"
        log = self._folder / "driver.log"
        self._driver = ChildProcess(words, log, name, self._lines, lost(self._on))
        return self

    def __exit__(self, *error: object) -> None:
        self._driver.end(0.0 if any(error) else PATIENCE)
        self._held.close()

    def __call__(
        self, function: Callable[..., T], given: tuple[Any, ...], calls: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, T]]:
        """Call a function; see `trueodds.execution.each.Each`.

        Raises
        ------
        TrainingError
            If the cluster cannot be had or is lost, or a call fails.
        """
        job = self._folder / "calls"
        try:
            job.write_bytes(pickle.dumps((function, given, calls)))
        except OSError as error:
            raise cannot_write(self._folder, error.strerror) from None
        self._driver.send(f"{job}\n")
        for _ in calls:
            _, line = self._lines.get()
            if not line:
                raise self._driver.ended_early()
            found = json.loads(line)
            if "unsaved" in found:
                raise cannot_write(self._folder, found["unsaved"])
            if "failed" in found:
                raise TrainingError(found["failed"])
            path = Path(found["result"])
            result: T = pickle.loads(path.read_bytes())
            path.unlink()
            yield found["number"], result

    def _temporary(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="trueodds-"))
        self._held.callback(remove_folder, folder)
        return folder
