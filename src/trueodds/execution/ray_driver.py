"""A process that is the driver of a Ray cluster: it hands out members as tasks, and saves them.

`trueodds.execution.ray_run` starts it. Ray ends a driver whose cluster is lost, and changes how
signals are handled. So the driver is a process of its own. It reads from standard input the recipe
and the key of the members that follow (a JSON object), and `trueodds.execution.order.Order.line`
for each member. It writes JSON lines as a worker does, and ends when its input ends.
"""

import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from trueodds.errors import TrainingError, TrueOddsError
from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.ray_address import ray_address
from trueodds.execution.ray_cluster import ray_cluster
from trueodds.execution.ray_task import Surroundings, train_on_node
from trueodds.execution.shared_data import load_data
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe

RETRIES = 20
"""How often a member is trained again because its worker or node has ended."""
PAUSE = 0.2
"""Seconds between two looks at the input."""


class Plan(msgspec.Struct):
    """What the orders that follow have in common."""

    key: str
    recipe: Recipe


def main(arrays: str, members: str, on: str, cpus: str, folder: str) -> None:
    """Train members until the input ends.

    Parameters
    ----------
    arrays, members
        Folders of the shared arrays and of the finished members.
    on, cpus, folder
        See `trueodds.execution.ray_cluster.ray_cluster`.
    """
    # Ctrl-C reaches every process of the terminal's foreground; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever Ray prints must not come between the lines.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=out, flush=True)

    lines = _input_lines()
    try:
        data, _, seed = load_data(Path(arrays))
        size = sum(path.stat().st_size for path in Path(arrays).glob("*.npy"))
        with ray_cluster(ray_address(on), int(cpus), Path(folder), size) as ray:
            try:
                train = ray.remote(num_cpus=1, max_retries=RETRIES)(train_on_node)
                given = (ray.put(data), seed, ray.put(Surroundings.here()))
                del data
                _train_until_end(ray, train, given, Path(members), lines, write)
            except (ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
                write({"failed": _lost(ray, on, error)})
    except TrueOddsError as error:
        write({"failed": str(error)})


def _input_lines() -> "queue.SimpleQueue[str]":
    """The lines of the input as they come, and an empty one at its end."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


def _train_until_end(
    ray: Any,
    train: Any,
    given: tuple[Any, int, Any],
    members: Path,
    lines: "queue.SimpleQueue[str]",
    write: Any,
) -> None:
    data, seed, here = given
    plan, recipe = None, None
    pending: dict[Any, tuple[Order, Checkpoints]] = {}
    while True:
        while not pending or not lines.empty():
            line = lines.get()
            if not line:
                return
            if line.startswith("{"):
                plan = msgspec.json.decode(line, type=Plan)
                recipe = ray.put(plan.recipe)
                continue
            assert plan is not None
            order = Order.of_line(line)
            checkpoints = Checkpoints(members, plan.key)
            pending[train.remote(data, recipe, seed, order, here)] = order, checkpoints
        for done in ray.wait(list(pending), timeout=PAUSE)[0]:
            order, checkpoints = pending.pop(done)
            trained: TrainedMember = ray.get(done)
            try:
                checkpoints.save(trained, order.until)
            except OSError as error:
                write({"unsaved": error.strerror})
                return
            write(trained.record.last_event())


def _lost(ray: Any, on: str, error: Exception) -> str:
    """Why a member could not be trained."""
    errors = ray.exceptions
    cause = getattr(error, "cause", None)
    if isinstance(error, errors.RayTaskError):
        if isinstance(cause, TrainingError):
            return str(cause)
        return f"a training task on Ray failed: {type(cause).__name__}: {cause}"
    ended = (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError)
    if isinstance(error, ended):
        return (
            f"the worker of a network was ended {RETRIES + 1} times; is the memory of the nodes "
            "full? Give Ray fewer CPUs a node"
        )
    where = "on this machine" if on == "ray" else f"at {on}"
    why = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return f"the Ray cluster {where} was lost: {why}; run the same command again when it is back"
