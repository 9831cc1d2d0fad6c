"""The encoder's rules: each turns one source into a few inputs, element by element.

Every rule uses IEEE operations alone (+ − × ÷ √ and comparisons) in a fixed order, so a row gets
the same inputs alone or among others, on any machine. Missing numbers give 0.

``encode`` works on a column, ``nonzero`` on one cell with Python's floats: the same bits.
"""

from bisect import bisect_right
from math import sqrt
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

FARTHEST = 1e300
"""Knots stay within ±this, so that no difference of two overflows."""

Inputs = list[tuple[int, float]]
"""A cell's inputs that are not 0: position within its block, and value."""
Out = NDArray[np.floating[Any]]


class ClippedScale(msgspec.Struct, frozen=True, tag_field="kind", tag="clipped_scale"):
    """t = (x − centre)·scale, then t/√(1 + (t/3)²): linear near 0, within ±3 at the ends."""

    width: ClassVar[int] = 1
    source: str
    centre: float
    scale: float

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1)."""
        # ±1e6 is already ±3 after the clip; beyond, t² could overflow.
        with np.errstate(over="ignore"):
            t = np.clip((values - self.centre) * self.scale, -1e6, 1e6)
        t = t / np.sqrt(1.0 + (t / 3.0) * (t / 3.0))
        out[:, 0] = np.where(np.isnan(t), 0.0, t)

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        if value != value:
            return []
        t = (value - self.centre) * self.scale
        t = -1e6 if t < -1e6 else 1e6 if t > 1e6 else t
        return [(0, t / sqrt(1.0 + (t / 3.0) * (t / 3.0)))]


class Curve(msgspec.Struct, frozen=True, tag_field="kind", tag="curve"):
    """The piecewise-linear curve through stored knots (x increasing), constant beyond the ends."""

    width: ClassVar[int] = 1
    source: str
    x: tuple[float, ...]
    y: tuple[float, ...]

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1)."""
        # Not np.interp: a compiler may fuse its product and sum, by machine.
        x, y = np.array(self.x), np.array(self.y)
        v = np.clip(values, x[0], x[-1])
        left = np.clip(np.searchsorted(x, v, side="right") - 1, 0, len(x) - 2)
        # A slope between knots closer than 1e-308 or farther than 1e308 overflows: y bounds it.
        with np.errstate(over="ignore", invalid="ignore"):
            slope = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
            t = y[left] + slope[left] * (v - x[left])
        t = np.fmin(np.fmax(t, y[left]), y[left + 1])
        out[:, 0] = np.where(np.isnan(values), 0.0, t)

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        if value != value:
            return []
        x, y = self.x, self.y
        v = x[0] if value < x[0] else x[-1] if value > x[-1] else value
        right = min(bisect_right(x, v), len(x) - 1)
        start, low, high = x[right - 1], y[right - 1], y[right]
        t = low + (high - low) / (x[right] - start) * (v - start)
        return [(0, high if t > high else t if t > low else low)]


class Pieces(msgspec.Struct, frozen=True, tag_field="kind", tag="pieces"):
    """Piecewise-linear encoding (arXiv 2203.05556): one input for each stretch between two knots.

    It is −½ below the stretch, ½ above it, and linear between, so that a network learns any
    piecewise-linear function of the number by one weighted sum.
    """

    source: str
    x: tuple[float, ...]
    """Knots, increasing, at most `FARTHEST` from 0."""

    @property
    def width(self) -> int:
        """One input a stretch."""
        return len(self.x) - 1

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, width)."""
        x = np.array(self.x)
        gone = np.isnan(values)
        v = np.clip(np.where(gone, x[0], values), x[0], x[-1])
        # A stretch after the other: NumPy's loops are fast along many rows.
        t = v - x[:-1, None]
        # Knots closer than 1e-308 may overflow to ±∞, which the clip mends.
        with np.errstate(over="ignore"):
            t /= (x[1:] - x[:-1])[:, None]
        np.clip(t, 0.0, 1.0, out=t)
        t -= 0.5
        t[:, gone] = 0.0
        out[:] = t.T

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        if value != value:
            return []
        return [(position, self.part(value, position)) for position in range(self.width)]

    def part(self, value: float, position: int) -> float:
        """One input of one cell that is not missing."""
        low, high = self.x[position], self.x[position + 1]
        if value <= low:
            return -0.5
        return 0.5 if value >= high else (value - low) / (high - low) - 0.5


class Equals(msgspec.Struct, frozen=True, tag_field="kind", tag="equals"):
    """One indicator for each stored value."""

    source: str
    values: tuple[float, ...]

    @property
    def width(self) -> int:
        """One input a value."""
        return len(self.values)

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, width)."""
        for position, value in enumerate(self.values):
            out[:, position] = values == value

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        return [(position, 1.0) for position, v in enumerate(self.values) if v == value]


class Missing(msgspec.Struct, frozen=True, tag_field="kind", tag="missing"):
    """1 where the number is missing."""

    width: ClassVar[int] = 1
    source: str

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1)."""
        out[:, 0] = np.isnan(values)

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        return [(0, 1.0)] if value != value else []


class Levels(msgspec.Struct, frozen=True, tag_field="kind", tag="levels"):
    """Indicators of a category's levels.

    ``slots[code]`` is the input of a level, −1 for none; ``missing`` and ``other`` (rare and
    unseen levels) are the inputs of those, −1 for none.
    """

    source: str
    slots: tuple[int, ...]
    missing: int
    other: int
    width: int

    def encode(self, codes: NDArray[np.int32], out: Out) -> None:
        """Fill ``out`` of shape (rows, width)."""
        # Codes −1 (missing) and −2 (unseen) index the two entries behind the levels.
        table = np.array([*self.slots, self.other, self.missing], dtype=np.int64)
        slots = table[codes]
        rows = np.flatnonzero(slots >= 0)
        out[rows, slots[rows]] = 1.0

    def nonzero(self, code: int) -> Inputs:
        """Inputs of one cell, given by its code."""
        slot = self.slots[code] if code >= 0 else self.missing if code == -1 else self.other
        return [(slot, 1.0)] if slot >= 0 else []


Block = ClippedScale | Curve | Pieces | Equals | Missing | Levels
INDICATORS = (Equals, Missing, Levels)
"""Rules whose inputs are only ever 0 or 1."""
