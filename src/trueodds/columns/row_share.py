"""A random share of the rows of many files, known without reading them.

A row's mark is a hash of the seed, its file's name and its number there. The share holds the rows
with the smallest marks. So it does not depend on who reads the files, or in what order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.sketch import mix

BLOCK = 1 << 20
"""Rows that are marked at once."""
MARGIN = 8.0
"""Standard deviations above the expected bound of the marks, for a first look."""


@dataclass(frozen=True)
class RowShare:
    """Which rows of some files are drawn."""

    seed: int
    bound: int
    """The largest mark that is drawn, below 2⁶⁴."""

    def holds(self, file: str, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether rows are drawn, shape (rows,): a file's name and their numbers there, from 1."""
        return marks(self.seed, file, numbers) <= np.uint64(self.bound)


def marks(seed: int, file: str, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Marks of rows of a file, uint64, shape (rows,); ``numbers`` are theirs in the file."""
    key = blake2b(f"{seed}\n{file}".encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return mix(numbers.astype(np.uint64) ^ np.uint64(int.from_bytes(key, "little")))


def drawn_rows(files: Sequence[tuple[str, int]], wanted: int, seed: int) -> RowShare | None:
    """Draw rows without replacement; all sets of so many rows have the same chance.

    Parameters
    ----------
    files
        Name and number of rows of each file.
    wanted
        Number of rows, ≥ 1.
    seed
        Of the draw, ≥ 0.

    Returns
    -------
    RowShare or None
        None if the files have no more rows than are wanted.
    """
    total = sum(rows for _, rows in files)
    if wanted >= total:
        return None
    expected = wanted / total
    first = min(1.0, expected + MARGIN * (expected / total) ** 0.5)
    while True:
        below = np.uint64(min(int(first * 2.0**64), 2**64 - 1))
        found = np.concatenate([np.empty(0, np.uint64), *_smallest(files, seed, below)])
        if len(found) >= wanted:
            bound = np.partition(found, wanted - 1)[wanted - 1]
            return RowShare(seed, int(bound))
        first = min(1.0, 2.0 * first)


def _smallest(
    files: Sequence[tuple[str, int]], seed: int, below: np.uint64
) -> Iterator[NDArray[np.uint64]]:
    for file, rows in files:
        for start in range(0, rows, BLOCK):
            numbers = np.arange(start, min(start + BLOCK, rows), dtype=np.int64) + 1
            found = marks(seed, file, numbers)
            yield found[found <= below]
