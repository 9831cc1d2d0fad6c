"""``trueodds prove``: tries floats to show that the functions are correctly rounded."""

import sys
import time

from trueodds.cli.console import note, print_json
from trueodds.cli.exit_codes import FAILED
from trueodds.cli.progress import clock
from trueodds.errors import UsageError
from trueodds.functions.proof import FUNCTIONS, prove

SAMPLE_STRIDE = 4097
"""Stride of the float32 that are tried without --all and --stride: it takes seconds instead of
minutes. It is odd, so that all low bits of the mantissa occur."""
SECONDS_BETWEEN_LINES = 20.0


def run_prove(
    function: str | None,
    dtype: str,
    stride: int | None,
    jobs: int | None,
    *,
    all_floats: bool,
    as_json: bool,
) -> None:
    """Prove one function or all functions; the exit code is 1 if a result is wrong."""
    if all_floats and stride is not None:
        raise UsageError("--all and --stride cannot go together: --all is --stride 1")
    if stride is None:
        stride = 1 if all_floats or dtype == "float16" else SAMPLE_STRIDE
    results = []
    for name in [function] if function else FUNCTIONS:
        results.append(prove(name, dtype, stride, jobs, _ProofProgress(name).update))
        if not as_json:
            print(results[-1], flush=True)
    if as_json:
        print_json("prove", {"proofs": results})
    if any(result.wrong for result in results):
        raise SystemExit(FAILED)


class _ProofProgress:
    """Progress of one proof: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.began = self.last_line = time.monotonic()

    def update(self, tried: int, total: int) -> None:
        """Print how far the proof is, not too often."""
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if now - self.last_line < (0.2 if terminal else SECONDS_BETWEEN_LINES) and tried < total:
            return
        self.last_line = now
        left = clock((now - self.began) * (total - tried) / max(tried, 1))
        text = f"{self.name}: {tried / total:.0%} of {total:,} floats, {left} left"
        if terminal:
            end = "\r\x1b[K" if tried == total else ""
            print(f"\r\x1b[K{text}{end}", end="", file=sys.stderr, flush=True)
        elif tried < total:
            note(text)
