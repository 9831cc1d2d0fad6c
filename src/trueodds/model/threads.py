"""Blocks of rows side by side in threads, each with a BLAS of one thread.

BLAS's own threads gain nothing on products as small as a block's, and on a busy machine they lose
by a factor of tens, waiting for each other. The limit is the process's, so it is counted: the
first call sets it, the last one gives it back.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from trueodds.machine import cores

_lock = threading.Lock()
_users = 0
_limit: Any = None


@cache
def _blas() -> Any:
    """NumPy's BLAS; looking for it among the loaded libraries takes a millisecond."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Products inside run on the thread that calls them."""
    global _users, _limit
    with _lock:
        if not _users:
            _limit = _blas().limit(limits=1)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _limit.restore_original_limits()


def side_by_side(work: Callable[[int], None], starts: Sequence[int]) -> None:
    """Call ``work`` once for every start, in as many threads as there are cores."""
    threads = min(cores(), len(starts))
    with one_blas_thread():
        if threads <= 1:
            for start in starts:
                work(start)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, starts):
                pass
