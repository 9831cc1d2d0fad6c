"""The part of this machine that the process may use."""

import os


def cores() -> int:
    """Number of cores that this process may use, ≥ 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
