"""Members are trained in this process, in several worker processes, or on a Ray cluster.

The bits are the same whichever it is. Each worker trains one member at a time on one BLAS thread.
A worker is a new process (`trueodds.launch`), not a fork: a fork copies threads half and can hang.
The caller's script needs no ``__main__`` guard.
"""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace

from threadpoolctl import threadpool_limits

from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.process import cannot_write
from trueodds.execution.progress import OutOfTimeError, ProgressCallback, ProgressEvent
from trueodds.execution.ray_run import RayRun
from trueodds.execution.work_folder import WorkFolder
from trueodds.execution.workers import Workers
from trueodds.launch import can_start
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe


def train_members(
    data: TrainingData,
    recipe: Recipe,
    seed: int,
    jobs: int,
    members: Sequence[Order],
    callback: ProgressCallback | None = None,
    work: WorkFolder | None = None,
    ray: RayRun | None = None,
    workers: Workers | None = None,
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
    workers
        The processes of the run, of the same data, seed and ``work``; None: some of its own.

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
        trained = None if checkpoints is None else checkpoints.load(order)
        if trained is not None:
            finished[order] = trained
            report(ProgressEvent(**trained.record.last_event(), resumed=True))
    rest = [order for order in members if order not in finished]
    jobs = min(jobs, len(rest)) if can_start() else 1
    if ray is not None and rest:
        finished |= ray.train(recipe, rest, report)
    elif jobs > 1:
        own = Workers(data, seed, work) if workers is None else nullcontext(workers)
        with own as several:
            if several.can_share():
                finished |= several.train(recipe, jobs, rest, report)
            else:
                finished |= _train_in_this_process(data, recipe, seed, rest, report, checkpoints)
    else:
        finished |= _train_in_this_process(data, recipe, seed, rest, report, checkpoints)
    return [finished[order] for order in members if order in finished]


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
                    checkpoints.save(trained, order)
                except OSError as error:
                    raise cannot_write(checkpoints.folder, error.strerror) from None
            finished[order] = trained
            callback(ProgressEvent(**trained.record.last_event()))
    return finished
