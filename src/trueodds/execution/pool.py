"""Members are trained in this process, or in several worker processes: the same bits either way.

Each worker trains one member at a time on one BLAS thread. A worker is a new process
(`trueodds.launch`), not a fork: a fork copies threads half and can hang. The caller's
script needs no ``__main__`` guard.
"""

import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from threadpoolctl import threadpool_limits

from trueodds.errors import TrainingError
from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.progress import OutOfTimeError, ProgressCallback, ProgressEvent
from trueodds.execution.shared_data import save_data
from trueodds.execution.work_folder import WorkFolder
from trueodds.files import new_file
from trueodds.launch import can_start, command, environment, path_line
from trueodds.training.data import TrainingData
from trueodds.training.heal import train_with_care
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

WORKER = command()
ONE_THREAD = dict.fromkeys(
    [f"{name}_NUM_THREADS" for name in ("OPENBLAS", "MKL", "BLIS", "OMP", "NUMBA")], "1"
) | {"VECLIB_MAXIMUM_THREADS": "1"}


class Order(NamedTuple):
    """A member to train for ``until`` epochs; 0 or `SHORT` trains a pilot."""

    fold: int
    member: int
    until: int = 0
    seconds: float = 0.0
    """A pilot ends at its first evaluation after so many seconds; 0 has no limit."""

    @property
    def key(self) -> tuple[int, int, int]:
        """What names the member's file."""
        return self[:3]


SHORT = -1
"""`Order.until` of a pilot with `Order.seconds`: no other run takes its file for a full pilot's."""


def train_members(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    members: Sequence[Order],
    callback: ProgressCallback | None = None,
    work: WorkFolder | None = None,
) -> list[TrainedMember]:
    """Train some members and return them in the same order; fewer if the callback ends it.

    Parameters
    ----------
    jobs
        Most processes; 1 trains in this process. The result does not depend on it.
    callback
        Called at every evaluation, in this process and thread. It may raise `OutOfTimeError`.
    work
        Keeps each member as soon as it is finished. Members that an earlier run has finished are
        not trained again.

    Raises
    ------
    TrainingError
        If a worker process ends early or the disk is full.
    """

    def report(event: ProgressEvent) -> None:
        if callback is not None:
            callback(replace(event, of=len(members)))

    checkpoints = None if work is None else work.checkpoints.of(recipe, seed)
    finished: dict[Order, TrainedMember] = {}
    for order in members:
        trained = None if checkpoints is None else checkpoints.load(*order.key)
        if trained is not None:
            finished[order] = trained
            report(ProgressEvent(**trained.record.last_event(), resumed=True))
    rest = [order for order in members if order not in finished]
    jobs = min(jobs, len(rest)) if can_start() else 1
    if jobs <= 1:
        finished |= _train_in_this_process(data, recipe, seed, rest, report, checkpoints)
    elif work is not None and checkpoints is not None:
        folder = work.arrays
        finished |= _train_in_workers(data, recipe, seed, jobs, rest, report, folder, checkpoints)
    elif (temporary := _temporary_folder()) is not None:
        with temporary as name:
            folder = Path(name)
            checkpoints = Checkpoints(folder)
            finished |= _train_in_workers(
                data, recipe, seed, jobs, rest, report, folder, checkpoints
            )
    else:  # no folder through which workers could map the arrays
        finished |= _train_in_this_process(data, recipe, seed, rest, report, checkpoints)
    return [finished[order] for order in members if order in finished]


def _temporary_folder() -> "tempfile.TemporaryDirectory[str] | None":
    """A folder for one run; None if no folder can be written to."""
    try:
        return tempfile.TemporaryDirectory(prefix="trueodds-")
    except OSError:
        return None


def _train_in_this_process(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    members: list[Order],
    callback: ProgressCallback,
    checkpoints: Checkpoints | None,
) -> dict[Order, TrainedMember]:
    finished: dict[Order, TrainedMember] = {}
    with threadpool_limits(limits=1), suppress(OutOfTimeError):
        for order in members:

            def report(epoch: int, epochs: int, loss: float, at: Order = order) -> None:
                callback(ProgressEvent(at.fold, at.member, epoch, epochs, loss))

            task = data.task(order.fold, order.member)
            until = order.until if order.until > 0 else None
            trained = train_with_care(task, recipe, seed, until, report, order.seconds)
            if checkpoints is not None:
                try:
                    checkpoints.save(trained, order.until)
                except OSError as error:
                    raise _cannot_write(checkpoints.folder, error.strerror) from None
            finished[order] = trained
            callback(ProgressEvent(**trained.record.last_event()))
    return finished


