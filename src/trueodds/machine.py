"""The part of this machine that the process may use."""

import os


def cores() -> int:
    """Number of cores that this process may use, ≥ 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def blas_core() -> str:
    """Kind of processor whose kernels BLAS uses; the bits of a member depend on it."""
    from threadpoolctl import threadpool_info

    found = {str(info.get("architecture", "")) for info in threadpool_info()}
    return " ".join(sorted(found - {""}))
