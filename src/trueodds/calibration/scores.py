"""Proper scores of a forecast, each with its bootstrap interval, beside the base rate's."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Scores:
    """Scores of probabilities against labels; lower is better for all but ``auc``."""

    rows: int
    positives: int
    base_rate: float
    log_loss: Interval
    brier: Interval
    auc: Interval
    calibration_error: Interval
    base_log_loss: float
    base_brier: float
    calibration_floor: float
    """Calibration error that a perfectly calibrated forecast of this size would show on average."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header and ``--json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Scores":
        """Inverse of :meth:`to_json`."""
        intervals = ("log_loss", "brier", "auc", "calibration_error")
        return cls(**{**data, **{name: Interval(**data[name]) for name in intervals}})
