"""Where float32 σ, log σ and softplus spend their cycles: their inner loops' instructions, counted.

Usage: ``python bench/functions_instructions.py``. Compiles each loop, finds the innermost loop that
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
"""Arithmetic ports for 512-bit vectors: 0 and 5 of Intel's server cores; the pairs of multipliers
and of adders of AMD's Zen 4, where a loop of more multiplications than additions needs longer."""
FUNCTIONS = ("sigmoid", "log_sigmoid", "softplus")


def inner_loop(function: str) -> list[str]:
    """Instructions from the label before the first ``vscalefps`` to the jump back to it."""
    loop = getattr(loops, f"{function}32")
    compiled = cfunc(loop.signature)(loop.function)
    lines = [line.strip() for line in compiled._library.get_asm_str().splitlines()]
    middle = next(i for i, line in enumerate(lines) if line.startswith("vscalefps"))
    first = max(i for i in range(middle) if re.match(r"\.L\w+:", lines[i]))
    label = lines[first].rstrip(":")
    last = next(i for i in range(middle, len(lines)) if re.match(rf"j\w+\s+{label}$", lines[i]))
    return [re.split(r"\s", line)[0] for line in lines[first + 1 : last + 1] if line[:1] != "."]


def nanoseconds_for_sixteen(function: str) -> dict[str, float]:
    """Best time of 16 values out of 16,384 in cache, ours and PyTorch's, taking turns."""
    functions.set_threads(1)
    torch.set_num_threads(1)
    x = (np.random.default_rng(7).normal(size=1 << 14) * 3).astype(np.float32)
    out, given = np.empty_like(x), torch.from_numpy(x)
    result = torch.empty_like(given)
    ours = getattr(functions, function)
    peers = {
        "sigmoid": lambda: torch.sigmoid(given, out=result),
        "log_sigmoid": lambda: torch.nn.functional.logsigmoid(given),
        "softplus": lambda: torch.nn.functional.softplus(given),
    }
    calls = {"trueodds": lambda: ours(x, out=out), "torch": peers[function]}
    best = dict.fromkeys(calls, np.inf)
    for _ in range(400):
        for name, call in calls.items():
            began = time.perf_counter()
            for _ in range(10):
                call()
            best[name] = min(best[name], (time.perf_counter() - began) / 10)
    return {name: value * 16e9 / x.size for name, value in best.items()}


def report(function: str) -> list[str]:
    """What one function's loop is made of and how long it takes."""
    names = inner_loop(function)
    vector = Counter(n for n in names if n.startswith("v") and n not in FREE | STORES)
    vector += Counter(n for n in names if n.startswith("k") and n not in STORES)
    # One vscalefps for each sixteen values: LLVM may do two sixteens in one turn of the loop.
    turns = names.count("vscalefps")
    operations = sum(count * EXTRA.get(name, 1) for name, count in vector.items()) / turns
    taken = nanoseconds_for_sixteen(function)
    listing = ", ".join(f"{count / turns:g} {name}" for name, count in sorted(vector.items()))
    arithmetic = sum(vector.values()) / turns
    rows = [
        ("instructions in the inner loop", f"{len(names) / turns:g}"),
        ("of these arithmetic on 512-bit vectors", f"{arithmetic:g}"),
        ("which are", listing),
        ("micro-operations of those", f"{operations:g}"),
        (f"least cycles at {PORTS} a cycle", f"{operations / PORTS:g}"),
        ("measured, whole call, best of 400", f"{taken['trueodds']:.2f} ns"),
        ("torch's (not correctly rounded)", f"{taken['torch']:.2f} ns"),
        ("ratio", f"{taken['torch'] / taken['trueodds']:.2f}"),
    ]
    return ["", f"sixteen float32 {function}", *(f"  {what:<40} {value}" for what, value in rows)]


def main() -> None:
    lines = [f"{name:<10} {value}" for name, value in machine().items()]
    for function in FUNCTIONS:
        lines += report(function)
    print("\n".join(lines))
    path = RESULTS / "functions-instructions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
