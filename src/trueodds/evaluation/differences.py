"""How some rows differ from the other rows, with a p-value for every measure.

Three measures are tested: calibration (observed less expected share), the log-loss by its logarithm
and AUC by its log-odds. The standard error comes from the influence of every row or cluster, as in
`trueodds.evaluation.intervals`. For calibration and log-loss it is at least the standard error that
labels drawn from the forecasts have: a few rows whose labels are all the same would otherwise look
sure. Student's t has as many degrees of freedom as the smaller side has effective parts, less one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.intervals import NEARLY_ONE, effective_number, standard_error
from trueodds.evaluation.weighted_auc import weighted_auc
from trueodds.functions.portable import sigmoid

Measure = Literal["calibration", "log_loss", "auc"]
LEAST_ROWS = 20
"""Fewer rows, inside or outside, are not tested."""
LEAST_LABELS = 10
"""AUC is tested from this number of rows of each label, inside and outside."""


@dataclass(frozen=True)
class Difference:
    """One measure of some rows beside that of the other rows."""

    measure: Measure
    inside: float
    outside: float
    p_value: float
    """Two-sided, of no difference; not corrected."""


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Labelled forecasts, and what the tests need of every row; each array has shape (n,)."""

    y: NDArray[np.uint8]
    log_odds: NDArray[np.float64]
    """Nats, finite."""
    weight: NDArray[np.float64]
    """Sample weights ≥ 0."""
    units: NDArray[np.int64]
    """0 … units − 1: rows of one number are not independent."""
    residual: NDArray[np.float64]
    """Label less probability."""
    variance: NDArray[np.float64]
    """p(1 − p), of a label drawn from the forecast."""
    loss: NDArray[np.float64]
    """Log-loss, nats."""
    expected: NDArray[np.float64]
    """Log-loss that a label drawn from the forecast has on average, nats."""

    @classmethod
    def of(
        cls,
        y: NDArray[np.uint8],
        log_odds: NDArray[np.float64],
        sample_weight: NDArray[np.float64] | None = None,
        clusters: NDArray[np.int64] | None = None,
    ) -> "Forecasts":
        """Forecasts of labels; parameters as for `trueodds.evaluation.scores.score`."""
        label, p = y.astype(np.float64), sigmoid(log_odds)
        weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
        units = (
            np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
        )
        loss = functions.log_loss_from_logits(log_odds, label)
        return cls(
            y=y,
            log_odds=log_odds,
            weight=weight,
            units=units.astype(np.int64),
            residual=label - p,
            variance=p * (1.0 - p),
            loss=loss,
            expected=loss + (label - p) * log_odds,
        )

    def take(self, rows: NDArray[np.bool_]) -> "Forecasts":
        """Some of the rows."""
        return Forecasts.of(self.y[rows], self.log_odds[rows], self.weight[rows], self.units[rows])

    def per_unit(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of a value over each unit, shape (units,)."""
        return np.bincount(self.units, values).astype(np.float64)

    def number(self, part: NDArray[np.bool_]) -> float:
        """Effective number of units among some rows."""
        return effective_number(self.per_unit(self.weight * part))


def differences(rows: Forecasts, inside: NDArray[np.bool_]) -> Iterator[Difference]:
    """Every measure that can be tested; ``inside`` has shape (n,)."""
    if not enough(inside):
        return
    yield from (found for found in (calibration_difference(rows, inside),) if found)
    yield from (found for found in (_log_loss_difference(rows, inside),) if found)
    yield from (found for found in (_auc_difference(rows, inside),) if found)


def enough(inside: NDArray[np.bool_]) -> bool:
    """Whether both sides have `LEAST_ROWS`."""
    count = int(inside.sum())
    return min(count, len(inside) - count) >= LEAST_ROWS


def calibration_difference(rows: Forecasts, inside: NDArray[np.bool_]) -> Difference | None:
    """Test the mean of label less probability; None if a side has fewer than 2 units."""
    parts = _parts(rows, inside)
    value = [float((part * rows.residual).sum()) for part in parts]
    pull = [part * (rows.residual - mean) for part, mean in zip(parts, value, strict=True)]
    null = float((np.square(parts[0] + parts[1]) * rows.variance).sum())
    number = min(rows.number(inside), rows.number(~inside))
    p_value = _p_value(rows, value[0] - value[1], pull[0] - pull[1], null, number)
    return _told("calibration", value, p_value)


def _log_loss_difference(rows: Forecasts, inside: NDArray[np.bool_]) -> Difference | None:
    parts = _parts(rows, inside)
    value = [float((part * rows.loss).sum()) for part in parts]
    if not min(value) > 0.0:
        return None
    pull = [part * (rows.loss / mean - 1.0) for part, mean in zip(parts, value, strict=True)]
    null = 0.0
    for part, mean in zip(parts, value, strict=True):
        about = np.square(rows.expected - (part * rows.expected).sum())
        drawn = rows.variance * np.square(rows.log_odds)
        null += float((np.square(part / mean) * (about + drawn)).sum())
    number = min(rows.number(inside), rows.number(~inside))
    change = float(np.log(value[0] / value[1]))
    return _told("log_loss", value, _p_value(rows, change, pull[0] - pull[1], null, number))


def _auc_difference(rows: Forecasts, inside: NDArray[np.bool_]) -> Difference | None:
    values, total, numbers, change = [], np.zeros(len(rows.y)), [], 0.0
    for sign, side in ((1.0, inside), (-1.0, ~inside)):
        yes = side & (rows.y == 1)
        if min(int(yes.sum()), int((side & ~yes).sum())) < LEAST_LABELS:
            return None
        value, pull = weighted_auc(rows.y[side], rows.log_odds[side], rows.weight[side])
        if not 1.0 - NEARLY_ONE < value < NEARLY_ONE:
            return None
        values.append(value)
        numbers += [rows.number(yes), rows.number(side & ~yes)]
        total[side] = sign * pull / (value * (1.0 - value))
        change += sign * float(np.log(value) - np.log1p(-value))
    return _told("auc", values, _p_value(rows, change, total, 0.0, min(numbers)))


def _parts(
    rows: Forecasts, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of each row in the weight of its side; 0 on the other side."""
    within, without = rows.weight * inside, rows.weight * ~inside
    return within / within.sum(), without / without.sum()


def _told(measure: Measure, value: list[float], p_value: float) -> Difference | None:
    return None if np.isnan(p_value) else Difference(measure, value[0], value[1], p_value)


def _p_value(
    rows: Forecasts, change: float, pull: NDArray[np.float64], null: float, number: float
) -> float:
    """Two-sided p-value of a change; NaN if its standard error is not defined.

    ``pull`` is the influence of every row, ``null`` the least variance, ``number`` the effective
    number of parts.
    """
    error = max(standard_error(rows.per_unit(pull), number), float(np.sqrt(null)))
    if not error > 0.0 or number < 2.0 - 1e-9:
        return float("nan")
    from scipy.special import stdtr  # slow to load, and reading a model does not need it

    return float(min(1.0, 2.0 * stdtr(max(number - 1.0, 1.0), -abs(change) / error)))
