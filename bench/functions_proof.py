"""Walk every float of the functions named (all five by default) and keep the logs.

Usage: ``python bench/functions_proof.py [--jobs N] [--eight-lanes] [FUNCTION ...]``. Writes
``bench/results/functions-proof-NAME.txt`` (what ``trueodds prove`` prints) and ``….json`` (the
same with the bits of every input that MPFR had to decide), for float32 and float16.

With ``--eight-lanes`` the float64 kernels alone are proved, which processors without AVX-512 use
for everything and the others for what sixteen lanes leave in doubt; it writes
``functions-proof-NAME-eight-lanes.txt``.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from trueodds.functions.proof import FUNCTIONS, prove

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="all by default")
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--eight-lanes", action="store_true", help="as without AVX-512")
    options = parser.parse_args()
    if options.eight_lanes:
        # Compiled anew: the cache on disk holds the loops of this processor.
        os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp()
        from trueodds.functions import float32_walks

        float32_walks.HAS_AVX512 = False
    wrong = 0
    for function in options.functions or FUNCTIONS:
        results = [prove(function, dtype, jobs=options.jobs) for dtype in ("float16", "float32")]
        text = "\n".join(str(result) for result in results)
        print(text, flush=True)
        name = f"functions-proof-{function}" + "-eight-lanes" * options.eight_lanes
        (RESULTS / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
        wrong += sum(result.wrong for result in results)
        if options.eight_lanes:
            continue
        logs = [asdict(result) for result in results]
        (RESULTS / f"{name}.json").write_text(json.dumps(logs) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
