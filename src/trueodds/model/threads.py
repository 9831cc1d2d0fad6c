"""Runs blocks of rows in parallel threads, each with one BLAS thread.

BLAS's own threads gain nothing on products as small as a block's. On a busy machine they make these
products tens of times slower, because they wait for each other. The limit holds for the process, so
its users are counted: the first call sets the limit, and the last call restores it.
"""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from trueodds.machine import cores

LEAST_ROWS = 256
"""Least rows for each thread; with fewer rows a thread costs more time than it saves."""

Threads = tuple[Callable[[], int], Callable[[int], Any]]
"""Functions that return and that set the number of threads of one library."""


@cache
def _blas() -> list[Threads]:
    """NumPy's BLAS; finding it among the loaded libraries takes a millisecond."""
    from threadpoolctl import ThreadpoolController

    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    # threadpoolctl ≥ 3.7 lets only one Python thread set OpenBLAS's threads: the first that did so.
    # Here another thread may end last and restore the limit.
    return [
        (one.get_num_threads, getattr(one, "_real_set_num_threads", one.set_num_threads))
        for one in libraries
    ]


class _OneThread:
    """A context manager that many threads can enter at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before: list[tuple[Callable[[int], Any], int]] = []

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                counts = [(change, count()) for count, change in _blas()]
                self._before = [(change, count) for change, count in counts if count != 1]
                for change, _ in self._before:
                    change(1)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                for change, count in self._before:
                    change(count)


one_blas_thread = _OneThread()
"""Inside it, matrix products run on the calling thread."""


def side_by_side(work: Callable[[int, int], None], rows: int, most: int) -> None:
    """Call ``work(start, stop)`` for parts of at most ``most`` rows, one thread for each core."""
    threads = max(1, min(cores(), rows // LEAST_ROWS))
    # Every thread gets the same number of parts.
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
