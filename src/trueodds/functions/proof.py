"""The proof that results are correctly rounded: every float is compared with its exact value."""

import os
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import UsageError
from trueodds.functions import exact_values
from trueodds.functions.ufuncs import UFUNCS

FUNCTIONS: Final = tuple(exact_values.FLOAT64)
"""The functions that can be proved."""
CHUNK: Final = 1 << 16
"""Floats of one chunk, so that its arrays stay in the cache."""
EXAMPLES: Final = 10
"""Most wrong results that are described."""
WORDS: Final = {2: np.uint16, 4: np.uint32}


@dataclass(frozen=True)
class ProofResult:
    """Result of a walk over the floats."""

    function: str
    dtype: str
    stride: int
    """1: every float; N: every N-th float; 0: chosen points (float64)."""
    tried: int
    wrong: int
    worst_ulp: float
    worst_input: float
    examples: list[str]
    """Up to `EXAMPLES` wrong results, each in words."""
    decided_by_mpfr: list[int] = field(repr=False)
    """Bits of the hard inputs, whose results are too near a rounding boundary for float64."""
    seconds: float
    machine: dict[str, str]

    def __str__(self) -> str:
        total = 2 ** (8 * np.dtype(self.dtype).itemsize)
        if self.stride == 0:
            walk = "stratified points, wrong: more than 0.51 ULP off"
        elif self.stride == 1:
            walk = f"all of {total:,} floats"
        else:
            walk = f"every {self.stride:,}th of {total:,} floats"
        decided = len(self.decided_by_mpfr) if self.stride else self.tried
        lines = [
            f"{self.function} {self.dtype}: {self.wrong:,} wrong of {self.tried:,} ({walk})",
            f"  worst error      {self.worst_ulp:.6f} ULP at {self.worst_input!r}",
            f"  decided by MPFR  {decided:,}",
            f"  time             {self.seconds:.1f} s",
            *(f"  {name:<16} {value}" for name, value in self.machine.items()),
            *(f"  wrong: {example}" for example in self.examples),
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class ChunkResult:
    """Result of one chunk of floats."""

    tried: int
    wrong: int
    worst_ulp: float
    worst_input: float
    examples: list[str]
    hard: list[int]


def machine() -> dict[str, str]:
    """The processor, the system, the versions and the date of a measurement."""
    processor = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as text:
            names = [line.partition(":")[2].strip() for line in text if "model name" in line]
        processor = names[0] if names else processor
    return {
        "processor": processor,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def check(function: str, x: NDArray[Any]) -> ChunkResult:
    """Compare the ufunc with the exact values on an array of float32 or float16, shape (n,)."""
    word = WORDS[x.dtype.itemsize]
    with np.errstate(all="ignore"):
        found = UFUNCS[function](x)
        right, value, close = exact_values.expected(function, x)
        differs = found.view(word) != right.view(word)
        if function == "logit":
            # Outside [0, 1] every NaN is right.
            differs &= ~(np.isnan(found) & np.isnan(right))
        info = np.finfo(x.dtype)
        size = np.maximum(np.abs(right), info.tiny).astype(np.float64)
        unit = (size.view(np.int64) & (0x7FF << 52)).view(np.float64) * 2.0**-info.nmant
        error = np.abs(found.astype(np.float64) - value) / unit
        error[~np.isfinite(error)] = 0.0
    worst = int(np.argmax(error))
    wrong = np.flatnonzero(differs)
    examples = [
        f"{function}({float(x[i])!r}) gave {float(found[i])!r}, right is {float(right[i])!r}"
        for i in wrong[:EXAMPLES]
    ]
    hard = [int(bits) for bits in x.view(word)[close]]
    return ChunkResult(x.size, wrong.size, float(error[worst]), float(x[worst]), examples, hard)


def chunks(dtype: np.dtype[Any], stride: int) -> Iterator[NDArray[Any]]:
    """Arrays of every ``stride``-th float of a dtype, in the order of the bits."""
    word = WORDS[dtype.itemsize]
    total = 1 << (8 * dtype.itemsize)
    for start in range(0, total, CHUNK * stride):
        stop = min(total, start + CHUNK * stride)
        yield np.arange(start, stop, stride, dtype=np.uint64).astype(word).view(dtype)


def prove(
    function: str,
    dtype: str = "float32",
    stride: int = 1,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ProofResult:
    """Walk over the floats and count the results that are not correctly rounded.

    Parameters
    ----------
    function
        One of `FUNCTIONS`.
    dtype
        ``"float32"`` or ``"float16"``.
    stride
        1 tries every float, N every N-th bit pattern.
    jobs
        Threads; all cores by default.
    progress
        Called with (floats tried, floats to try) after every chunk.

    Raises
    ------
    UsageError
        For a function or dtype without exhaustive proof, or a stride below 1.
    TrueOddsError
        If gmpy2 is not installed.
    """
    if function not in FUNCTIONS:
        raise UsageError(f"cannot prove {function!r}: known are {', '.join(FUNCTIONS)}")
    if dtype not in ("float16", "float32"):
        raise UsageError(f"cannot walk all of {dtype!r}: float16 and float32 can be proved")
    if stride < 1:
        raise UsageError(f"the stride must be 1 or more, found {stride}")
    kind = np.dtype(dtype)
    total = -(-(1 << (8 * kind.itemsize)) // stride)
    began = time.perf_counter()
    found = ChunkResult(0, 0, 0.0, 0.0, [], [])
    exact_values.mpfr()
    UFUNCS[function](np.full(1, 0.25, kind))
    workers = jobs or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting = []
        for x in chunks(kind, stride):
            waiting.append(pool.submit(check, function, x))
            if len(waiting) >= 4 * workers:
                found = add(found, waiting.pop(0).result())
                if progress:
                    progress(found.tried, total)
        for chunk in waiting:
            found = add(found, chunk.result())
    if progress:
        progress(found.tried, total)
    return ProofResult(
        function,
        dtype,
        stride,
        found.tried,
        found.wrong,
        found.worst_ulp,
        found.worst_input,
        found.examples,
        found.hard,
        time.perf_counter() - began,
        machine(),
    )


def add(one: ChunkResult, other: ChunkResult) -> ChunkResult:
    """Join the results of two parts of a walk."""
    worse = other if other.worst_ulp > one.worst_ulp else one
    return ChunkResult(
        one.tried + other.tried,
        one.wrong + other.wrong,
        worse.worst_ulp,
        worse.worst_input,
        [*one.examples, *other.examples][:EXAMPLES],
        one.hard + other.hard,
    )
