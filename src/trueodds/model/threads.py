"""Blocks of rows side by side in threads, each with a BLAS of one thread.

BLAS's own threads gain nothing on products as small as a block's, and on a busy machine they lose
by a factor of tens, waiting for each other. The limit is the process's, so it is counted: the
first call sets it, the last one gives it back.
"""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from trueodds.machine import cores

LEAST_ROWS = 256
"""Fewer rows are not worth another thread."""

Threads = tuple[Callable[[], int], Callable[[int], Any]]
"""What tells and what sets the number of threads of one library."""


@cache
def _blas() -> list[Threads]:
    """NumPy's BLAS; looking for it among the loaded libraries takes a millisecond."""
    from threadpoolctl import ThreadpoolController

    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    # threadpoolctl ≥ 3.7 lets only that Python thread set OpenBLAS's threads which did so first;
    # here the call that ends last may be another thread's.
    return [
        (one.get_num_threads, getattr(one, "_real_set_num_threads", one.set_num_threads))
        for one in libraries
    ]


class _OneThread:
    """A ``with`` statement that may be entered by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._given: list[tuple[Callable[[int], Any], int]] = []

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                told = [(change, tell()) for tell, change in _blas()]
                self._given = [(change, count) for change, count in told if count != 1]
                for change, _ in self._given:
                    change(1)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                for change, count in self._given:
                    change(count)


one_blas_thread = _OneThread()
"""Products inside run on the thread that calls them."""


def side_by_side(work: Callable[[int, int], None], rows: int, most: int) -> None:
    """Call ``work(start, stop)`` for parts of at most so many rows, in as many threads as cores."""
    threads = max(1, min(cores(), rows // LEAST_ROWS))
    # As many parts for one thread as for another.
    count = -(-rows // (most * threads)) * threads
    parts = [(rows * i // count, rows * (i + 1) // count) for i in range(count)]
    with one_blas_thread:
        if threads == 1:
            for start, stop in parts:
                work(start, stop)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, *zip(*parts, strict=True)):
                pass
