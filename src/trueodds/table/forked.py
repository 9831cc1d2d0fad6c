"""A fork after tables were read is refused: polars' threads do not survive one, and it would hang.

A fork before the first table, and children made by spawn or forkserver, are all right.
"""

import os

from trueodds.errors import TrueOddsError

_used = False
_lost = False
"""Whether this process was forked from one that had used polars' threads."""


def require_threads() -> None:
    """Call before work that polars' threads take part in.

    Raises
    ------
    TrueOddsError
        In a process forked from one that had called this before.
    """
    global _used
    if _lost:
        raise TrueOddsError(
            "this process was forked from one that had worked on a table, and polars' threads do "
            "not survive a fork: start processes with multiprocessing's spawn or forkserver, or "
            "fork before the first table"
        )
    _used = True


def _after_fork() -> None:
    global _lost
    _lost = _lost or _used


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
