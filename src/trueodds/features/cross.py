"""Columns crossed: a level of its own for each combination of levels, and whole numbers as codes.

A part is a category by its levels or a number by bins. A cross of one part reads the bins of a
number as a category: a number whose whole values are codes has a bin for each. Only combinations
that recur in the training rows are levels; all others are one, without an effect.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import UNSEEN, Values

LARGEST_KEY = 2**53
"""Keys stay below: a reader of the file may count in doubles."""

MOST_PARTS = 3


def bin_codes(numbers: NDArray[np.float64], cuts: tuple[float, ...]) -> NDArray[np.int64]:
    """Number of cuts that do not exceed each number, −1 where it is missing."""
    found = np.searchsorted(np.array(cuts), numbers, side="right")
    return np.where(np.isnan(numbers), -1, found)


@dataclass(frozen=True)
class Part:
    """One column of a cross: a category of so many levels, or a number in ``levels`` bins.

    A number has ``cuts``, increasing, one fewer than levels; a category has none.
    """

    source: str
    levels: int
    cuts: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """Places of a part in a key: its levels, unseen cells and missing ones."""
        return self.levels + 2

    def places(self, values: Values) -> NDArray[np.int64]:
        """Level of each row + 2; 1 where the cell is missing, 0 where its level is unseen."""
        if self.cuts:
            return bin_codes(values.numbers[self.source], self.cuts) + 2
        return values.codes[self.source].astype(np.int64) + 2

    def place(self, cell: Any) -> int:
        """`places` of one cell: a float (NaN is missing) or a code."""
        if not self.cuts:
            return int(cell) + 2
        return 1 if cell != cell else bisect_right(self.cuts, cell) + 2

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Cross:
    """Parts crossed: a row's key is Σ place·(product of the sizes of the parts behind it).

    ``keys``, int64 and increasing, are those of the levels; a row's code is its key's position, or
    −2 for a key that is not among them.
    """

    parts: tuple[Part, ...]
    keys: NDArray[np.int64]

    def __post_init__(self) -> None:
        self.keys.setflags(write=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(part.source for part in self.parts)

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {key: position for position, key in enumerate(self.keys.tolist())}

    def code(self, cells: Sequence[Any]) -> int:
        """Position in ``keys`` of one row, −2 where there is none; see `Part.place` for cells."""
        key = 0
        for part, cell in zip(self.parts, cells, strict=True):
            key = key * part.size + part.place(cell)
        return self._positions.get(key, UNSEEN)

    def codes(self, values: Values) -> NDArray[np.int64]:
        """Position in ``keys`` of every row, −2 where there is none; shape (rows,)."""
        return positions(self.keys, keys_of([p.places(values) for p in self.parts], self.parts))


def keys_of(places: Sequence[NDArray[np.int64]], parts: Sequence[Part]) -> NDArray[np.int64]:
    """Keys of rows from their places in every part, shape (rows,)."""
    key = places[0]
    for place, part in zip(places[1:], parts[1:], strict=True):
        key = key * part.size + place
    return key


def positions(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted key is among the increasing ``keys``; −2 where it is not."""
    if not len(keys):
        return np.full(len(wanted), UNSEEN, dtype=np.int64)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[found] == wanted, found, UNSEEN)


def keys_end(parts: Sequence[Part]) -> int:
    """All keys of these parts are below this."""
    return prod(part.size for part in parts)


def names_of(crosses: Sequence[tuple[Part, ...]], taken: Iterable[str]) -> list[str]:
    """Names for crosses, other than all that are taken."""
    names, others = [], set(taken)
    for parts in crosses:
        name = " × ".join(part.source for part in parts)
        name = name if len(parts) > 1 else f"{name}, by value"
        while name in others:
            name += "'"
        others.add(name)
        names.append(name)
    return names
