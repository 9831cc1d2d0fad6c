"""All members of all folds, side by side in processes: one member, one core, one BLAS thread.

Processes are plain ``python -m`` children, not forks: no ``__main__`` guard is needed in the
caller's script, and a fork's half-copied threads cannot hang. A short run stays in this process;
the result is the same bits either way.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from trueodds.errors import TrainingError
from trueodds.training.heal import train_with_care
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe
from trueodds.training.workspace import TrainingData, load_member, save_data

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
class Step:
    """A member's news: ``epoch`` of ``epochs`` done with this held-out log-loss.

    The last one has ``done``, the epochs that were run as both, and the least loss.
    """

    fold: int
    member: int
    epoch: int
    epochs: int
    loss: float
    done: bool = False


Listener = Callable[[Step], None]


def train_members(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    listener: Listener | None = None,
) -> list[TrainedMember]:
    """Train every member of every fold; the order of the result is fold by fold.

    Parameters
    ----------
    jobs
        Processes at once; 1 trains in this process. The result does not depend on it.
    listener
        Hears of every look at a held-out fold, in this process and thread.

    Raises
    ------
    TrainingError
        If a worker process dies.
    """
    members = [(fold, m) for fold in range(data.folds.count) for m in range(recipe.members)]
    listener = listener or (lambda step: None)
    if min(jobs, len(members)) <= 1:
        return _train_here(data, recipe, seed, members, listener)
    with tempfile.TemporaryDirectory(prefix="trueodds-") as name:
        folder = Path(name)
        save_data(folder, data, recipe, seed)
        with _workers(folder, min(jobs, len(members))) as processes:
            _serve(processes, list(members), listener)
        return [load_member(folder / f"member{fold}-{m}.npz") for fold, m in members]


def _train_here(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    members: list[tuple[int, int]],
    listener: Listener,
) -> list[TrainedMember]:
    trained = []
    with threadpool_limits(limits=1):
        for fold, member in members:

            def tell(
                epoch: int, epochs: int, loss: float, at: tuple[int, int] = (fold, member)
            ) -> None:
                listener(Step(*at, epoch, epochs, loss))

            trained.append(train_with_care(data.task(fold, member), recipe, seed, tell))
            listener(Step(**trained[-1].record.last_news()))
    return trained


@contextmanager
def _workers(folder: Path, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start workers; whatever happens, none is left when the block ends."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for index in range(count):
            with (folder / f"worker{index}.log").open("w") as log:
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "trueodds.training.worker", str(folder)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=log,
                        text=True,
                        encoding="utf-8",
                        env={**os.environ, **ONE_THREAD},
                    )
                )
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
    processes: list[subprocess.Popen[str]], waiting: list[tuple[int, int]], listener: Listener
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
        step = Step(**json.loads(line))
        if step.done:
            open_members -= 1
            _hand_out(processes[index], waiting)
        listener(step)


def _hand_out(process: subprocess.Popen[str], waiting: list[tuple[int, int]]) -> None:
    if not waiting:
        return
    fold, member = waiting.pop(0)
    assert process.stdin is not None
    try:
        process.stdin.write(f"{fold} {member}\n")
        process.stdin.flush()
    except BrokenPipeError:
        # Its reader thread reports the death with the reason.
        waiting.insert(0, (fold, member))


def _death(process: subprocess.Popen[str], index: int) -> TrainingError:
    code = process.wait()
    folder = Path(str(process.args[-1]))  # type: ignore[index]
    log = (folder / f"worker{index}.log").read_text(encoding="utf-8", errors="replace").strip()
    if code < 0:
        reason = f"was ended by signal {-code}; is the memory full? Use fewer --jobs"
    else:
        reason = f"failed: {log.splitlines()[-1] if log else f'exit code {code}'}"
    return TrainingError(f"training worker {index + 1} {reason}")
