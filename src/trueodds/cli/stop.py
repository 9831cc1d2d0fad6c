"""Ctrl-C and errors: one sentence on stderr and an exit code, never a traceback."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from trueodds.cli.console import fail
from trueodds.cli.exit_codes import FAILED, STOPPED, USAGE
from trueodds.errors import TrueOddsError, UsageError

IMPATIENCE = 2.0
"""Seconds after which another Ctrl-C interrupts again; earlier it would disturb the cleaning up."""

PATIENCE = 0.6
"""Seconds that a stop waits for a long call of compiled code; then the process ends at once."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C, with what to say about the files already written."""


class StopRequest:
    """Whether the user asked to stop.

    Python raises KeyboardInterrupt where it happens to be. A library may swallow it, so the
    progress callback of the training checks again.
    """

    def __init__(self) -> None:
        self.signal = 0
        self.asked_at = -IMPATIENCE
        self.written: list[str] = []
        """Files that are complete already."""
        self.kept: Callable[[], str] = lambda: ""
        """Gives what to say about work that the next run can continue; empty if there is none."""

    def files_text(self) -> str:
        """What to say about the files; empty if nothing is written or kept."""
        if self.written:
            return f"{' and '.join(self.written)} was written before"
        return self.kept()

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal: raise KeyboardInterrupt, but not during the cleaning up after it."""
        self.signal = number
        before, self.asked_at = self.asked_at, time.monotonic()
        if self.asked_at - before >= IMPATIENCE:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if the user asked to stop."""
        if self.signal:
            raise KeyboardInterrupt


@contextmanager
def stoppable(request: StopRequest) -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM stop the work as KeyboardInterrupt, within a second.

    Python delivers a signal only when compiled code returns, which may take seconds on a large
    table. Therefore a thread gets the signal at once, waits a little, and then ends the process. In
    a callback from compiled code the exception would be lost with the callback's result: then the
    process ends too.
    """
    signals = (signal.SIGINT, signal.SIGTERM)
    ended = threading.Event()
    wakeup_end, signal_end = socket.socketpair()
    signal_end.setblocking(False)
    threading.Thread(target=_end_if_busy, args=(wakeup_end, request, ended), daemon=True).start()
    wakeup = signal.set_wakeup_fd(signal_end.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, request.handle) for number in signals}
    hook = sys.unraisablehook

    def on_lost(lost: "sys.UnraisableHookArgs") -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            _end(request)
        hook(lost)

    sys.unraisablehook = on_lost
    try:
        yield
    finally:
        ended.set()
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        signal_end.close()


def _end_if_busy(wakeup_end: socket.socket, request: StopRequest, ended: threading.Event) -> None:
    """End the process if the user asked to stop and the main thread does not stop in time."""
    with wakeup_end:
        while number := wakeup_end.recv(1):
            if number[0] in (signal.SIGINT, signal.SIGTERM) and not ended.wait(PATIENCE):
                _end(request)


def _end(request: StopRequest) -> None:
    """End the process at once, with a sentence about the files."""
    if sys.stderr.isatty():
        print("\x1b[?25h", end="", file=sys.stderr)  # the live line hides the cursor
    text = request.files_text()
    fail(f"Stopped: {text}." if text else "Stopped.")
    os._exit(STOPPED)


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Within the block or the decorated function, an error becomes a sentence and an exit code."""
    try:
        yield
    except Stopped as stop:
        _leave(f"Stopped: {stop}.", STOPPED)
    except KeyboardInterrupt:
        _leave("Stopped: nothing was written.", STOPPED)
    except UsageError as error:
        _leave(f"Usage error: {error}", USAGE)
    except TrueOddsError as error:
        _leave(f"Error: {error}", FAILED)
    except BrokenPipeError:
        # The reader of the output has ended, as ``head`` does. Python must not flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FAILED) from None
    except MemoryError:
        _leave("Error: the memory is full; use fewer --jobs or a smaller table.", FAILED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _leave(f"Error: {place}{error.strerror or error}.", FAILED)


def _leave(sentence: str, code: int) -> None:
    fail(sentence)
    raise SystemExit(code) from None
