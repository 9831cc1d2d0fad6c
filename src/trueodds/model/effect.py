"""Effects of columns as plain values: what `Model.effects` gives."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from trueodds.text import printable

LONGEST = 40
LEAST = 0.01
"""Size of a pair that is told, nats: it changes the odds by 1 %."""
FEWEST = 10
"""Rows of a place of two columns that is named, at least."""


@dataclass(frozen=True, slots=True)
class EffectPoint:
    """A place of a column: how far rows there lie above the mean row, all else as it is."""

    cell: str
    """The number, the date (UTC) or the level as text."""
    at: float | None
    """The number, or seconds since 1970 for a date; None for a level."""
    effect: float
    """Change of the log-odds, nats."""
    low: float
    high: float
    """95 % band over the networks; NaN where the model has a single one."""
    rows: int
    """Rows at this place; of numbers, rows up to here from the place before."""


@dataclass(frozen=True)
class ColumnEffect:
    """How the log-odds change along one column."""

    column: str
    kind: Literal["number", "date", "category", "yesno"]
    points: tuple[EffectPoint, ...]
    """Numbers and dates by size, levels in the order of their similarity. Empty if no two places
    have enough rows."""
    missing: EffectPoint | None
    """Missing cells; None if no row has one."""
    other: EffectPoint | None
    """Levels of few rows together; None if there are none, and for numbers."""
    size: float
    """Standard deviation of the effect over the rows, nats."""


@dataclass(frozen=True, slots=True)
class PairPoint:
    """A place of two columns: how far the log-odds there lie above the sum of both effects."""

    first: str
    """Cell of the first column, as `EffectPoint.cell`."""
    second: str
    effect: float
    """Nats."""
    low: float
    high: float
    """95 % band over the networks; NaN where the model has a single one."""
    rows: int
    """Rows at this place; a number between two places counts to both in proportion."""


@dataclass(frozen=True)
class PairEffect:
    """What two columns do together, beyond the sum of a function of each."""

    first: str
    second: str
    size: float
    """Root mean square over the rows, nats."""
    chance: float
    """Size of the half widths of the band, nats: networks would show as much by chance after other
    training rows. NaN where the model has a single network."""
    points: tuple[PairPoint, ...]
    """All pairs of places; those of the second column change first."""
    rows: int
    """Rows of which both cells were moved."""

    @property
    def beyond_chance(self) -> bool:
        """Whether the size exceeds `LEAST` and what chance allows; False if that is not known."""
        return self.size > LEAST and self.size > self.chance

    @property
    def strongest(self) -> PairPoint | None:
        """The place of the largest effect that has `FEWEST` rows; None if no place has as many."""
        known = [point for point in self.points if point.rows >= FEWEST]
        return max(known, key=lambda point: abs(point.effect), default=None)


@dataclass(frozen=True)
class Effects:
    """The effects of some columns, and the rows on which they were measured.

    Examples
    --------
    >>> found = model.effects(labelled)
    >>> found.of
    200
    """

    columns: tuple[ColumnEffect, ...]
    rows: int
    """Rows of which each column's cells were moved, about."""
    of: int
    """Rows given."""
    pairs: tuple[PairEffect, ...] = ()
    """All pairs of the first columns that have effects, the largest first."""

    def __repr__(self) -> str:
        """One line a column: its kind, the size of its effect and its range."""
        lines = [
            f"Effects of {len(self.columns)} columns, by about {self.rows:,} of {self.of:,} rows:"
        ]
        for found in self.columns:
            name = printable(found.column, LONGEST)
            if not found.points:
                lines.append(f"  {name} ({found.kind}): no two places with enough rows")
                continue
            low, high = (f(found.points, key=lambda p: p.effect) for f in (min, max))
            lines.append(
                f"  {name} ({found.kind}), {found.size:.3f} nats: from {low.effect:+.3f} at "
                f"{printable(low.cell, LONGEST)} to {high.effect:+.3f} at "
                f"{printable(high.cell, LONGEST)}"
            )
        for pair in self.pairs:
            if pair.beyond_chance:
                names = " and ".join(printable(n, LONGEST) for n in (pair.first, pair.second))
                lines.append(f"  {names} together: {pair.size:.3f} nats")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``; a band that is not known is NaN."""
        pairs = [asdict(pair) | {"beyond_chance": pair.beyond_chance} for pair in self.pairs]
        return asdict(self) | {"pairs": pairs}
