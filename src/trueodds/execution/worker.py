"""A worker process: it trains one member after the other, on one BLAS thread.

`trueodds.execution.pool` starts it through `trueodds.launch` with three arguments: the
folder of the shared arrays, the folder of the finished members, and the key of the run. It reads
the fields of a `trueodds.execution.order.Order` a line from standard input and writes JSON lines to
standard output. It ends when its input ends, so it never runs on after the parent has ended.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trueodds.execution.checkpoints import Checkpoints
from trueodds.execution.order import Order
from trueodds.execution.shared_data import load_data


def main(arrays: str, members: str, key: str) -> None:
    """Train members until the input ends or a member cannot be saved.

    Parameters
    ----------
    arrays, members, key
        The arguments of the process.
    """
    # Ctrl-C reaches every process of the terminal's foreground; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    checkpoints = Checkpoints(Path(members), key)
    data, recipe, seed = load_data(Path(arrays))
    for order in _orders():
        names = {"fold": order.fold, "member": order.member}

        def report(epoch: int, epochs: int, loss: float, names: dict[str, int] = names) -> None:
            _write({**names, "epoch": epoch, "epochs": epochs, "loss": loss})

        said = checkpoints.kept(order.trained(data, recipe, seed, report), order)
        _write(said)
        if "unsaved" in said:
            return


def _write(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _orders() -> Iterator[Order]:
    """Give the members to train; the end of the input ends the process, also during training."""
    orders: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            orders.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield Order.of_line(orders.get())
