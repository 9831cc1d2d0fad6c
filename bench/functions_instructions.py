"""Where the float32 σ spends its cycles: the instructions of its inner loop, counted.

Usage: ``python bench/functions_instructions.py``. Compiles σ's loop, finds the innermost loop that
does sixteen values, and sets its vector instructions against what the processor can start in a
cycle and against the measured time. Writes ``bench/results/functions-instructions.txt``.
"""

import re
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from numba import cfunc

from trueodds import functions
from trueodds.functions import loops
from trueodds.functions.proof import machine

RESULTS = Path(__file__).parent / "results"
EXTRA = {"vrcp14ps": 3, "vscalefps": 2}
"""Micro-operations of the 512-bit forms that need more than one (uops.info, Ice Lake and later)."""
FREE = {"vmovaps"}
"""Renamed away, no execution port."""
STORES = {"vmovups", "kmovw"}
"""Load and store ports, not the arithmetic ones."""
PORTS = 2
"""Arithmetic ports for 512-bit vectors on Intel server cores (0 and 5)."""


def inner_loop() -> list[str]:
    """Instructions from the label before ``vrcp14ps`` to the jump back to it."""
    compiled = cfunc(loops.sigmoid32.signature)(loops.sigmoid32.function)
    lines = [line.strip() for line in compiled._library.get_asm_str().splitlines()]
    middle = next(i for i, line in enumerate(lines) if line.startswith("vrcp14ps"))
    first = max(i for i in range(middle) if re.match(r"\.L\w+:", lines[i]))
    label = lines[first].rstrip(":")
    last = next(i for i in range(middle, len(lines)) if re.match(rf"j\w+\s+{label}$", lines[i]))
    return [re.split(r"\s", line)[0] for line in lines[first + 1 : last + 1] if line[:1] != "."]


def nanoseconds_for_sixteen() -> dict[str, float]:
    """Best time of 16 values out of 16,384 in cache, ours and PyTorch's, taking turns."""
    functions.set_threads(1)
    torch.set_num_threads(1)
    x = (np.random.default_rng(7).normal(size=1 << 14) * 3).astype(np.float32)
    out, given = np.empty_like(x), torch.from_numpy(x)
    result = torch.empty_like(given)
    calls = {
        "trueodds": lambda: functions.sigmoid(x, out=out),
        "torch": lambda: torch.sigmoid(given, out=result),
    }
    best = dict.fromkeys(calls, np.inf)
    for _ in range(200):
        for name, call in calls.items():
            began = time.perf_counter()
            for _ in range(20):
                call()
            best[name] = min(best[name], (time.perf_counter() - began) / 20)
    return {name: value * 16e9 / x.size for name, value in best.items()}


def main() -> None:
    names = inner_loop()
    vector = Counter(n for n in names if n.startswith("v") and n not in FREE | STORES)
    vector += Counter(n for n in names if n.startswith("k") and n not in STORES)
    operations = sum(count * EXTRA.get(name, 1) for name, count in vector.items())
    taken = nanoseconds_for_sixteen()
    listing = ", ".join(f"{count} {name}" for name, count in sorted(vector.items()))
    lines = [
        *(f"{name:<10} {value}" for name, value in machine().items()),
        "",
        f"sixteen float32 σ, instructions in the inner loop:  {len(names)}",
        f"of these arithmetic on 512-bit vectors:             {sum(vector.values())} ({listing})",
        f"micro-operations of those:                          {operations}",
        f"least cycles at {PORTS} a cycle:                         {operations / PORTS:g}",
        f"measured, whole call, best of 200:                  {taken['trueodds']:.2f} ns",
        f"torch.sigmoid (not correctly rounded):              {taken['torch']:.2f} ns",
        f"ratio:                                              "
        f"{taken['torch'] / taken['trueodds']:.2f}",
    ]
    print("\n".join(lines))
    path = RESULTS / "functions-instructions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