def _train_in_workers(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    members: list[Order],
    callback: ProgressCallback,
    arrays: Path,
    checkpoints: Checkpoints,
) -> dict[Order, TrainedMember]:
    """Train in processes that map the arrays from a folder and save their members in another."""
    try:
        save_data(arrays, data, recipe, seed)
    except OSError as error:
        raise _cannot_write(arrays, error.strerror) from None
    stopped = True
    with suppress(OutOfTimeError), _workers(arrays, checkpoints, jobs) as processes:
        _run(processes, list(members), callback, checkpoints.folder)
        stopped = False
    finished = {}
    for order in members:
        trained = checkpoints.load(*order.key)
        if trained is None and stopped:
            continue
        if trained is None:
            raise TrainingError(
                f"{checkpoints.path(*order.key)} has changed during training; run the same again"
            )
        finished[order] = trained
    return finished


def _cannot_write(folder: Path, reason: str | None) -> TrainingError:
    # NumPy does not say why it could not write all of an array.
    why = reason or "No space left on device"
    return TrainingError(f"{folder} cannot be written: {why}; free some space there")


@contextmanager
def _workers(
    arrays: Path, checkpoints: Checkpoints, count: int
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start workers; all of them have ended when the block has ended, however it ends."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for index in range(count):
            with new_file(arrays / f"worker{index}.log") as log:
                processes.append(
                    subprocess.Popen(
                        [*WORKER, str(arrays), str(checkpoints.folder), checkpoints.key],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=log,
                        text=True,
                        encoding="utf-8",
                        env=environment(ONE_THREAD),
                    )
                )
            _send(processes[-1], path_line())
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    # A line that an ended worker has not read cannot be flushed.
                    with suppress(OSError):
                        stream.close()


def _run(
    processes: list[subprocess.Popen[str]],
    waiting: list[Order],
    callback: ProgressCallback,
    members: Path,
) -> None:
    """Give each free worker the next member until all are finished.

    ``members`` is the folder of the finished members, for messages.
    """
    lines: queue.Queue[tuple[int, str]] = queue.Queue()

    def read(index: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        # The main thread closes the stream when training is stopped.
        with suppress(ValueError):
            for line in process.stdout:
                lines.put((index, line))
        lines.put((index, ""))

    for index, process in enumerate(processes):
        threading.Thread(target=read, args=(index, process), daemon=True).start()
    unfinished = len(waiting)
    for process in processes:
        _send_next(process, waiting)
    while unfinished:
        index, line = lines.get()
        if not line:
            raise _ended_early(processes[index], index)
        message = json.loads(line)
        if "unsaved" in message:
            raise _cannot_write(members, message["unsaved"])
        event = ProgressEvent(**message)
        if event.done:
            unfinished -= 1
            _send_next(processes[index], waiting)
        callback(event)


def _send_next(process: subprocess.Popen[str], waiting: list[Order]) -> None:
    if waiting and _send(process, " ".join(map(str, waiting[0])) + "\n"):
        del waiting[0]


def _send(process: subprocess.Popen[str], line: str) -> bool:
    """Write a line to a worker; False if it has ended: its reader thread reports that."""
    assert process.stdin is not None
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _ended_early(process: subprocess.Popen[str], index: int) -> TrainingError:
    code = process.wait()
    arrays = Path(str(process.args[len(WORKER)]))  # type: ignore[index]
    log = (arrays / f"worker{index}.log").read_text(encoding="utf-8", errors="replace").strip()
    if code < 0:
        reason = f"was ended by signal {-code}; is the memory full? Use fewer --jobs"
    else:
        reason = f"failed: {log.splitlines()[-1] if log else f'exit code {code}'}"
    return TrainingError(f"training worker {index + 1} {reason}")
