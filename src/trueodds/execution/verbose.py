"""How far training is, as plain text on standard error: for the estimator's ``verbose``."""

import sys
import time

from trueodds.execution.progress import ProgressEvent

SECONDS_BETWEEN_LINES = 5.0
"""A log gets a line no more often than this."""


class Verbose:
    """A progress callback: one line, rewritten, in a terminal or notebook, lines elsewhere."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._live = sys.stderr is not None and (sys.stderr.isatty() or "ipykernel" in sys.modules)
        self._done = 0
        self._run = 0
        self._width = 0

    def __call__(self, step: ProgressEvent) -> None:
        """Take one step's news."""
        if sys.stderr is None:
            return
        if step.run != self._run:  # a cure trains all members again
            self._run, self._done, self._began = step.run, 0, time.monotonic()
        self._done += step.done and not step.pilot
        last = 0 < step.of == self._done and step.done
        now = time.monotonic()
        if not last and now - self._told < (0.2 if self._live else SECONDS_BETWEEN_LINES):
            return
        self._told = now
        text = self._text(step, now)
        self._width = max(self._width, len(text))
        begin, end = ("\r", "\n" if last else "") if self._live else ("", "\n")
        print(f"{begin}{text:<{self._width}}", end=end, file=sys.stderr, flush=True)

    def _text(self, step: ProgressEvent, now: float) -> str:
        if step.pilot:
            return "trueodds: choosing how long to train"
        again = " again" if step.run else ""
        text = f"trueodds: trained {self._done} of {step.of} networks{again}"
        if step.loss == step.loss:
            text += f", log-loss {step.loss:.4f}"
        if 0 < self._done < step.of:
            left = round((now - self._began) * (step.of - self._done) / self._done)
            text += f", about {left // 60}:{left % 60:02d} left"
        return text
