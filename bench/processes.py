"""Run a command and know how long it took and what it and its children held in memory."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

INTERVAL, LATER, FIRST = 0.05, 0.25, 2.0
"""Seconds between two looks at a command's memory, and those after its first seconds: a look takes
some milliseconds of a core."""
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True)
class Finished:
    """A command that has ended; peaks are of all its processes together.

    ``peak_anonymous_mb`` leaves out mapped files' pages, which the system drops when it needs room.
    """

    code: int
    stdout: str
    stderr: str
    seconds: float
    peak_mb: float
    peak_anonymous_mb: float
    cpu_seconds: float
    """Of all its processes; beside other work a steadier measure than time."""


def _family(root: psutil.Process) -> list[psutil.Process]:
    """A process and its children; none if it has ended."""
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def held_mb(root: psutil.Process) -> float:
    """Memory of a process and its children, shared pages counted once (proportional set size)."""
    total = 0
    for process in _family(root):
        try:
            full = process.memory_full_info()
            total += getattr(full, "pss", 0) or full.uss
        except psutil.Error:
            continue
    return total / 2**20


def anonymous_mb(root: psutil.Process) -> float:
    """Memory of a process and its children that no file stands behind (Linux; 0 elsewhere)."""
    total = 0
    for process in _family(root):
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
    return total / 2**10


def _cpu_seconds() -> float:
    """Processor time of all children that have ended."""
    used = os.times()
    return used.children_user + used.children_system


def as_installed() -> dict[str, str]:
    """Give the environment in which Python keeps the bytecode of what it imports.

    An installer compiles what it installs; the modules of a clone are compiled by the first run.
    """
    return {name: value for name, value in os.environ.items() if name != NO_BYTECODE}


def limited(threads: int) -> dict[str, str]:
    """Give the same environment, which holds every library to so many threads."""
    names = ("OMP", "OPENBLAS", "MKL", "NUMBA", "POLARS_MAX", "LOKY_MAX_CPU")
    ends = {"POLARS_MAX": "_THREADS", "LOKY_MAX_CPU": "_COUNT"}
    return {
        **as_installed(),
        **{name + ends.get(name, "_NUM_THREADS"): str(threads) for name in names},
    }


def run(
    command: list[str],
    timeout: float,
    threads: int | None = None,
    extra: dict[str, str] | None = None,
) -> Finished:
    """Run a command to its end, sampling its memory.

    ``extra`` holds variables that the environment gets besides.
    """
    start, used = time.perf_counter(), _cpu_seconds()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**(limited(threads) if threads else as_installed()), **(extra or {})},
    )
    peak, anonymous, ended = 0.0, 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak, anonymous
        try:
            root = psutil.Process(process.pid)
        except psutil.Error:
            return
        while not ended.wait(INTERVAL if time.perf_counter() - start < FIRST else LATER):
            peak = max(peak, held_mb(root))
            anonymous = max(anonymous, anonymous_mb(root))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        stdout, stderr = process.communicate()
        stderr += f"\nstopped after {timeout:.0f} s"
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    return Finished(
        process.returncode, stdout, stderr, seconds, peak, anonymous, _cpu_seconds() - used
    )


def python(*arguments: str) -> list[str]:
    """Give the command that runs this Python with some arguments.

    What is run by ``-m`` or ``-c`` does not see the working directory.
    """
    return [sys.executable, *(["-P"] if arguments[0] in ("-m", "-c") else []), *arguments]
