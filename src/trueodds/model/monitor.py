"""Counts, while rows are scored, how they differ from the training rows; needs only NumPy."""

from collections import Counter
from dataclasses import dataclass
from math import exp, lgamma, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.profile import Profile
from trueodds.columns.schema import Schema
from trueodds.columns.values import MISSING, UNSEEN, Values
from trueodds.table.frame import Frame

CHANCE = 4.0
"""Standard deviations that chance hardly reaches: once in 16,000 for a normal distribution."""
RARE = 3e-5
"""The same as a probability."""
LONGEST = 60
"""Characters of an example."""
LEAST_CHANGE = 0.01
"""Missing shares that differ by less are not reported, however certain the difference is."""

MOST_MESSAGES = 8
"""Most sentences of `differences`."""

What = Literal["unseen", "range", "missing"]


@dataclass(frozen=True)
class OutOfRange:
    """One difference of a column from the training rows."""

    column: str
    what: What
    """An unseen level, a number outside the training range, or another share of missing cells."""
    count: int
    """Rows that have it."""
    rows: int
    """All rows."""
    sentence: str


class Monitor:
    """Counts, chunk by chunk, the cells that training did not have.

    Parameters
    ----------
    schema
        The model's columns.
    profile
        The reference profile; None for a model without one: then only unseen levels are found.
    """

    def __init__(self, schema: Schema, profile: Profile | None) -> None:
        self._schema = schema
        self._texts = {column.name for column in schema.used if column.kind == "text"}
        self._training = 0 if profile is None else profile.rows
        self._profile = {} if profile is None else {c.name: c for c in profile.columns}
        self.rows = 0
        self._unseen: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._below: Counter[str] = Counter()
        self._above: Counter[str] = Counter()
        self._far: Counter[str] = Counter()
        self._examples: dict[tuple[str, What], str] = {}

    def update(self, values: Values, frame: Frame | None = None) -> None:
        """Count some more rows; the frame that they were read from, if given, gives examples."""
        self.rows += values.rows
        for name, codes in values.codes.items():
            self._missing[name] += int(np.count_nonzero(codes == MISSING))
            if name in self._texts:
                continue  # no text is a level
            self._unseen[name] += int(np.count_nonzero(codes == UNSEEN))
            self._keep_example(name, "unseen", codes == UNSEEN, frame)
        for name, numbers in values.numbers.items():
            self._missing[name] += int(np.count_nonzero(np.isnan(numbers)))
            column = self._profile.get(name)
            if column is None:
                continue
            width = column.high - column.low
            self._below[name] += int(np.count_nonzero(numbers < column.low))
            self._above[name] += int(np.count_nonzero(numbers > column.high))
            far = (numbers < column.low - width) | (numbers > column.high + width)
            self._far[name] += int(np.count_nonzero(far))
            outside = far if far.any() else (numbers < column.low) | (numbers > column.high)
            self._keep_example(name, "range", outside, frame)

    def add(self, other: "Monitor") -> None:
        """Count the rows of another monitor of the same model too, which come after these."""
        self.rows += other.rows
        self._unseen.update(other._unseen)
        self._missing.update(other._missing)
        self._below.update(other._below)
        self._above.update(other._above)
        self._far.update(other._far)
        self._examples = {**other._examples, **self._examples}

    def out_of_range(self) -> tuple[OutOfRange, ...]:
        """All differences from training, in the order of the columns.

        An unseen level always counts. Numbers outside the range count if one of them lies further
        outside than the range is wide, or if chance puts so many rows beyond one end with a
        probability below `RARE`. A share of missing cells counts if it was 0 in training, or if it
        differs by `LEAST_CHANGE` and by `CHANCE` standard deviations of the pooled two-proportion
        test.
        """
        found = []
        for column in self._schema.used:
            name = column.name
            differences: tuple[tuple[What, int, str], ...] = (
                ("unseen", self._unseen[name], "have a level that training did not have"),
                ("range", self._outside(name), self._range_text(name)),
                ("missing", self._missing[name], self._missing_text(name)),
            )
            for what, count, text in differences:
                if text and (count or what == "missing"):
                    example = self._examples.get((name, what), "")
                    sentence = f'column "{name}": {count:,} of {self.rows:,} rows {text}{example}'
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
        rare = min(self._by_chance(below), self._by_chance(above)) < RARE
        return below + above if self._far[name] or rare else 0

    def _by_chance(self, count: int) -> float:
        """Probability that at least ``count`` new rows lie beyond all training rows on one side.

        The ``count`` lowest of n + m exchangeable rows are then all new: Π (n − i)/(n + m − i).
        """
        new, all_rows = self.rows, self.rows + self._training
        chosen = lgamma(new + 1) - lgamma(new - count + 1)
        return exp(chosen - lgamma(all_rows + 1) + lgamma(all_rows - count + 1))

    def _range_text(self, name: str) -> str:
        column = self._profile.get(name)
        if column is None:
            return ""
        return (
            f"are outside the range of training, {column.low:g} to {column.high:g} "
            f"({self._below[name]:,} below, {self._above[name]:,} above)"
        )

    def _missing_text(self, name: str) -> str:
        """What to say of the missing cells; empty if chance explains them."""
        column, count, rows = self._profile.get(name), self._missing[name], self.rows
        if column is None or not rows:
            return ""
        if not column.missing:
            return "are missing; none was missing in training" if count else ""
        if missing_by_chance(column.missing, self._training, count, rows):
            return ""
        before, now = column.missing / self._training, count / rows
        return f"({now:.1%}) are missing; {before:.1%} were missing in training"


def missing_by_chance(before: int, training: int, now: int, rows: int) -> bool:
    """Whether chance explains the missing cells of new rows, of which training rows had some."""
    pooled = (before + now) / (training + rows)
    spread = sqrt(pooled * (1.0 - pooled) * (1.0 / training + 1.0 / rows))
    return abs(now / rows - before / training) < max(LEAST_CHANGE, CHANCE * spread)


def differences(
    schema: Schema, profile: Profile | None, values: Values, frame: Frame
) -> tuple[str, ...]:
    """Differences from the training rows, one sentence for each column and kind.

    Parameters
    ----------
    schema, profile
        Of the training table.
    values, frame
        The new rows, as numbers and codes, and as they came.
    """
    monitor = Monitor(schema, profile)
    monitor.update(values, frame)
    # A column with cells that were not read, or that is absent, has its own sentence.
    named = {cells.column for cells in values.odd} | set(values.absent)
    found = [
        finding.sentence
        for finding in monitor.out_of_range()
        if finding.what != "missing" or finding.column not in named
    ]
    if len(found) > MOST_MESSAGES:
        more = len(found) - MOST_MESSAGES + 1
        found[MOST_MESSAGES - 1 :] = [f"{more:,} more columns differ from training: see notes_on"]
    return tuple(found)
