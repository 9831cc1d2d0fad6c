"""How many rows a threshold calls, by label, for many thresholds: what the page's slider counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.report.sample import Sample

MOST_THRESHOLDS = 2000
"""Most thresholds of the table, so that a page of 10⁶ rows stays small."""
EVEN, ENDS = 1200, 300
"""Of many forecasts: so many at even steps of rows, and so many closer together at each end."""
DIGITS = 12
"""Significant digits of sums of weights; whole numbers stay as they are."""


@dataclass(frozen=True, eq=False)
class CallsTable:
    """Rows called from each threshold on, exact at every threshold.

    All arrays have shape (thresholds,). A threshold between two of these calls the rows of the
    higher one, or some more where ``complete`` is false.
    """

    thresholds: NDArray[np.float64]
    """Forecast probabilities that occur, rising."""
    rows: NDArray[np.int64]
    """Rows with at least this probability."""
    yes: NDArray[np.float64]
    """Sum of weights of those of them that are yes."""
    no: NDArray[np.float64]
    """Sum of weights of those of them that are no."""
    distinct: int
    """How many different forecasts there are."""

    @property
    def complete(self) -> bool:
        """Whether every forecast is a threshold of the table."""
        return len(self.thresholds) == self.distinct

    def to_json(self) -> dict[str, Any]:
        """Plain values for the page."""
        return {
            "thresholds": self.thresholds.tolist(),
            "rows": self.rows.tolist(),
            "yes": _short(self.yes),
            "no": _short(self.no),
            "complete": self.complete,
        }


def calls_table(sample: Sample, *wanted: float) -> CallsTable:
    """Count the called rows for at most `MOST_THRESHOLDS` thresholds.

    The thresholds 0.01 to 0.99 and those that are ``wanted`` are exact, too: the table has the
    lowest forecast that each of them calls. At most 200 may be wanted.
    """
    p = sample.probability  # falling
    last = np.flatnonzero(np.append(np.diff(p) != 0.0, True)[: p.size])
    kept = last
    if len(last) > MOST_THRESHOLDS:
        edge = np.geomspace(1, p.size, ENDS) - 1
        rows = np.concatenate((np.linspace(0, p.size - 1, EVEN), edge, p.size - 1 - edge))
        at = np.searchsorted(last, np.rint(rows).astype(np.int64))
        grid = np.array([*(np.arange(1, 100) / 100.0), *wanted])
        lowest = np.searchsorted(-p[last], -grid, side="right") - 1
        kept = last[np.unique(np.concatenate((at, lowest[lowest >= 0])))]
    kept = kept[::-1]
    return CallsTable(
        thresholds=p[kept],
        rows=kept + 1,
        yes=np.cumsum(sample.yes)[kept],
        no=np.cumsum(sample.no)[kept],
        distinct=len(last),
    )


def _short(sums: NDArray[np.float64]) -> list[float]:
    return [int(x) if x == int(x) else float(f"{x:.{DIGITS}g}") for x in sums.tolist()]
