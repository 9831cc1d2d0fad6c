"""What every driver of a Ray cluster does: it talks with its parent, and says what was lost."""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trueodds.errors import TrueOddsError
from trueodds.execution.ray_address import lost, ray_address
from trueodds.execution.ray_cluster import ray_cluster

RETRIES = 20
"""How often a task is run again because its worker or node has ended."""

Write = Callable[[dict[str, Any]], None]
"""Writes a message to the parent."""


def parent_writer() -> Write:
    """Prepare this process, and return what writes a JSON line to the parent."""
    # Ctrl-C reaches every process of the terminal's foreground; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever Ray prints must not come between the lines.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=out, flush=True)

    return write


def input_lines() -> "queue.SimpleQueue[str]":
    """The lines of the input as they come, and an empty one at its end."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


@contextmanager
def driving(on: str, cpus: int, folder: Path, size: int, write: Write) -> Iterator[Any]:
    """Within the block, ``ray`` is connected; what fails there becomes a message to the parent.

    Parameters are those of `trueodds.execution.ray_cluster.ray_cluster`.
    """
    try:
        with ray_cluster(ray_address(on), cpus, folder, size) as ray:
            try:
                yield ray
            except (ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
                write({"failed": _lost(ray, on, error)})
    except TrueOddsError as error:
        write({"failed": str(error)})


def _lost(ray: Any, on: str, error: Exception) -> str:
    """Why a task has no result."""
    errors = ray.exceptions
    cause = getattr(error, "cause", None)
    if isinstance(error, errors.RayTaskError):
        if isinstance(cause, TrueOddsError):
            return str(cause)
        return f"a task on Ray failed: {type(cause).__name__}: {cause}"
    ended = (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError)
    if isinstance(error, ended):
        return (
            f"the worker of a task was ended {RETRIES + 1} times; is the memory of the nodes "
            "full? Give Ray fewer CPUs a node"
        )
    return lost(on, (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip("."))
