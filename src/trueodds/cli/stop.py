"""Ctrl-C and errors: one sentence on stderr and the right exit code, never a traceback."""

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
from trueodds.errors import TrueOddsError, UsageError

IMPATIENCE = 2.0
"""Seconds after which another Ctrl-C interrupts again; before, it would disturb the cleaning up."""

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""

PATIENCE = 0.6
"""Seconds that a stop may wait for a long call of compiled code; then the process ends as it is."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C, with what to say about the files already written."""


class StopRequest:
    """Whether the user asked to stop.

    Python raises KeyboardInterrupt wherever it happens to be; where a library swallows it, the
    training's listener asks again.
    """

    def __init__(self) -> None:
        self.signal = 0
        self.asked_at = -IMPATIENCE
        self.written: list[str] = []
        """Files that are there whatever happens now."""
        self.kept: Callable[[], str] = lambda: ""
        """What to say about work that the next run can go on from, if there is any."""

    def told(self) -> str:
        """What to say about the files."""
        if self.written:
            return f"{' and '.join(self.written)} was written before"
        return self.kept()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: raise KeyboardInterrupt, but not into the cleaning up after it."""
        self.signal = number
        before, self.asked_at = self.asked_at, time.monotonic()
        if self.asked_at - before >= IMPATIENCE:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if a stop was asked for."""
        if self.signal:
            raise KeyboardInterrupt


@contextmanager
def stoppable(request: StopRequest) -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM stop the work as KeyboardInterrupt, within a second.

    Python delivers a signal only when compiled code returns, which on a large table may take
    seconds; so a thread hears of it at once, waits a little and then ends the process itself. In a
    callback from compiled code the exception would be lost, with the callback's result: then too.
    """
    signals = (signal.SIGINT, signal.SIGTERM)
    ended = threading.Event()
    heard, raised = socket.socketpair()
    raised.setblocking(False)
    threading.Thread(target=_end_if_busy, args=(heard, request, ended), daemon=True).start()
    wakeup = signal.set_wakeup_fd(raised.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, request.hear) for number in signals}
    hook = sys.unraisablehook

    def hear_lost(lost: "sys.UnraisableHookArgs") -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            _end(request)
        hook(lost)

    sys.unraisablehook = hear_lost
    try:
        yield
    finally:
        ended.set()
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        raised.close()


def _end_if_busy(heard: socket.socket, request: StopRequest, ended: threading.Event) -> None:
    """End the process when a stop was asked for and the main thread does not come to it."""
    with heard:
        while number := heard.recv(1):
            if number[0] in (signal.SIGINT, signal.SIGTERM) and not ended.wait(PATIENCE):
                _end(request)


def _end(request: StopRequest) -> None:
    """End the process here and now, with a word about the files."""
    if sys.stderr.isatty():
        print("\x1b[?25h", end="", file=sys.stderr)  # the live line hides the cursor
    told = request.told()
    fail(f"Stopped: {told}." if told else "Stopped.")
    os._exit(STOPPED)


@contextmanager
def spoken_errors() -> Iterator[None]:
    """Within the block (or decorated function), errors become a sentence and an exit code."""
    try:
        yield
    except Stopped as stop:
        _leave(f"Stopped: {stop}.", STOPPED)
    except KeyboardInterrupt:
        _leave("Stopped: nothing was written.", STOPPED)
    except UsageError as error:
        _leave(f"Usage error: {error}", 2)
    except TrueOddsError as error:
        _leave(f"Error: {error}", 1)
    except BrokenPipeError:
        # The reader of our output left, as ``head`` does; Python must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except MemoryError:
        _leave("Error: the memory is full; use fewer --jobs or a smaller table.", 1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _leave(f"Error: {place}{error.strerror or error}.", 1)


def _leave(sentence: str, code: int) -> None:
    fail(sentence)
    raise SystemExit(code) from None
