"""Speed of the sigmoid family beside PyTorch's, SciPy's and a plain copy.

Usage: ``python bench/functions_speed.py [--rounds N] [--quick]``. Every contender computes the same
input in turn, round after round, and the fastest round of each is kept: what else the machine does
can only add to a time, and falls on all of them alike. Writes
``bench/results/functions-speed.txt`` and ``….json``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special
import torch
from numpy.typing import NDArray

from trueodds import functions
from trueodds.functions.proof import machine

RESULTS = Path(__file__).parent / "results"
PLACES = {"in cache": 1 << 14, "out of cache": 1 << 22}
SECONDS = 0.003
"""Least time of one measurement; small inputs are repeated until it is filled."""

Array = NDArray[Any]


def inputs(kind: str, function: str, dtype: type, n: int) -> Array:
    """Ordinary inputs, or finite floats with uniformly drawn bits."""
    rng = np.random.default_rng(7)
    if kind == "normal":
        x = (rng.normal(size=n) * 3.0).astype(dtype)
    else:
        word = np.uint32 if dtype is np.float32 else np.uint64
        bits = rng.integers(0, np.iinfo(word).max, 2 * n, dtype=word, endpoint=True)
        x = bits.view(dtype)
        x = x[np.isfinite(x)][:n]
    return functions.sigmoid(x) if function == "logit" else x


def contenders(function: str, x: Array) -> dict[str, Callable[[], Any]]:
    """What computes the function, each into memory of its own where it can."""
    out = np.empty_like(x)
    ours = getattr(functions, function)
    given, result = torch.from_numpy(x), torch.from_numpy(np.empty_like(x))
    found: dict[str, Callable[[], Any]] = {
        "copy": lambda: np.copyto(out, x),
        "trueodds": lambda: ours(x, out=out),
    }
    # What torch.nn.functional calls: only so can its results too go where they went before.
    nn = torch._C._nn
    if function == "sigmoid":
        found["torch"] = lambda: torch.sigmoid(given, out=result)
        found["scipy"] = lambda: scipy.special.expit(x, out=out)
    elif function == "log_sigmoid":
        found["torch"] = lambda: nn.log_sigmoid(given, out=result)
        found["scipy"] = lambda: scipy.special.log_expit(x, out=out)
    elif function == "softplus":
        found["torch"] = lambda: nn.softplus(given, 1.0, 20.0, out=result)
    elif function == "logit":
        found["torch"] = lambda: torch.logit(given, out=result)
        found["scipy"] = lambda: scipy.special.logit(x, out=out)
    return found


def measure(cases: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Least seconds of one call of each, all taking turns."""
    repeat = {}
    for name, call in cases.items():
        call()
        began = time.perf_counter()
        call()
        once = max(time.perf_counter() - began, 1e-7)
        repeat[name] = max(1, int(SECONDS / once))
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, call in cases.items():
            began = time.perf_counter()
            for _ in range(repeat[name]):
                call()
            taken[name].append((time.perf_counter() - began) / repeat[name])
    return {name: min(times) for name, times in taken.items()}


def import_seconds() -> float:
    """Median time of ``import trueodds`` in five fresh processes, the interpreter's start not."""
    code = "import time; t = time.perf_counter(); import trueodds; print(time.perf_counter() - t)"
    taken = [
        float(
            subprocess.run(
                [sys.executable, "-P", "-c", code], capture_output=True, check=True
            ).stdout
        )
        for _ in range(5)
    ]
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=61)
    parser.add_argument("--quick", action="store_true", help="float32 sigmoid only")
    options = parser.parse_args()
    about = machine() | {name: version(name) for name in ("numba", "scipy", "torch")}
    cores = len(os.sched_getaffinity(0))
    about["cores"] = str(cores)
    about["load"] = f"{os.getloadavg()[0]:.1f} processes wanted a core in the minute before"
    about["import"] = f"{import_seconds():.3f} s for `import trueodds`, median of 5 processes"
    lines = [f"{name:<10} {value}" for name, value in about.items()]
    header = (
        f"{'function':<13}{'dtype':<9}{'inputs':<8}{'place':<14}{'threads':<8}"
        f"{'trueodds':>9}{'GB/s':>7}{'copy':>7}{'torch':>7}{'ratio':>7}{'scipy':>7}{'ratio':>7}"
    )
    lines += ["", "million results a second; GB/s read and written, beside a copy's", "", header]
    print("\n".join(lines), flush=True)
    rows = []
    todo = [("sigmoid", np.float32)]
    if not options.quick:
        names = ("sigmoid_grad", "log_sigmoid", "softplus", "logit")
        todo += [(name, np.float32) for name in names]
        todo += [(name, np.float64) for name in ("sigmoid", *names)]
    for function, dtype in todo:
        for kind in ("normal", "bits"):
            for place, n in PLACES.items():
                for threads in (1, cores) if place == "out of cache" else (1,):
                    functions.set_threads(threads)
                    torch.set_num_threads(threads)
                    x = inputs(kind, function, dtype, n)
                    with np.errstate(all="ignore"):
                        seconds = measure(contenders(function, x), options.rounds)
                    rate = {name: n / value / 1e6 for name, value in seconds.items()}
                    size = 2 * np.dtype(dtype).itemsize / 1e3
                    ours = rate["trueodds"]
                    row = {
                        "function": function,
                        "dtype": np.dtype(dtype).name,
                        "inputs": kind,
                        "place": place,
                        "values": n,
                        "threads": threads,
                        "million_a_second": rate,
                    }
                    rows.append(row)
                    line = (
                        f"{function:<13}{row['dtype']:<9}{kind:<8}{place:<14}{threads:<8}"
                        f"{ours:>9.0f}{ours * size:>7.1f}{rate['copy'] * size:>7.1f}"
                    )
                    for peer in ("torch", "scipy"):
                        known = rate.get(peer)
                        line += f"{known:>7.0f}{ours / known:>7.2f}" if known else " " * 14
                    lines.append(line.rstrip())
                    print(lines[-1], flush=True)
    if options.quick:
        return
    (RESULTS / "functions-speed.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    log = {"machine": about, "rows": rows}
    (RESULTS / "functions-speed.json").write_text(
        json.dumps(log, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
