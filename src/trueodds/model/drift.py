"""How far new rows have moved from the training rows: column by column, and the forecast.

Both samples are counted in the bins that the model stores (`trueodds.columns.profile`); missing
cells have a bin of their own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from trueodds.columns.profile import ColumnSeen
from trueodds.columns.values import UNSEEN, Values
from trueodds.errors import ModelFileError
from trueodds.model.model import Model

THRESHOLD = 0.2
"""A stability index from which a population counts as changed (Siddiqi 2006, p. 129: 0.1–0.25 a
minor change, above a major one)."""
SIGNIFICANCE = 0.01
"""Of all columns together: each has to be this sure divided by their number (Bonferroni)."""


@dataclass(frozen=True)
class ColumnDrift:
    """One column's two samples compared; ``column`` is empty for the forecast."""

    column: str
    psi: float
    p_value: float
    missing_before: float
    missing_now: float
    unseen: int
    drifted: bool
    """Beyond the threshold, and by more than chance would do it."""


def drift(
    model: Model, values: Values, log_odds: NDArray[np.float64], threshold: float = THRESHOLD
) -> tuple[ColumnDrift, ...]:
    """Compare new rows with the training rows; the forecast comes first, columns as they stand.

    Parameters
    ----------
    values
        The new rows, read by the model.
    log_odds
        The model's forecast of them, shape (rows,). It is compared with the out-of-fold one, which
        fewer members made: a small index is usual without any drift.
    threshold
        Stability index from which a column can count as drifted.

    Raises
    ------
    ModelFileError
        If the model does not hold what its training rows looked like.
    """
    if model.profile is None:
        raise ModelFileError(
            "the model does not hold what its training rows looked like: fit it again"
        )
    needed = SIGNIFICANCE / (len(model.profile.columns) + 1)
    pairs: list[tuple[ColumnSeen, NDArray[Any]]] = [(model.profile.score, log_odds)]
    for seen in model.profile.columns:
        cells = values.codes.get(seen.name)
        pairs.append((seen, values.numbers[seen.name] if cells is None else cells))
    found = []
    for seen, cells in pairs:
        before = np.array([*seen.counts, seen.missing], dtype=np.int64)
        if seen is model.profile.score:  # rows without a forecast are no missing cells
            before[-1] = 0
        now = seen.count(cells)
        psi, p_value = stability_index(before, now), same_law(before, now)
        found.append(
            ColumnDrift(
                column=seen.name,
                psi=psi,
                p_value=p_value,
                missing_before=float(before[-1] / before.sum()),
                missing_now=float(now[-1] / max(now.sum(), 1)),
                unseen=int(np.count_nonzero(cells == UNSEEN)) if cells.dtype == np.int32 else 0,
                drifted=psi >= threshold and p_value < needed,
            )
        )
    return tuple(found)


def stability_index(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """Population stability index Σ (q − p)·ln(q/p) of two samples' counts, shapes (bins,).

    Siddiqi, Credit Risk Scorecards (2006); it is Jeffreys' symmetric divergence. Half a row is
    added to every bin that either sample uses, so that empty bins stay finite.
    """
    used = (before + now) > 0
    p, q = before[used] + 0.5, now[used] + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum())


def same_law(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """P-value of Pearson's χ² test that two samples' counts, shapes (bins,), have one law.

    Pearson (1911), Biometrika 8, 250–254; bins − 1 degrees of freedom. Bins in which fewer than 5
    rows are expected of either sample are put together (Cochran 1954).
    """
    share = now.sum() / max(int(before.sum() + now.sum()), 1)
    total = before + now
    small = total * min(share, 1.0 - share) < 5.0
    table = np.array(
        [np.append(row[~small], row[small].sum()) for row in (before, now)], dtype=np.float64
    )
    table = table[:, table.sum(axis=0) > 0.0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return float(chdtrc(table.shape[1] - 1, statistic))
