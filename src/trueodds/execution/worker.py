"""A worker process: trains the members it is told of, one at a time, on one BLAS thread.

Started by `trueodds.execution.pool` through `trueodds.execution.launch`, with three arguments: the
folder of the shared arrays, that of the finished members, and the run's key. It reads
"fold member until" lines from standard input and answers with JSON lines on standard output; it
ends when its input ends, so it never outlives the parent.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.shared_data import load_data
from trueodds.training.heal import train_with_care


def main(arrays: Path, kept: Checkpoints) -> None:
    """Serve one pool until its line goes quiet."""
    # Ctrl-C reaches the whole foreground group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    data, recipe, seed = load_data(arrays)
    for fold, member, until in _orders():

        def tell(
            epoch: int, epochs: int, loss: float, at: tuple[int, int] = (fold, member)
        ) -> None:
            message = {"fold": at[0], "member": at[1], "epoch": epoch, "epochs": epochs}
            print(json.dumps({**message, "loss": loss}), flush=True)

        trained = train_with_care(data.task(fold, member), recipe, seed, until or None, tell)
        try:
            kept.save(trained, until)
        except OSError as error:
            print(json.dumps({"unsaved": error.strerror}), flush=True)
            return
        print(json.dumps(trained.record.last_event()), flush=True)


def _orders() -> Iterator[tuple[int, int, int]]:
    """Members to train; a parent that is gone ends the process, in the middle of one too."""
    orders: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            orders.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        fold, member, until = (int(part) for part in orders.get().split())
        yield fold, member, until


def serve(arrays: str, members: str, key: str) -> None:
    """Run `main` with the arguments of the process."""
    main(Path(arrays), Checkpoints(Path(members), key))
