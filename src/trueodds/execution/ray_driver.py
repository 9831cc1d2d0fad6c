"""A process that is the driver of a Ray cluster: it hands out members as tasks, and saves them.

`trueodds.execution.ray_run` starts it. Ray ends a driver whose cluster is lost, and changes how
signals are handled. So the driver is a process of its own. It reads from standard input the recipe
and the key of the members that follow (a JSON object), and `trueodds.execution.order.Order.line`
for each member. It writes JSON lines as a worker does, and ends when its input ends.
"""

import queue
from pathlib import Path
from typing import Any

import msgspec

from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.ray_talk import RETRIES, Write, driving, input_lines, parent_writer
from trueodds.execution.ray_task import Surroundings, train_on_node
from trueodds.execution.shared_data import load_data
from trueodds.training.recipe import Recipe

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
        See `trueodds.execution.ray_talk.driving`.
    """
    write = parent_writer()
    lines = input_lines()
    data, _, seed = load_data(Path(arrays))
    size = sum(path.stat().st_size for path in Path(arrays).glob("*.npy"))
    with driving(on, int(cpus), Path(folder), size, write) as ray:
        train = ray.remote(num_cpus=1, max_retries=RETRIES)(train_on_node)
        given = (ray.put(data), seed, ray.put(Surroundings.here()))
        del data
        _train_until_end(ray, train, given, Path(members), lines, write)


def _train_until_end(
    ray: Any,
    train: Any,
    given: tuple[Any, int, Any],
    members: Path,
    lines: "queue.SimpleQueue[str]",
    write: Write,
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
            said = checkpoints.kept(ray.get(done), order)
            write(said)
            if "unsaved" in said:
                return
