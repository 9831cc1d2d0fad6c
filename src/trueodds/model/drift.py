"""How much new rows differ from the training rows: column by column, and the forecast.

Both samples are counted in the bins of the model's reference profile (`trueodds.columns.profile`).
Missing cells have a bin of their own.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from trueodds.columns.profile import ColumnProfile
from trueodds.columns.values import UNSEEN, Values
from trueodds.errors import ModelFileError
from trueodds.model.data import ModelData

THRESHOLD = 0.2
"""Stability index from which a sample counts as changed (Siddiqi 2006, p. 129: 0.1 to 0.25 is a
minor change, more is a major change)."""
SIGNIFICANCE = 0.01
"""Level of the tests of all columns together; each column is tested at this level divided by their
number (Bonferroni)."""


@dataclass(frozen=True)
class ColumnDrift:
    """The comparison of one column; ``column`` is empty for the forecast."""

    column: str
    psi: float
    """Population stability index, at least 0."""
    p_value: float
    """Of the χ² test that both samples have the same distribution, from 0 to 1."""
    missing_before: float
    """Share of missing cells in training, from 0 to 1."""
    missing_now: float
    """Share of missing cells in the new rows, from 0 to 1."""
    unseen: int
    """New rows whose level training did not have."""
    drifted: bool
    """Whether the index reaches the threshold and the difference is more than chance explains."""


def drift(
    model: ModelData, values: Values, log_odds: NDArray[np.float64], threshold: float = THRESHOLD
) -> tuple[ColumnDrift, ...]:
    """Compare new rows with the training rows: first the forecast, then the columns in order.

    Parameters
    ----------
    values
        The new rows, as `Model.read` gives them.
    log_odds
        The model's forecast of them, shape (rows,), nats. It is compared with the out-of-fold
        forecast, which fewer members made: a small index is usual without any drift. Of a model by
        time, networks of earlier and fewer rows made it, and the index can be large without any
        drift: the forecast then counts as drifted only if a column is.
    threshold
        Stability index from which a column can count as drifted, above 0.

    Raises
    ------
    ModelFileError
        If the model holds no reference profile.
    """
    if model.profile is None:
        raise ModelFileError(
            "the model holds no reference profile of its training rows: fit it again"
        )
    needed = SIGNIFICANCE / (len(model.profile.columns) + 1)
    pairs: list[tuple[ColumnProfile, NDArray[Any]]] = [(model.profile.score, log_odds)]
    for column in model.profile.columns:
        cells = values.codes.get(column.name)
        pairs.append((column, values.numbers[column.name] if cells is None else cells))
    score, *columns = (compared(column, cells, threshold, needed) for column, cells in pairs)
    if model.roles.time is not None and not any(column.drifted for column in columns):
        score = replace(score, drifted=False)
    return (score, *columns)


def compared(
    column: ColumnProfile, cells: NDArray[Any], threshold: float, needed: float
) -> ColumnDrift:
    """Compare the cells of new rows with the profile of earlier ones.

    Parameters
    ----------
    column
        Of a column, or of the forecast where its name is empty.
    cells
        Shape (rows,), as `ColumnProfile.count` takes them.
    threshold
        Stability index from which the column can count as drifted.
    needed
        p-value below which it can.
    """
    before = np.array([*column.counts, column.missing], dtype=np.int64)
    if not column.name:  # rows without a forecast are not missing cells
        before[-1] = 0
    now = column.count(cells)
    psi, p_value = stability_index(before, now), same_distribution(before, now)
    return ColumnDrift(
        column=column.name,
        psi=psi,
        p_value=p_value,
        missing_before=float(before[-1] / before.sum()),
        missing_now=float(now[-1] / max(now.sum(), 1)),
        # Text has no levels, and no text is one that training did not have.
        unseen=int(np.count_nonzero(cells == UNSEEN)) if column.codes else 0,
        drifted=psi >= threshold and p_value < needed,
    )


def stability_index(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """Population stability index Σ (q − p)·ln(q/p) of two samples' counts, shapes (bins,).

    Source: Siddiqi, Credit Risk Scorecards (2006); the index is Jeffreys' symmetric divergence.
    Half a row is added to every bin that either sample uses, so that the index stays finite.
    """
    used = (before + now) > 0
    p, q = before[used] + 0.5, now[used] + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum())


def same_distribution(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """P-value of Pearson's χ² test that two samples have one distribution; counts of shape (bins,).

    Source: Pearson (1911), Biometrika 8, 250–254; the test has bins − 1 degrees of freedom. Bins in
    which fewer than 5 rows of either sample are expected are merged (Cochran 1954).
    """
    new_share = now.sum() / max(int(before.sum() + now.sum()), 1)
    total = before + now
    small = total * min(new_share, 1.0 - new_share) < 5.0
    table = np.array(
        [np.append(row[~small], row[small].sum()) for row in (before, now)], dtype=np.float64
    )
    table = table[:, table.sum(axis=0) > 0.0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return float(chdtrc(table.shape[1] - 1, statistic))
