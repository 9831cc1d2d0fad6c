"""Ctrl-C and errors: one sentence on stderr and the right exit code, never a traceback."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from trueodds.cli.console import fail
from trueodds.errors import TrueOddsError, UsageError

IMPATIENCE = 2.0
"""Seconds after which another Ctrl-C interrupts again; before, it would disturb the cleaning up."""


class StopRequest:
    """Whether the user asked to stop.

    Python raises KeyboardInterrupt wherever it happens to be; where that is a callback from
    compiled code the exception is lost, so the training's listener asks again.
    """

    def __init__(self) -> None:
        self.signal = 0
        self.asked_at = -IMPATIENCE

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
def stoppable() -> Iterator[StopRequest]:
    """Within the block, SIGINT and SIGTERM stop the work as KeyboardInterrupt."""
    request = StopRequest()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, request.hear) for number in signals}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def spoken_errors() -> Iterator[None]:
    """Within the block (or decorated function), errors become a sentence and an exit code.

    A KeyboardInterrupt may carry what to say about files already written.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        told = stop.args[0] if stop.args else "nothing was written"
        _leave(f"Stopped: {told}.", 130)
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
