"""A process that is the driver of a Ray cluster: it calls functions as tasks.

`trueodds.execution.ray_each` starts it. It reads from standard input the path of a file with a
function and its calls. It writes the results into files beside it, and a JSON line for each.
"""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from trueodds.execution.ray_talk import RETRIES, Write, driving, input_lines, parent_writer

STORE = 100_000_000
"""Bytes that the object store of a cluster on this machine has to hold: some parts of a table."""
AHEAD = 2
"""Calls in the cluster for each of its CPUs, so that results do not pile up there."""


def called(function: Callable[..., Any], given: tuple[Any, ...], call: tuple[Any, ...]) -> Any:
    """Call a function on one thread."""
    with threadpool_limits(limits=1):
        return function(*given, *call)


def main(on: str, cpus: str, folder: str) -> None:
    """Call functions until the input ends.

    Parameters
    ----------
    on, cpus, folder
        See `trueodds.execution.ray_talk.driving`.
    """
    write = parent_writer()
    lines = input_lines()
    with driving(on, int(cpus), Path(folder), STORE, write) as ray:
        while line := lines.get().strip():
            if not _call_all(ray, Path(line), write):
                return


def _call_all(ray: Any, job: Path, write: Write) -> bool:
    """Make the calls of a file; whether all results were written."""
    function, given, calls = pickle.loads(job.read_bytes())
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(called)
    shared = ray.put(given)
    waiting = list(enumerate(calls))[::-1]
    pending: dict[Any, int] = {}
    while waiting or pending:
        most = max(AHEAD, AHEAD * int(ray.cluster_resources().get("CPU", 0)))
        while waiting and len(pending) < most:
            number, call = waiting.pop()
            pending[task.remote(function, shared, call)] = number
        for done in ray.wait(list(pending))[0]:
            number = pending.pop(done)
            path = job.with_name(f"result{number}")
            try:
                path.write_bytes(pickle.dumps(ray.get(done)))
            except OSError as error:
                write({"unsaved": error.strerror})
                return False
            write({"number": number, "result": str(path)})
    return True
