"""The worst combination of groups of two columns, judged on rows that did not find it.

A search over many combinations always finds one that looks bad. One half of the rows (or clusters)
finds the combination whose calibration differs most from that of the other rows. The other half
tests this one combination, so that the search does not count as evidence (Cox 1975, "A note on
data-splitting for the evaluation of significance levels").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.differences import (
    LEAST_ROWS,
    Difference,
    Forecasts,
    calibration_difference,
    enough,
)
from trueodds.evaluation.intervals import Interval, mean_interval

MOST = 1_000
"""Combinations that are searched at most, pair of columns after pair."""

Groups = tuple[str, tuple[str, ...], NDArray[np.int64]]
"""A column, the names of its groups, and the group of each row, shape (n,)."""


@dataclass(frozen=True)
class WorstSlice:
    """A combination of two groups; the figures are of the rows that did not find it."""

    columns: tuple[str, str]
    groups: tuple[str, str]
    rows: int
    """Rows that judge it."""
    calibration: Interval
    """Observed less expected share."""
    difference: Difference
    searched: int
    """How many combinations were compared."""
    complete: bool
    """Whether all combinations with enough rows were compared."""
    p_value: float
    """Of no difference from the other rows; corrected in `trueodds.evaluation.slices.Slices`."""

    @property
    def name(self) -> str:
        """Such as ``race = Other and sex = Male``."""
        return " and ".join(f"{c} = {g}" for c, g in zip(self.columns, self.groups, strict=True))

    def corrected(self, p_value: float) -> "WorstSlice":
        """The same with a corrected p-value."""
        return replace(self, p_value=p_value)


def worst_slice(rows: Forecasts, groupings: Sequence[Groups], seed: int) -> WorstSlice | None:
    """Search the combinations of groups of any two columns.

    Both halves need 20 rows of a combination, and 20 others. None if there is no such combination.
    """
    if len(groupings) < 2:
        return None
    count = int(rows.units.max()) + 1
    finds = np.random.default_rng(seed).permutation(count)[rows.units] < count // 2
    if min(int(finds.sum()), int((~finds).sum())) < 2 * LEAST_ROWS:
        return None
    finding, judging = rows.take(finds), rows.take(~finds)
    best, best_p, searched, complete = None, 2.0, 0, True
    for pair, groups, inside in _cells(groupings, finds):
        if searched == MOST:
            complete = False
            break
        found = calibration_difference(finding, inside[finds])
        searched += 1
        if found is not None and found.p_value < best_p:
            best, best_p = (pair, groups, inside), found.p_value
    if best is None:
        return None
    held = best[2][~finds]
    judged = calibration_difference(judging, held)
    if judged is None:
        return None
    share = judging.weight * held / (judging.weight * held).sum()
    pull = judging.per_unit(share * (judging.residual - judged.inside))
    return WorstSlice(
        columns=best[0],
        groups=best[1],
        rows=int(held.sum()),
        calibration=mean_interval(judged.inside, pull, judging.number(held)),
        difference=judged,
        searched=searched,
        complete=complete,
        p_value=judged.p_value,
    )


def _cells(
    groupings: Sequence[Groups], finds: NDArray[np.bool_]
) -> Iterator[tuple[tuple[str, str], tuple[str, str], NDArray[np.bool_]]]:
    """Columns, groups and rows of every combination with enough rows in both halves."""
    for (one, names, codes), (other, other_names, other_codes) in combinations(groupings, 2):
        both = codes * len(other_names) + other_codes
        for cell in np.unique(both):
            inside = both == cell
            if enough(inside[finds]) and enough(inside[~finds]):
                first, second = divmod(int(cell), len(other_names))
                yield (one, other), (names[first], other_names[second]), inside
