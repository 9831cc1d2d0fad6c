"""What in new rows is unlike the training rows, counted while they are scored; NumPy alone."""

from collections import Counter
from dataclasses import asdict, dataclass
from math import exp, lgamma, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.profile import Seen
from trueodds.columns.schema import Schema
from trueodds.columns.values import MISSING, UNSEEN, Values
from trueodds.table.frame import Frame

CHANCE = 4.0
"""Standard deviations that chance hardly reaches: once in 16,000 for a normal law."""
RARE = 3e-5
"""The same as a probability."""
LONGEST = 60
"""Characters of an example."""
LEAST_CHANGE = 0.01
"""Missing shares that differ by less are not worth a word, however certain."""

What = Literal["unseen", "range", "missing"]


@dataclass(frozen=True)
class OutOfRange:
    """One thing that training rows did not show."""

    column: str
    what: What
    count: int
    """Rows of which it is true."""
    rows: int
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return asdict(self)


class Monitor:
    """Counts, chunk by chunk, the cells that training did not show.

    Parameters
    ----------
    schema
        The model's.
    seen
        What training rows looked like; None for a model without: then only unseen levels tell.
    """

    def __init__(self, schema: Schema, seen: Seen | None) -> None:
        self._schema = schema
        self._training = 0 if seen is None else seen.rows
        self._seen = {} if seen is None else {column.name: column for column in seen.columns}
        self.rows = 0
        self._unseen: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._below: Counter[str] = Counter()
        self._above: Counter[str] = Counter()
        self._far: Counter[str] = Counter()
        self._examples: dict[tuple[str, What], str] = {}

    def look(self, values: Values, frame: Frame | None = None) -> None:
        """Count some rows; the frame that they were read from, if given, gives examples."""
        self.rows += values.rows
        for name, codes in values.codes.items():
            self._unseen[name] += int(np.count_nonzero(codes == UNSEEN))
            self._missing[name] += int(np.count_nonzero(codes == MISSING))
            self._keep_example(name, "unseen", codes == UNSEEN, frame)
        for name, numbers in values.numbers.items():
            self._missing[name] += int(np.count_nonzero(np.isnan(numbers)))
            seen = self._seen.get(name)
            if seen is None:
                continue
            width = seen.high - seen.low
            self._below[name] += int(np.count_nonzero(numbers < seen.low))
            self._above[name] += int(np.count_nonzero(numbers > seen.high))
            far = (numbers < seen.low - width) | (numbers > seen.high + width)
            self._far[name] += int(np.count_nonzero(far))
            outside = far if far.any() else (numbers < seen.low) | (numbers > seen.high)
            self._keep_example(name, "range", outside, frame)

    def unlike(self) -> tuple[OutOfRange, ...]:
        """All that is unlike training, in the order of the columns.

        Unseen levels always count. A range counts as left when a value lies as far beyond it as it
        is wide, or when more rows lie beyond one of its ends than `RARE` chance would put there. A
        missing share counts when it was
        0 in training, or differs by `LEAST_CHANGE` and `CHANCE` deviations of the pooled
        two-proportion test.
        """
        found = []
        for column in self._schema.used:
            name = column.name
            told: tuple[tuple[What, int, str], ...] = (
                ("unseen", self._unseen[name], "have a level that training did not have"),
                ("range", self._outside(name), self._told_range(name)),
                ("missing", self._missing[name], self._told_missing(name)),
            )
            for what, count, words in told:
                if words and (count or what == "missing"):
                    example = self._examples.get((name, what), "")
                    sentence = f'column "{name}": {count:,} of {self.rows:,} rows {words}{example}'
                    found.append(OutOfRange(name, what, count, self.rows, sentence))
        return tuple(found)

    def _keep_example(
        self, name: str, what: What, which: NDArray[np.bool_], frame: Frame | None
    ) -> None:
        """Keep the first of the cells and its place."""
        if frame is None or (name, what) in self._examples or not which.any():
            return
        row = int(np.argmax(which))
        cell = str(frame.column(name)[row])
        shown = cell if len(cell) <= LONGEST else cell[: LONGEST - 1] + "…"
        self._examples[name, what] = f', such as "{shown}" ({frame.place(row)})'

    def _outside(self, name: str) -> int:
        below, above = self._below[name], self._above[name]
        left = min(self._by_chance(below), self._by_chance(above)) < RARE
        return below + above if self._far[name] or left else 0

    def _by_chance(self, count: int) -> float:
        """Chance that at least so many new rows lie beyond all training rows on one side.

        Of n + m exchangeable rows the ``count`` lowest are then all new: Π (n − i)/(n + m − i).
        """
        new, all_rows = self.rows, self.rows + self._training
        chosen = lgamma(new + 1) - lgamma(new - count + 1)
        return exp(chosen - lgamma(all_rows + 1) + lgamma(all_rows - count + 1))

    def _told_range(self, name: str) -> str:
        seen = self._seen.get(name)
        if seen is None:
            return ""
        return (
            f"lie outside the training rows' {seen.low:g} to {seen.high:g} "
            f"({self._below[name]:,} below, {self._above[name]:,} above)"
        )

    def _told_missing(self, name: str) -> str:
        """What is said of the missing cells: nothing when chance would do it."""
        seen, count, rows = self._seen.get(name), self._missing[name], self.rows
        if seen is None or not rows:
            return ""
        if not seen.missing:
            return "are missing; in training none was" if count else ""
        before, now = seen.missing / self._training, count / rows
        pooled = (seen.missing + count) / (self._training + rows)
        spread = sqrt(pooled * (1.0 - pooled) * (1.0 / self._training + 1.0 / rows))
        if abs(now - before) < max(LEAST_CHANGE, CHANCE * spread):
            return ""
        return f"({now:.1%}) are missing; in training {before:.1%} were"
