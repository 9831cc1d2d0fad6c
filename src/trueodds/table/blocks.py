"""The encoder's rules: each turns one source into a few inputs, element by element.

Every rule uses IEEE operations alone (+ − × ÷ √ and comparisons) in a fixed order, so a row gets
the same inputs alone or among others, on any machine. Missing numbers give 0.

``encode`` works on a column, ``nonzero`` on one cell with Python's floats: the same bits.
"""

from bisect import bisect_right
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

FEW_VALUES = 12
"""A number with at most so many distinct values also gets an indicator for each."""
DOMINANT = 0.2
"""A value with at least this share of the rows gets its own indicator."""
KNOTS = 64
LEAST_LEVEL_ROWS = 5
MOST_LEVELS = 64
"""Most levels of a category with an indicator of their own; the others share one."""

Inputs = list[tuple[int, float]]
"""A cell's inputs that are not 0: position within its block, and value."""
Out = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ClippedScale:
    """t = (x − centre)·scale, then t/√(1 + (t/3)²): linear near 0, within ±3 at the ends."""

    kind: ClassVar[str] = "clipped_scale"
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
        t = min(max((value - self.centre) * self.scale, -1e6), 1e6)
        return [(0, t / sqrt(1.0 + (t / 3.0) * (t / 3.0)))]

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Curve:
    """The piecewise-linear curve through stored knots (x increasing), constant beyond the ends."""

    kind: ClassVar[str] = "curve"
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
        v = min(max(value, x[0]), x[-1])
        left = min(bisect_right(x, v) - 1, len(x) - 2)
        low, high = y[left], y[left + 1]
        t = low + (high - low) / (x[left + 1] - x[left]) * (v - x[left])
        return [(0, min(t if t > low else low, high))]

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Equals:
    """One indicator for each stored value."""

    kind: ClassVar[str] = "equals"
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

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Missing:
    """1 where the number is missing."""

    kind: ClassVar[str] = "missing"
    width: ClassVar[int] = 1
    source: str

    def encode(self, values: NDArray[np.float64], out: Out) -> None:
        """Fill ``out`` of shape (rows, 1)."""
        out[:, 0] = np.isnan(values)

    def nonzero(self, value: float) -> Inputs:
        """Inputs of one cell."""
        return [(0, 1.0)] if value != value else []

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Levels:
    """Indicators of a category's levels.

    ``slots[code]`` is the input of a level, −1 for none; ``missing`` and ``other`` (rare and
    unseen levels) are the inputs of those, −1 for none.
    """

    kind: ClassVar[str] = "levels"
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

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return {"kind": self.kind, **asdict(self)}


Block = ClippedScale | Curve | Equals | Missing | Levels
BLOCKS: dict[str, type[Block]] = {c.kind: c for c in (ClippedScale, Curve, Equals, Missing, Levels)}
"""Every block by its kind."""


def number_blocks(source: str, values: NDArray[np.float64]) -> list[Block]:
    """Rules for a number, chosen from the training rows."""
    blocks: list[Block] = []
    known = values[np.isfinite(values)]
    if len(known):
        distinct, counts = np.unique(known, return_counts=True)
        shares = counts / len(values)
        if len(distinct) > 1:
            blocks += [_clipped_scale(source, known), _curve(source, distinct, counts, shares)]
        if 2 < len(distinct) <= FEW_VALUES:
            own = distinct[counts >= LEAST_LEVEL_ROWS]
        else:
            own = distinct[(shares >= DOMINANT) & (len(distinct) > 2)]
        if len(own):
            blocks.append(Equals(source, tuple(own.tolist())))
    if np.isnan(values).any():
        blocks.append(Missing(source))
    return blocks


def category_blocks(source: str, codes: NDArray[np.int32], levels: int) -> list[Block]:
    """Rules for a category, chosen from the training rows; two levels need one input."""
    counts = np.bincount(codes[codes >= 0], minlength=levels)
    missing = int(np.count_nonzero(codes == -1))
    order = np.argsort(-counts, kind="stable")
    own = [int(c) for c in order if counts[c] >= min(LEAST_LEVEL_ROWS, len(codes) // 10 + 1)]
    own = own[:MOST_LEVELS]
    if len(own) == 2 and levels == 2:
        own = own[1:]
    slots = np.full(levels, -1, dtype=np.int64)
    slots[own] = np.arange(len(own))
    width = len(own)
    missing_slot = other_slot = -1
    if missing:
        missing_slot, width = width, width + 1
    if levels > 2 and len(own) < levels:
        other_slot, width = width, width + 1
        slots[slots < 0] = other_slot
    if not width:
        return []
    return [Levels(source, tuple(slots.tolist()), missing_slot, other_slot, width)]


def _clipped_scale(source: str, known: NDArray[np.float64]) -> ClippedScale:
    """Median to 0 and the quartiles' distance to about that of a normal law (1.35)."""
    # Within ±1e300 no difference overflows.
    low, centre, high = np.quantile(np.clip(known, -1e300, 1e300), [0.25, 0.5, 0.75]).tolist()
    spread = (high - low) / 1.349
    if not spread > 0.0:
        spread = float((known.max() / 4.0 - known.min() / 4.0) * 2.0)
    # The reciprocal of a spread under 1e-308 would be infinite.
    scale = 1.0 / spread if spread > 1e-300 else 1.0
    return ClippedScale(source, centre, scale)


def _curve(
    source: str,
    distinct: NDArray[np.float64],
    counts: NDArray[np.int64],
    shares: NDArray[np.float64],
) -> Curve:
    """Normal scores of the mid-ranks; a dominant value does not take the others' ranks."""
    rest = shares < DOMINANT
    if np.count_nonzero(rest) >= 2:
        distinct, counts = distinct[rest], counts[rest]
    ends = np.cumsum(counts)
    ranks = (ends - 0.5 * counts) / ends[-1]
    if len(distinct) > KNOTS:
        wanted = np.linspace(0.0, 1.0, KNOTS)
        chosen = np.unique(np.clip(np.searchsorted(ranks, wanted), 0, len(distinct) - 1))
        distinct, ranks = distinct[chosen], ranks[chosen]
    normal = NormalDist()
    y = tuple(normal.inv_cdf(float(np.clip(r, 0.002, 0.998))) for r in ranks)
    return Curve(source, tuple(distinct.tolist()), y)
