"""Measure float64 results against MPFR on ten million points a function, and keep the logs.

Usage: ``python bench/functions_accuracy.py [--samples N] [FUNCTION ...]``. Writes
``bench/results/functions-accuracy-NAME.txt``.
"""

import argparse
import sys
from pathlib import Path

from trueodds.functions.accuracy import measure
from trueodds.functions.proof import FUNCTIONS

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="all by default")
    parser.add_argument("--samples", type=int, default=10_000_000)
    options = parser.parse_args()
    wrong = 0
    for function in options.functions or FUNCTIONS:
        result = measure(function, options.samples)
        print(result, flush=True)
        path = RESULTS / f"functions-accuracy-{function}.txt"
        path.write_text(f"{result}\n", encoding="utf-8")
        wrong += result.wrong
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
