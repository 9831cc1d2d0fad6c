"""Walk all 2³² float32 and compare the bits that sixteen lanes give with those of eight.

Usage: ``python bench/functions_same_bits.py``. The eight lanes are the float64 kernels, which
``functions_proof.py --eight-lanes`` proves against the reference; where σ, log σ and softplus with
AVX-512 give the same bits, they are proved too, in a minute. NaN are compared with their payload.
Writes ``bench/results/functions-same-bits.txt``.
"""

import sys
import time
from pathlib import Path

import numpy as np
from numba import njit

from trueodds.functions import float32_walks
from trueodds.functions.proof import machine

RESULTS = Path(__file__).parent / "results"
CHUNK = 1 << 17
FUNCTIONS = {
    "sigmoid": float32_walks.SIGMOID,
    "softplus": float32_walks.SOFTPLUS,
    "log_sigmoid": float32_walks.LOG_SIGMOID,
}
sixteen, eight = float32_walks.walk, float32_walks.walk_float64


@njit
def both(which: int, source: int, one: int, other: int, n: int) -> None:
    """One function of n float32 in both ways."""
    sixteen(which, source, one, n)
    eight(which, source, other, n)


def differing(which: int) -> int:
    """Of how many floats the two results differ in any bit."""
    found = 0
    bits, one, other = (np.empty(CHUNK, np.uint32) for _ in range(3))
    steps = np.arange(CHUNK, dtype=np.uint32)
    for start in range(0, 1 << 32, CHUNK):
        np.add(steps, np.uint32(start), out=bits)
        both(which, bits.ctypes.data, one.ctypes.data, other.ctypes.data, CHUNK)
        found += int(np.count_nonzero(one != other))
    return found


def main() -> int:
    if not float32_walks.HAS_AVX512:
        print("no AVX-512 here: there is nothing to compare")
        return 1
    lines = []
    wrong = 0
    for function, which in FUNCTIONS.items():
        began = time.perf_counter()
        found = differing(which)
        wrong += found
        taken = time.perf_counter() - began
        lines.append(
            f"{function} float32: {found:,} of {1 << 32:,} differ between sixteen lanes and eight"
            f" ({taken:.0f} s)"
        )
        print(lines[-1], flush=True)
    lines += [f"  {name:<16} {value}" for name, value in machine().items()]
    (RESULTS / "functions-same-bits.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
