"""Accumulated local effects of one column (Apley & Zhu 2020, first order): the arithmetic.

A row counts only for the change of its forecast between two places that lie beside its own cell.
The mean changes are added up from place to place. So the curve of a column does not show the effect
of a column that rises and falls with it, and asks for no forecast of a row that cannot be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.intervals import student_t

Float = NDArray[np.float64]

INTERVALS = 24
"""Intervals of a number, at most."""
LEAST_ROWS = 10
"""Rows of an interval or of a level that has a place of its own, at least."""


def edges(values: Float, most: int = INTERVALS) -> Float:
    """Places of a number, shape (places,), increasing values that occur.

    They are quantiles. At least `LEAST_ROWS` rows lie at or beyond each end, and between two places
    with the upper one. Empty if there are no two such places.

    Parameters
    ----------
    values
        Shape (rows,); NaN and infinities do not count.
    most
        Intervals between the places, at most.
    """
    known = np.sort(values[np.isfinite(values)])
    if len(known) < 2 * LEAST_ROWS:
        return np.zeros(0)
    low, high = known[LEAST_ROWS - 1], known[-LEAST_ROWS]
    distinct, counts = np.unique(np.clip(known, low, high), return_counts=True)
    found = [float(low)]
    left, rows = int(counts[1:].sum()), 0
    for value, count in zip(distinct[1:].tolist(), counts[1:].tolist(), strict=True):
        rows += count
        # A value that many rows have takes one interval; the others share the rest evenly.
        if rows >= max(LEAST_ROWS, left / (most + 1 - len(found))):
            found.append(value)
            left, rows = left - rows, 0
            if len(found) > most:
                break
    found[-1] = float(high) if len(found) > 1 else found[-1]
    return np.array(found) if len(found) > 1 else np.zeros(0)


def intervals(values: Float, places: Float) -> NDArray[np.int64]:
    """The interval of each value, 0 to places − 2, shape (rows,).

    Interval j is above place j and up to place j + 1; values beyond the ends count to the ends.
    """
    found = np.searchsorted(places, values, side="left") - 1
    return np.clip(found, 0, len(places) - 2).astype(np.int64)


def rows_at(values: Float, places: Float) -> NDArray[np.int64]:
    """Rows up to the first place, and up to each next one from the one before, shape (places,)."""
    found = np.searchsorted(places, values, side="left")
    return np.bincount(np.minimum(found, len(places) - 1), minlength=len(places)).astype(np.int64)


def accumulated(changes: Float, interval: NDArray[np.int64], count: int) -> Float:
    """Effects at all places, not yet centred, shape (forecasts, count + 1); 0 at the first.

    Parameters
    ----------
    changes
        Shape (forecasts, rows): the change of the log-odds from the lower to the upper place of the
        row's interval.
    interval
        Shape (rows,), 0 to count − 1; each has some rows.
    count
        Number of intervals.
    """
    rows = np.bincount(interval, minlength=count)
    means = [np.bincount(interval, each, count) / rows for each in changes]
    return np.concatenate([np.zeros((len(changes), 1)), np.cumsum(means, axis=1)], axis=1)


def between(values: Float, places: Float, effects: Float) -> Float:
    """Effects at values by linear interpolation, (forecasts, rows).

    They are constant beyond the ends, and NaN at NaN.
    """
    # `np.interp` divides effects by the distance of places, which can be too small or too large.
    half = 0.5 if np.abs(places).max() > 1e300 else 1.0
    own, ends = half * np.clip(values, places[0], places[-1]), half * places
    at = np.clip(np.searchsorted(ends, own, side="right") - 1, 0, len(ends) - 2)
    part = (own - ends[at]) / (ends[at + 1] - ends[at])
    return np.asarray(effects[:, at] + part * (effects[:, at + 1] - effects[:, at]))


@dataclass(frozen=True, eq=False)
class Replicates:
    """How far the effects of a model's members lie apart, and so how sure those of the model are.

    The model's effect is the mean of its members'. Members in one slot are of one kind, and each of
    them belongs to another part: the parts' means differ by what their members were trained on. A
    member that does not see a column has no effect of it, and tells nothing of how sure it is.
    """

    part: NDArray[np.int64]
    """Shape (members,), from 0 on."""
    slot: NDArray[np.int64]
    """Shape (members,), from 0 on."""
    factor: float
    """From the mean squared distance of the parts to the variance of the model."""
    freedom: int
    """Degrees of freedom; 0 for a single part."""

    @classmethod
    def of_folds(cls, fold: NDArray[np.int64], each: int) -> "Replicates":
        """Parts are folds: the members of each one were trained without 1/each of the rows.

        This is the jackknife that deletes groups of rows (Shao & Tu 1995, section 2.3): the
        variance over training rows is each − 1 times the mean square. What differs by chance alone
        between members counts as much, so that the band is rather too wide.

        ``fold`` has shape (members,), from 0 on; ``each`` folds in turn cut the rows once.
        """
        count = int(fold.max()) + 1
        order = np.argsort(fold, kind="stable")
        among = np.empty(len(fold), dtype=np.int64)
        among[order] = np.arange(len(fold)) - np.searchsorted(fold[order], fold[order])
        partition = fold // each
        slot = among * (int(partition.max()) + 1) + partition
        return cls(fold, slot, each - 1.0, count - int(partition.max()) - 1)

    @classmethod
    def of_members(cls, members: int, parts: int) -> "Replicates":
        """Members trained on the same rows, so many of a kind in turn, differ in how they began."""
        number = np.arange(members)
        parts = min(parts, members)
        return cls(number % parts, number // parts, 1.0 / max(1, parts - 1), parts - 1)

    def half(self, effects: Float) -> Float:
        """Half width of the 95 % band, (members, places) → (places,); NaN for a single part."""
        if self.freedom < 1:
            return np.full(effects.shape[1], np.nan)
        seen = effects.any(axis=1)
        apart = np.zeros_like(effects)
        for slot in range(int(self.slot.max()) + 1):
            among = self.slot == slot
            some, count = among & seen, int((among & seen).sum())
            if count > 1:
                wider = count / (count - 1.0) * (1.0 - 1.0 / int(among.sum()))
                apart[some] = (effects[some] - effects[some].mean(axis=0)) * np.sqrt(wider)
        parts = int(self.part.max()) + 1
        sums = np.stack([apart[self.part == part].sum(axis=0) for part in range(parts)])
        variance = self.factor * np.square(sums * (parts / len(effects))).mean(axis=0)
        return np.asarray(student_t(self.freedom + 1.0) * np.sqrt(variance))
