"""A process that works for this one: it is given lines, and tells in JSON lines what it does."""

import json
import queue
import re
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from trueodds.errors import TrainingError
from trueodds.execution.order import Order
from trueodds.execution.progress import ProgressCallback, ProgressEvent
from trueodds.files import new_file
from trueodds.launch import environment, path_line

ONE_THREAD = dict.fromkeys(
    [f"{name}_NUM_THREADS" for name in ("OPENBLAS", "MKL", "BLIS", "OMP", "NUMBA")], "1"
) | {"VECLIB_MAXIMUM_THREADS": "1"}

Lines = queue.SimpleQueue[tuple["ChildProcess", str]]
"""Lines of processes with the process that has written each; an empty one when it has ended."""
OF_RAY = re.compile(r"\.cc:\d+: |^$")
"""The last line of the log of a process that Ray has ended, where Python has said nothing."""


class ChildProcess:
    """A process started by `trueodds.launch.command`; ``name`` is its name in messages.

    ``lost`` is what a process on Ray is said to have met when Ray has ended it; "" for others.
    """

    def __init__(
        self, command: list[str], log: Path, name: str, lines: Lines, lost: str = ""
    ) -> None:
        self.log = log
        self.name = name
        self.lost = lost
        self.given: set[tuple[int, int]] = set()
        """Fold and member of all orders so far: the process may keep what it knows of them."""
        with new_file(log) as file:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                encoding="utf-8",
                env=environment(ONE_THREAD),
            )
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        self.send(path_line())

    def _read(self, lines: Lines) -> None:
        assert self._process.stdout is not None
        # The main thread closes the stream when training is stopped.
        with suppress(ValueError):
            for line in self._process.stdout:
                lines.put((self, line))
        lines.put((self, ""))

    def send(self, line: str) -> bool:
        """Write a line to the process; False if it has ended: its last line reports that."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def end(self, patience: float = 0.0) -> None:
        """End the process: by the end of its input, or by force after ``patience`` seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # A line that an ended process has not read cannot be flushed.
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._process.stdout.close()

    def ended_early(self) -> TrainingError:
        """Why it has ended before its input did."""
        code = self._process.wait()
        log = self.log.read_text(encoding="utf-8", errors="replace").strip()
        if self.lost and code >= 0 and OF_RAY.search(log[log.rfind("\n") + 1 :]):
            return TrainingError(self.lost)
        if code < 0:
            reason = f"was ended by signal {-code}; is the memory full? Use fewer --jobs"
        else:
            reason = f"failed: {log.splitlines()[-1] if log else f'exit code {code}'}"
        return TrainingError(f"{self.name} {reason}")


def run_orders(
    processes: list[ChildProcess],
    lines: Lines,
    orders: list[Order],
    callback: ProgressCallback,
    members: Path,
    at_once: int = 1,
) -> None:
    """Give each process ``at_once`` orders and a new one for each finished one, until all are done.

    ``members`` is the folder of the finished members, for messages.

    Raises
    ------
    TrainingError
        If a process ends early, cannot save a member, or says that it failed.
    """
    waiting, unfinished = list(orders), len(orders)

    def reluctance(process: ChildProcess, order: Order) -> int:
        member = (order.fold, order.member)
        if member in process.given:
            return 0
        return 1 + any(member in other.given for other in processes)

    def send_next(process: ChildProcess) -> None:
        # Who has trained a member's pilot goes on with the member.
        order = min(waiting, key=lambda each: reluctance(process, each), default=None)
        if order is not None and process.send(order.line):
            process.given.add((order.fold, order.member))
            waiting.remove(order)

    for process in processes:
        for _ in range(at_once):
            send_next(process)
    while unfinished:
        process, line = lines.get()
        if not line:
            raise process.ended_early()
        message = json.loads(line)
        if "unsaved" in message:
            raise cannot_write(members, message["unsaved"])
        if "failed" in message:
            raise TrainingError(message["failed"])
        event = ProgressEvent(**message)
        if event.done:
            unfinished -= 1
            send_next(process)
        callback(event)


def cannot_write(folder: Path, reason: str | None) -> TrainingError:
    """Say that a folder of a run cannot be written."""
    # NumPy does not say why it could not write all of an array.
    why = reason or "No space left on device"
    return TrainingError(f"{folder} cannot be written: {why}; free some space there")
