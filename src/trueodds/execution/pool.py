"""All members of all folds, side by side in processes: one member, one core, one BLAS thread.

Processes are plain children (`trueodds.execution.launch`), not forks: no ``__main__`` guard is
needed in the caller's script, and a fork's half-copied threads cannot hang. A short run stays in
this process; the result is the same bits either way.
"""

import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from threadpoolctl import threadpool_limits

from trueodds.errors import TrainingError
from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.launch import can_start, command, environment, told_path
from trueodds.execution.shared_data import save_data
from trueodds.execution.work_folder import WorkFolder
from trueodds.files import new_file
from trueodds.training.data import TrainingData
from trueodds.training.heal import train_with_care
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

WORKER = command()
ONE_THREAD = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "OMP_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)


@dataclass(frozen=True)
class ProgressEvent:
    """A member's news: ``epoch`` of ``epochs`` done with this held-out log-loss.

    The last one has ``done``, the epochs that were run as both, and the least loss.
    """

    fold: int
    member: int
    epoch: int
    epochs: int
    loss: float
    done: bool = False
    resumed: bool = False
    """An earlier run, or the pilot, has trained it."""
    of: int = 0
    """Members of the whole run; 0 where that is not known."""
    run: int = 0
    """Which run of all members it is: above 0 they are trained again with a cure."""
    pilot: bool = False
    """It is trained to choose how long to train, see `trueodds.training.pilot`."""


ProgressCallback = Callable[[ProgressEvent], None]


class Order(NamedTuple):
    """A member to train: for so many epochs, or as a pilot where ``until`` is 0."""

    fold: int
    member: int
    until: int = 0


def train_members(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    members: Sequence[Order],
    callback: ProgressCallback | None = None,
    work: WorkFolder | None = None,
) -> list[TrainedMember]:
    """Train some members; the result is in the same order.

    Parameters
    ----------
    jobs
        Processes at once; 1 trains in this process. The result does not depend on it.
    callback
        Hears of every look at a held-out fold, in this process and thread.
    work
        Where finished members are kept as they come, and those of an earlier run are found.

    Raises
    ------
    TrainingError
        If a worker process dies or the disk is full.
    """

    def tell(step: ProgressEvent) -> None:
        if callback is not None:
            callback(replace(step, of=len(members)))

    kept = None if work is None else work.checkpoints.of(recipe, seed)
    found: dict[Order, TrainedMember] = {}
    for at in members:
        trained = None if kept is None else kept.load(*at)
        if trained is not None:
            found[at] = trained
            tell(ProgressEvent(**trained.record.last_news(), resumed=True))
    waiting = [at for at in members if at not in found]
    jobs = min(jobs, len(waiting)) if can_start() else 1
    if jobs <= 1:
        found |= _train_here(data, recipe, seed, waiting, tell, kept)
    elif work is not None and kept is not None:
        found |= _train_there(data, recipe, seed, jobs, waiting, tell, work.arrays, kept)
    elif (temporary := _temporary_folder()) is not None:
        with temporary as name:
            folder = Path(name)
            mine = Checkpoints(folder)
            found |= _train_there(data, recipe, seed, jobs, waiting, tell, folder, mine)
    else:  # no folder to hand arrays to workers in
        found |= _train_here(data, recipe, seed, waiting, tell, kept)
    return [found[at] for at in members]


def _temporary_folder() -> "tempfile.TemporaryDirectory[str] | None":
    """A folder for one run, None where no folder can be written to."""
    try:
        return tempfile.TemporaryDirectory(prefix="trueodds-")
    except OSError:
        return None


