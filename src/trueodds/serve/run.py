"""Running the server: one process, or several behind one socket that are started again."""

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

import msgspec

from trueodds.errors import TrueOddsError, UsageError
from trueodds.launch import command, environment, path_line
from trueodds.serve.limits import Limits
from trueodds.serve.metrics import FOLDER
from trueodds.serve.registry import Registry
from trueodds.serve.service import tell

WORKER = "from trueodds.serve.run import work; work(sys.argv[1])"
PAUSE = 0.5
"""Seconds before a worker that has ended is started again."""
CAN_SHARE = os.name != "nt"
"""Whether a socket can be handed to other processes by its number."""


@dataclass(frozen=True)
class Serving:
    """What is served, and how."""

    models: tuple[Path, ...]
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    page: bool = True
    limits: Limits = field(default_factory=Limits)


def serve(serving: Serving) -> None:
    """Serve until SIGINT or SIGTERM; requests that have begun are answered first.

    Raises
    ------
    UsageError, ModelFileError
        If a model cannot be read.
    TrueOddsError
        If the address cannot be had, or the system cannot share it among several workers.
    """
    if serving.workers > 1 and not CAN_SHARE:
        raise UsageError(
            "--workers: Windows does not hand a socket to other processes as this needs; use "
            "--workers 1, and start one server for each port"
        )
    registry = Registry(serving.models)
    registry.load()
    with _listening(serving) as listener:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        names = [*registry.models]
        tell("start", address=f"http://{shown}:{port}", models=names, workers=serving.workers)
        if serving.workers == 1:
            _run(serving, registry, listener)
        else:
            del registry
            _supervise(serving, listener)
    tell("stop")


def work(told: str) -> None:
    """Serve as one of several workers; ``told`` is the JSON of `_told`."""
    about = msgspec.json.decode(told)
    limits = Limits(**about["limits"])
    serving = Serving(tuple(map(Path, about["models"])), page=about["page"], limits=limits)
    registry = Registry(serving.models)
    registry.load()
    _run(serving, registry, socket.socket(fileno=about["socket"]))


@contextmanager
def _listening(serving: Serving) -> Iterator[socket.socket]:
    try:
        family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
        listener = socket.create_server(
            (serving.host, serving.port), family=family, backlog=2048, reuse_port=False
        )
    except OSError as error:
        raise TrueOddsError(
            f"{serving.host}:{serving.port} cannot be listened to: {error.strerror or error}; "
            "choose another --host or --port"
        ) from error
    with listener:
        # Connections have it from the listener. An answer is sent in two parts, and without it the
        # second waits up to 40 ms for the client to acknowledge the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


class Told(logging.Handler):
    """Tells what the HTTP server says as a line of the log: no traceback, which may have cells."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the first line of what is said."""
        what = record.getMessage().partition("\n")[0]
        tell("http", level=record.levelname.lower(), what=what)


def _run(serving: Serving, registry: Registry, listener: socket.socket) -> None:
    """Serve in this process."""
    import uvicorn

    from trueodds.serve.app import application
    from trueodds.serve.service import Service

    class Server(uvicorn.Server):
        """Stops at the first signal without raising it again, at the second at once."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            def stop(number: int, frame: FrameType | None) -> None:
                self.force_exit = self.should_exit
                self.should_exit = True

            before = {n: signal.signal(n, stop) for n in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    config = uvicorn.Config(
        application(Service(registry, serving.limits, serving.page)),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=serving.limits.stop,
    )
    said = logging.getLogger("uvicorn.error")
    said.handlers, said.propagate = [Told(logging.WARNING)], False
    # Python's collector need not look again at what stays as long as the process: a pass over the
    # modules and models takes 0.1 s, in which no request is answered.
    gc.collect()
    gc.freeze()
    Server(config).run(sockets=[listener])


def _supervise(serving: Serving, listener: socket.socket) -> None:
    """Keep all workers running until a signal; then wait for each."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    with tempfile.TemporaryDirectory(prefix="trueodds-serve-") as folder:
        before = {n: signal.signal(n, stop) for n in (signal.SIGINT, signal.SIGTERM)}
        workers: list[subprocess.Popen[bytes]] = []
        try:
            while not stopping:
                for ended in [w for w in workers if w.poll() is not None]:
                    tell("worker", pid=ended.pid, what=f"ended with {ended.returncode}")
                    workers.remove(ended)
                while len(workers) < serving.workers and not stopping:
                    workers.append(_started(serving, listener, folder))
                time.sleep(PAUSE)
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            for worker in workers:
                try:
                    worker.wait(serving.limits.stop + 5)
                except subprocess.TimeoutExpired:
                    worker.kill()
                    worker.wait()
            for number, handler in before.items():
                signal.signal(number, handler)


def _started(serving: Serving, listener: socket.socket, folder: str) -> "subprocess.Popen[bytes]":
    """A worker with this process's import path, and without the working directory on it."""
    number = listener.fileno()
    told = msgspec.json.encode(
        {
            "socket": number,
            "models": [str(path) for path in serving.models],
            "page": serving.page,
            "limits": asdict(serving.limits),
        }
    ).decode()
    os.set_inheritable(number, True)
    worker = subprocess.Popen(
        [*command(f"\n{WORKER}"), told],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
        env=environment({FOLDER: folder}),
        pass_fds=[number],
        start_new_session=True,
    )
    assert worker.stdin is not None
    worker.stdin.write(path_line().encode())
    worker.stdin.close()
    tell("worker", pid=worker.pid, what="starts")
    return worker
