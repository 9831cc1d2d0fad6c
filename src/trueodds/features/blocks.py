"""The encoder's blocks: each turns one source into a few inputs, element by element.

Every block uses IEEE operations alone (+ − × ÷ √ and comparisons) in a fixed order. A row gets the
same inputs alone or among others, on any machine. A missing number gives 0.

``encode`` works on a column, ``nonzero`` on one cell with Python's floats; both give the same bits.
"""

from bisect import bisect_right
from math import sqrt
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

FARTHEST = 1e300
"""Knots lie within ±1e300, so that no difference of two overflows."""

Inputs = list[tuple[int, float]]
"""A cell's inputs that are not 0: position within its block, and value."""
Out = NDArray[np.floating[Any]]
"""Where a block writes its inputs: shape (rows, width), float32 or float64, all 0 before."""


class ClippedScale(msgspec.Struct, frozen=True, tag_field="kind", tag="clipped_scale"):
    """t = (x − centre)·scale, then t/√(1 + (t/3)²): linear near 0, within ±3 at the ends.

    This is the smooth clipping of RealMLP (arXiv 2407.04491).
    """

    width: ClassVar[int] = 1
    source: str
    centre: float
    scale: float

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1) from values of shape (rows,)."""
        # ±1e6 already gives ±3; t² of a larger value could overflow.
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


class QuantileTransform(msgspec.Struct, frozen=True, tag_field="kind", tag="curve"):
    """A piecewise-linear function through stored knots (x, y), constant beyond the ends.

    ``x`` is increasing. `trueodds.features.feature_rules` stores quantiles of the training values
    as x and those of the standard normal distribution as y.
    """

    width: ClassVar[int] = 1
    source: str
    x: tuple[float, ...]
    y: tuple[float, ...]

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1) from values of shape (rows,)."""
        # np.interp would not do: its compiler may fuse a product and a sum on some machines.
        x, y = np.array(self.x), np.array(self.y)
        v = np.clip(values, x[0], x[-1])
        left = np.clip(np.searchsorted(x, v, side="right") - 1, 0, len(x) - 2)
        # A slope between knots closer than 1e-308 or farther than 1e308 overflows: y bounds t.
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


class PiecewiseLinear(msgspec.Struct, frozen=True, tag_field="kind", tag="pieces"):
    """Piecewise-linear encoding (arXiv 2203.05556): one input for each bin between two knots.

    The input is −½ below the bin, ½ above it, and linear inside. One weighted sum of the inputs is
    then any piecewise-linear function of the number with these knots.
    """

    source: str
    x: tuple[float, ...]
    """Knots, increasing, at most `FARTHEST` from 0."""

    @property
    def width(self) -> int:
        """Number of bins."""
        return len(self.x) - 1

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, width)."""
        x = np.array(self.x)
        gone = np.isnan(values)
        v = np.clip(np.where(gone, x[0], values), x[0], x[-1])
        # Shape (width, rows): NumPy's loops are fast along many rows.
        t = v - x[:-1, None]
        # Between knots closer than 1e-308 the quotient may be ±∞, which the clip turns into 0 or 1.
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
        return [(position, self.input_at(value, position)) for position in range(self.width)]

    def input_at(self, value: float, position: int) -> float:
        """One input of one cell that is not missing."""
        low, high = self.x[position], self.x[position + 1]
        if value <= low:
            return -0.5
        return 0.5 if value >= high else (value - low) / (high - low) - 0.5


class Indicator(msgspec.Struct, frozen=True, tag_field="kind", tag="equals"):
    """One input for each stored value: 1 where the number equals it."""

    source: str
    values: tuple[float, ...]

    @property
    def width(self) -> int:
        """Number of values."""
        return len(self.values)

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, width)."""
        for position, value in enumerate(self.values):
            out[:, position] = values == value

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        return [(position, 1.0) for position, v in enumerate(self.values) if v == value]


class Missing(msgspec.Struct, frozen=True, tag_field="kind", tag="missing"):
    """One input: 1 where the number is missing."""

    width: ClassVar[int] = 1
    source: str

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1)."""
        out[:, 0] = np.isnan(values)

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        return [(0, 1.0)] if value != value else []


class Levels(msgspec.Struct, frozen=True, tag_field="kind", tag="levels"):
    """Indicators of a category's levels: at most one input of a row is 1, the others are 0.

    ``slots[code]`` is the position of a level's input, −1 for none. ``missing`` and ``other`` are
    the positions for missing cells and for rare and unseen levels, −1 for none.
    """

    source: str
    slots: tuple[int, ...]
    missing: int
    other: int
    width: int

    def encode(self, codes: NDArray[np.int32], out: Out) -> None:
        """Fill ``out`` of shape (rows, width) from codes of shape (rows,)."""
        # Codes −1 (missing) and −2 (unseen) index the two entries after the levels.
        table = np.array([*self.slots, self.other, self.missing], dtype=np.int64)
        slots = table[codes]
        rows = np.flatnonzero(slots >= 0)
        out[rows, slots[rows]] = 1.0

    def nonzero(self, code: int) -> Inputs:
        """Inputs of one cell, given by its code."""
        slot = self.slots[code] if code >= 0 else self.missing if code == -1 else self.other
        return [(slot, 1.0)] if slot >= 0 else []


Block = ClippedScale | QuantileTransform | PiecewiseLinear | Indicator | Missing | Levels
INDICATORS = (Indicator, Missing, Levels)
"""Blocks whose inputs are 0 or 1."""
