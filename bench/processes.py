"""Run a command and know how long it took and what it and its children held in memory."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import psutil

INTERVAL = 0.05


@dataclass(frozen=True)
class Finished:
    """A command that has ended; ``peak_mb`` is of all its processes together."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    peak_mb: float


def held_mb(root: psutil.Process) -> float:
    """Memory of a process and its children, shared pages counted once (proportional set size)."""
    total = 0
    try:
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in family:
        try:
            full = process.memory_full_info()
            total += getattr(full, "pss", 0) or full.uss
        except psutil.Error:
            continue
    return total / 2**20


def limited(threads: int) -> dict[str, str]:
    """Give the environment that holds every library to so many threads."""
    names = ("OMP", "OPENBLAS", "MKL", "NUMBA", "POLARS_MAX", "LOKY_MAX_CPU")
    ends = {"POLARS_MAX": "_THREADS", "LOKY_MAX_CPU": "_COUNT"}
    return {
        **os.environ,
        **{name + ends.get(name, "_NUM_THREADS"): str(threads) for name in names},
    }


def run(command: list[str], timeout: float, threads: int | None = None) -> Finished:
    """Run a command to its end, sampling its memory every 50 ms."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=limited(threads) if threads else None,
    )
    peak, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        try:
            root = psutil.Process(process.pid)
        except psutil.Error:
            return
        while not ended.wait(INTERVAL):
            peak = max(peak, held_mb(root))

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
    return Finished(process.returncode, stdout, stderr, seconds, peak)


def python(*arguments: str) -> list[str]:
    """Give the command that runs this Python with some arguments."""
    return [sys.executable, *arguments]
