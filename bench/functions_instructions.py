"""Where float32 σ, log σ and softplus spend their cycles: instructions, ports, loop, doubts, call.

Usage: ``python bench/functions_instructions.py``. Compiles each loop over sixteen lanes, measures
what each of its instructions costs (:mod:`ports`), and sets the sum against the time of the loop,
of the walk that also settles the doubtful values, and of the whole call. Writes
``bench/results/functions-instructions.txt``.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numba import cfunc, types

from ports import Cost, cost, seconds_of_a_cycle, template
from trueodds import functions
from trueodds.functions import avx512_kernels, avx512_loops, float32_walks
from trueodds.functions.coefficients import REACH
from trueodds.functions.proof import machine

RESULTS = Path(__file__).parent / "results"
FREE = re.compile(r"v?mov|kmov|vbroadcast")
"""Loads, stores and copies between registers: not for the arithmetic ports."""
N = 1 << 13
"""Values in the first- and second-level cache."""
TURNS = 10
KERNELS = {
    "sigmoid": (
        float32_walks.SIGMOID,
        (avx512_kernels.sigmoid_first, avx512_kernels.sigmoid_second),
    ),
    "log_sigmoid": (float32_walks.LOG_SIGMOID, avx512_kernels.softplus_stages(mirrored=True)),
    "softplus": (float32_walks.SOFTPLUS, avx512_kernels.softplus_stages()),
}
ADDRESSES = types.void(*[types.intp] * 4)


def compiled(loop: Any) -> Any:
    """A C function (source, target, masks, vectors) that runs a loop ``TURNS`` times."""

    @cfunc(ADDRESSES)
    def run(source: int, target: int, sure: int, count: int) -> None:
        for _ in range(TURNS):
            loop(source, target, sure, count)

    return run


def compiled_walk(which: int) -> Any:
    """A C function that runs the walk over values in doubt and not ``TURNS`` times."""
    walk = float32_walks.walk

    @cfunc(ADDRESSES)
    def run(source: int, target: int, sure: int, count: int) -> None:
        for _ in range(TURNS):
            walk(which, source, target, 16 * count)

    return run


def one_by_one(stages: tuple[Any, Any]) -> Any:
    """The same kernel in a plain loop: one vector, then the next."""
    width, avx512_loops.WIDTH = avx512_loops.WIDTH, 1
    first, second = stages
    run = compiled(
        avx512_loops.sixteens(lambda v, given: [given], lambda v, s: second(v, first(v, *s)))
    )
    avx512_loops.WIDTH = width
    return run


def inner_loop(run: Any) -> list[str]:
    """The instructions of the longest loop that jumps back to its own label."""
    lines = [line.strip() for line in run._library.get_asm_str().splitlines()]
    best: list[str] = []
    for i, line in enumerate(lines):
        back = re.match(r"j\w+\s+(\.LBB\w+)$", line)
        if back and f"{back[1]}:" in lines[:i]:
            start = lines[:i].index(f"{back[1]}:")
            body = lines[start + 1 : i + 1]
            if sum("zmm" in text for text in body) > sum("zmm" in text for text in best):
                best = body if not any(re.match(r"\.LBB", text) for text in body) else best
    return [text for text in best if text and text[0] not in ".#"]


def best_times(calls: dict[str, Callable[[], Any]], rounds: int = 300) -> dict[str, float]:
    """Least seconds of one call of each, all taking turns."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - began)
    return best


