"""Members are trained in this process, in several worker processes, or on a Ray cluster.

The bits are the same whichever it is. Each worker trains one member at a time on one BLAS thread.
A worker is a new process (`trueodds.launch`), not a fork: a fork copies threads half and can hang.
The caller's script needs no ``__main__`` guard.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from threadpoolctl import threadpool_limits

from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.process import ChildProcess, Lines, cannot_write, run_orders
from trueodds.execution.progress import OutOfTimeError, ProgressCallback, ProgressEvent
from trueodds.execution.ray_run import RayRun
from trueodds.execution.shared_data import save_data
from trueodds.execution.work_folder import WorkFolder
from trueodds.launch import can_start, command
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

WORKER = command()


def train_members(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    members: Sequence[Order],
    callback: ProgressCallback | None = None,
    work: WorkFolder | None = None,
    ray: RayRun | None = None,
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
    ray
        Trains the members if given.

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
    if ray is not None and rest:
        finished |= ray.train(recipe, rest, report)
    elif jobs <= 1:
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

            trained = order.trained(data, recipe, seed, report)
            if checkpoints is not None:
                try:
                    checkpoints.save(trained, order.until)
                except OSError as error:
                    raise cannot_write(checkpoints.folder, error.strerror) from None
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
        raise cannot_write(arrays, error.strerror) from None
    stopped = True
    with suppress(OutOfTimeError), _workers(arrays, checkpoints, jobs) as (processes, lines):
        run_orders(processes, lines, members, callback, checkpoints.folder)
        stopped = False
    return checkpoints.of_orders(members, stopped=stopped)


@contextmanager
def _workers(
    arrays: Path, checkpoints: Checkpoints, count: int
) -> Iterator[tuple[list[ChildProcess], Lines]]:
    """Start workers; all of them have ended when the block has ended, however it ends."""
    processes: list[ChildProcess] = []
    lines: Lines = SimpleQueue()
    words = [*WORKER, str(arrays), str(checkpoints.folder), checkpoints.key]
    try:
        for index in range(count):
            log, name = arrays / f"worker{index}.log", f"training worker {index + 1}"
            processes.append(ChildProcess(words, log, name, lines))
        yield processes, lines
    finally:
        for process in processes:
            process.end()
