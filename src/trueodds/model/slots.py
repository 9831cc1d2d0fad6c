"""Sources that share rows of the table of sums: one row for each combination of theirs.

A row of the table then adds what several sources add. Few values of few sources make few
combinations, so the smallest sources are joined.
"""

import heapq
from collections.abc import Iterable, Sequence

import numpy as np

from trueodds.model.places import Slot
from trueodds.model.scorer import Float

MOST_JOINED = 64
"""Rows of joined sources, at most: all of them should stay in the cache."""

Member = tuple[int, int]
"""First row of a source, and rows."""


def slots_of(sources: Iterable[Member], room: int) -> tuple[Slot, ...]:
    """Join sources, the smallest first, while so many more rows have room."""
    waiting: list[tuple[int, tuple[Member, ...]]] = [(rows, ((at, rows),)) for at, rows in sources]
    heapq.heapify(waiting)
    while len(waiting) > 1:
        few, small = heapq.heappop(waiting)
        more, large = waiting[0]
        if few * more > MOST_JOINED or few * more - few - more > room:
            heapq.heappush(waiting, (few, small))
            break
        room -= few * more - few - more
        heapq.heapreplace(waiting, (few * more, small + large))
    found, base = [], 0
    for rows, members in sorted(waiting):
        strides, stride = [], rows
        for at, count in members:
            stride //= count
            strides.append((at, stride))
        found.append(Slot(base, rows, tuple(strides)))
        base += rows
    return tuple(found)


def joined(slots: Sequence[Slot], rows: dict[int, int], table: Float) -> Float:
    """Rows of all slots, and one of zeros, from the sources' rows in ``table``.

    ``rows`` are the sources' numbers of rows by the first of them.
    """
    out = np.zeros((sum(slot.rows for slot in slots) + 1, table.shape[1]))
    for slot in slots:
        sums = np.zeros((1, table.shape[1]))
        for at, _ in slot.sources:
            sums = (sums[:, None] + table[at : at + rows[at]]).reshape(-1, table.shape[1])
        out[slot.base : slot.base + slot.rows] = sums
    return out