def measured(function: str, cycle: float) -> dict[str, float]:
    """Cycles for sixteen values of the loop, the walk, the call and PyTorch's call."""
    functions.set_threads(1)
    torch.set_num_threads(1)
    which, stages = KERNELS[function]
    x = (np.random.default_rng(7).normal(size=2 * N) * 3).astype(np.float32)
    assert np.abs(x).max() < REACH
    out, given = np.empty_like(x), torch.from_numpy(x)
    result = torch.empty_like(given)
    sure = np.empty(x.size // 16, np.uint16)
    addresses = (x.ctypes.data, out.ctypes.data, sure.ctypes.data)
    loops = {
        "plain": one_by_one(stages),
        "loop": compiled(avx512_loops.sixteens(*stages)),
        "walk": compiled_walk(which),
    }
    calls: dict[str, Callable[[], Any]] = {}
    for name, run in loops.items():
        for n in (N, 2 * N):
            calls[f"{name} {n}"] = lambda run=run.ctypes, n=n: run(*addresses, n // 16)
    ours = getattr(functions, function)
    peers: dict[str, Callable[[], Any]] = {
        "sigmoid": lambda: torch.sigmoid(given, out=result),
        "log_sigmoid": lambda: torch.nn.functional.logsigmoid(given),
        "softplus": lambda: torch.nn.functional.softplus(given),
    }
    calls["call"] = lambda: [ours(x, out=out) for _ in range(TURNS)]
    calls["torch"] = lambda: [peers[function]() for _ in range(TURNS)]
    times = best_times(calls)
    of_sixteen = 16 / N / TURNS / cycle
    found = {name: (times[f"{name} {2 * N}"] - times[f"{name} {N}"]) * of_sixteen for name in loops}
    return found | {name: times[name] * of_sixteen / 2 for name in ("call", "torch")}


def report(function: str, cycle: float) -> list[str]:
    """What one function's loop is made of and where its cycles go."""
    body = inner_loop(compiled(avx512_loops.sixteens(*KERNELS[function][1])))
    turns = avx512_loops.WIDTH
    arithmetic = [line for line in body if "zmm" in line and not FREE.match(line)]
    shapes = {line.split("\t")[0]: template(line) for line in arithmetic}
    counts = Counter(line.split("\t")[0] for line in arithmetic)
    costs: dict[str, Cost] = {name: cost(shape, cycle) for name, shape in shapes.items()}
    groups: dict[str, list[str]] = {"multipliers": [], "adders": [], "either": []}
    busy = dict.fromkeys(groups, 0.0)
    for name, count in sorted(counts.items()):
        kind = costs[name].kind
        groups[kind].append(f"{count / turns:g} {name}")
        busy[kind] += costs[name].alone * count / turns
    bounds = (busy["multipliers"], busy["adders"], sum(busy.values()) / 2)
    cycles = measured(function, cycle)
    size = cycle * 1e9
    rows = [
        ("instructions in the loop", f"{len(body) / turns:g}"),
        ("of these arithmetic on 512 bits", f"{len(arithmetic) / turns:g}"),
    ]
    for kind, names in groups.items():
        rows.append((f"cycles of the {kind}" if kind != "either" else "cycles of either", ""))
        rows[-1] = (rows[-1][0], f"{busy[kind]:.1f}: {', '.join(names)}")
    rows += [
        ("least cycles with every port busy", f"{max(bounds):.1f}"),
        ("a plain loop, vector after vector", f"{cycles['plain']:.1f} cycles"),
        ("the loop of two stages", f"{cycles['loop']:.1f} cycles"),
        ("and the doubtful values settled", f"{cycles['walk']:.1f} cycles"),
        (
            f"whole call of {2 * N:,} values",
            f"{cycles['call']:.1f} cycles, {cycles['call'] * size:.2f} ns",
        ),
        (
            "torch's (not correctly rounded)",
            f"{cycles['torch']:.1f} cycles, {cycles['torch'] * size:.2f} ns",
        ),
        ("ratio", f"{cycles['torch'] / cycles['call']:.2f}"),
    ]
    return ["", f"sixteen float32 {function}", *(f"  {what:<36} {value}" for what, value in rows)]


def main() -> None:
    cycle = seconds_of_a_cycle()
    about = machine() | {
        "clock": f"{1e-9 / cycle:.2f} GHz",
        "load": f"{os.getloadavg()[0]:.1f} processes wanted a core in the minute before",
    }
    lines = [f"{name:<10} {value}" for name, value in about.items()]
    for function in KERNELS:
        lines += report(function, cycle)
    print("\n".join(lines))
    path = RESULTS / "functions-instructions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