def _train_here(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    members: list[Order],
    callback: ProgressCallback,
    kept: Checkpoints | None,
) -> dict[Order, TrainedMember]:
    trained = {}
    with threadpool_limits(limits=1):
        for order in members:

            def tell(epoch: int, epochs: int, loss: float, at: Order = order) -> None:
                callback(ProgressEvent(at.fold, at.member, epoch, epochs, loss))

            made = trained[order] = train_with_care(
                data.task(order.fold, order.member), recipe, seed, order.until or None, tell
            )
            if kept is not None:
                try:
                    kept.save(made, order.until)
                except OSError as error:
                    raise _unsaved(kept.folder, error.strerror) from None
            callback(ProgressEvent(**made.record.last_news()))
    return trained


def _train_there(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    members: list[Order],
    callback: ProgressCallback,
    arrays: Path,
    kept: Checkpoints,
) -> dict[Order, TrainedMember]:
    """Train in processes that map the arrays from a folder and leave their members in another."""
    try:
        save_data(arrays, data, recipe, seed)
    except OSError as error:
        raise _unsaved(arrays, error.strerror) from None
    with _workers(arrays, kept, jobs) as processes:
        _serve(processes, list(members), callback, kept.folder)
    trained = {at: kept.load(*at) for at in members}
    for at, made in trained.items():
        if made is None:
            raise TrainingError(
                f"{kept.path(*at)} was changed while training went on; run the same again"
            )
    return {at: made for at, made in trained.items() if made is not None}


def _unsaved(folder: Path, reason: str | None) -> TrainingError:
    # NumPy does not say why it could not write all of an array.
    why = reason or "No space left on device"
    return TrainingError(f"{folder} cannot be written: {why}; free some space there")


@contextmanager
def _workers(arrays: Path, kept: Checkpoints, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start workers; whatever happens, none is left when the block ends."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for index in range(count):
            with new_file(arrays / f"worker{index}.log") as log:
                processes.append(
                    subprocess.Popen(
                        [*WORKER, str(arrays), str(kept.folder), kept.key],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=log,
                        text=True,
                        encoding="utf-8",
                        env=environment(ONE_THREAD),
                    )
                )
            _tell(processes[-1], told_path())
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    # What was meant for a dead worker cannot be flushed.
                    with suppress(OSError):
                        stream.close()


def _serve(
    processes: list[subprocess.Popen[str]],
    waiting: list[Order],
    callback: ProgressCallback,
    kept: Path,
) -> None:
    """Hand out members, longest wait first, until all are done."""
    news: queue.Queue[tuple[int, str]] = queue.Queue()

    def read(index: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        # The stream is closed under this thread when the training stops.
        with suppress(ValueError):
            for line in process.stdout:
                news.put((index, line))
        news.put((index, ""))

    for index, process in enumerate(processes):
        threading.Thread(target=read, args=(index, process), daemon=True).start()
    open_members = len(waiting)
    for process in processes:
        _hand_out(process, waiting)
    while open_members:
        index, line = news.get()
        if not line:
            raise _death(processes[index], index)
        told = json.loads(line)
        if "unsaved" in told:
            raise _unsaved(kept, told["unsaved"])
        step = ProgressEvent(**told)
        if step.done:
            open_members -= 1
            _hand_out(processes[index], waiting)
        callback(step)


def _hand_out(process: subprocess.Popen[str], waiting: list[Order]) -> None:
    if not waiting:
        return
    if _tell(process, " ".join(map(str, waiting[0])) + "\n"):
        del waiting[0]


def _tell(process: subprocess.Popen[str], line: str) -> bool:
    """Write to a worker; False when it has died: its reader thread reports the reason."""
    assert process.stdin is not None
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _death(process: subprocess.Popen[str], index: int) -> TrainingError:
    code = process.wait()
    arrays = Path(str(process.args[len(WORKER)]))  # type: ignore[index]
    log = (arrays / f"worker{index}.log").read_text(encoding="utf-8", errors="replace").strip()
    if code < 0:
        reason = f"was ended by signal {-code}; is the memory full? Use fewer --jobs"
    else:
        reason = f"failed: {log.splitlines()[-1] if log else f'exit code {code}'}"
    return TrainingError(f"training worker {index + 1} {reason}")
