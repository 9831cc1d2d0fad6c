"""The proof that results are correctly rounded: every float tried, each against the reference."""

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
from trueodds.functions import reference
from trueodds.functions.ufuncs import UFUNCS

FUNCTIONS: Final = tuple(reference.FLOAT64)
"""The functions that can be proved."""
CHUNK: Final = 1 << 16
"""Floats looked at together, so that the reference's arrays stay in the cache."""
EXAMPLES: Final = 10
WORDS: Final = {2: np.uint16, 4: np.uint32}


@dataclass(frozen=True)
class ProofResult:
    """What a walk over the floats found."""

    function: str
    dtype: str
    stride: int
    """1: every float there is; N: every N-th; 0: chosen points (float64)."""
    tried: int
    wrong: int
    worst_ulp: float
    worst_input: float
    examples: list[str]
    """The first few wrong results, each in words."""
    decided_by_mpfr: list[int] = field(repr=False)
    """Bits of the inputs too near a rounding boundary for float64: the hard cases."""
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
class Share:
    """What one chunk of floats added to the proof."""

    tried: int
    wrong: int
    worst_ulp: float
    worst_input: float
    examples: list[str]
    hard: list[int]


def machine() -> dict[str, str]:
    """The processor, the system and the versions a measurement was made with."""
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


def check(function: str, x: NDArray[Any]) -> Share:
    """Compare the ufunc with the reference on an array of float32 or float16."""
    word = WORDS[x.dtype.itemsize]
    with np.errstate(all="ignore"):
        found = UFUNCS[function](x)
        right, value, close = reference.expected(function, x)
        differs = found.view(word) != right.view(word)
        if function == "logit":
            # Outside [0, 1] any NaN will do.
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
    return Share(x.size, wrong.size, float(error[worst]), float(x[worst]), examples, hard)


def chunks(dtype: np.dtype[Any], stride: int) -> Iterator[NDArray[Any]]:
    """Every ``stride``-th float of a dtype in the order of its bits."""
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
    """Walk the floats and count the results that are not correctly rounded.

    Parameters
    ----------
    function
        One of :data:`FUNCTIONS`.
    dtype
        ``"float32"`` or ``"float16"``.
    stride
        1 tries every float there is, N every N-th bit pattern.
    jobs
        Threads; all cores by default.
    progress
        Called with (floats tried, floats to try) as the walk goes on.

    Raises
    ------
    UsageError
        For a function or dtype that has no exhaustive proof.
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
    shares = Share(0, 0, 0.0, 0.0, [], [])
    reference.mpfr()
    UFUNCS[function](np.full(1, 0.25, kind))
    workers = jobs or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting = []
        for x in chunks(kind, stride):
            waiting.append(pool.submit(check, function, x))
            if len(waiting) >= 4 * workers:
                shares = add(shares, waiting.pop(0).result())
                if progress:
                    progress(shares.tried, total)
        for share in waiting:
            shares = add(shares, share.result())
    if progress:
        progress(shares.tried, total)
    return ProofResult(
        function,
        dtype,
        stride,
        shares.tried,
        shares.wrong,
        shares.worst_ulp,
        shares.worst_input,
        shares.examples,
        shares.hard,
        time.perf_counter() - began,
        machine(),
    )


def add(one: Share, other: Share) -> Share:
    """Two shares of a walk as one."""
    worse = other if other.worst_ulp > one.worst_ulp else one
    return Share(
        one.tried + other.tried,
        one.wrong + other.wrong,
        worse.worst_ulp,
        worse.worst_input,
        [*one.examples, *other.examples][:EXAMPLES],
        one.hard + other.hard,
    )
