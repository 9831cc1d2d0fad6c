"""Proper scores of a forecast, each with its bootstrap interval, beside the base rate's."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.sums import dot
from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid

BINS = 15
"""Equal-mass bins of the calibration error."""
RESAMPLES = 1000
ENOUGH_DRAWS = 50_000_000
"""Large tables get fewer resamples, never under 200: their intervals are narrow and smooth."""


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


def score(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Scores:
    """Score a forecast; intervals are percentiles of the row bootstrap (Efron 1979).

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes"; n ≥ 1.
    log_odds
        Shape (n,), the forecast's log-odds in nats, finite.
    weight
        Shape (n,), sample weights ≥ 0; None for equal weights.

    Returns
    -------
    Scores
        ``auc`` is NaN when one class is absent; ``calibration_error`` is the weighted mean of
        |mean forecast − share of yes| over 15 bins of equal mass (Nguyen & O'Connor 2015), equal
        forecasts in one bin.
    """
    order = np.argsort(log_odds, kind="stable")
    z, label = log_odds[order], y[order].astype(np.float64)
    mass = np.ones(len(y)) if weight is None else weight[order].astype(np.float64)
    p = sigmoid(z)
    ties = np.flatnonzero(np.concatenate(([True], z[1:] != z[:-1])))
    sorted_rows = _SortedForecast(
        label=label,
        p=p,
        losses=log_loss_from_logits(z, label),
        squares=np.square(p - label),
        ties=ties,
        bins=_bins(mass, ties),
    )
    value = np.array(sorted_rows.measure(mass))
    rng = np.random.default_rng([seed, 4])
    draws = int(np.clip(ENOUGH_DRAWS // len(y), 200, resamples)) if resamples > 200 else resamples
    samples = np.empty((draws, 4))
    for draw in range(draws):
        counts = np.bincount(rng.integers(0, len(y), len(y)), minlength=len(y))
        samples[draw] = sorted_rows.measure(mass * counts)
    # Resampled calibration errors carry the rows' noise twice: only their spread is of use.
    samples[:, 3] = np.maximum(samples[:, 3] - np.nanmean(samples[:, 3]) + value[3], 0.0)
    low, high = _percentiles(samples)
    intervals = [
        Interval(float(v), float(a), float(b)) for v, a, b in zip(value, low, high, strict=True)
    ]
    rate = float(np.average(label, weights=mass))
    floors = [sorted_rows.floor_draw(mass, rng) for _ in range(min(draws, 100))]
    return Scores(
        rows=len(y),
        positives=int(y.sum()),
        base_rate=rate,
        log_loss=intervals[0],
        brier=intervals[1],
        auc=intervals[2],
        calibration_error=intervals[3],
        base_log_loss=_entropy(rate),
        base_brier=rate * (1.0 - rate),
        calibration_floor=float(np.mean(floors)),
    )


@dataclass(frozen=True, eq=False)
class _SortedForecast:
    """Rows by rising forecast, so that every resample is a few cumulative sums."""

    label: NDArray[np.float64]
    p: NDArray[np.float64]
    losses: NDArray[np.float64]
    squares: NDArray[np.float64]
    ties: NDArray[np.int64]
    """Where each run of equal forecasts starts."""
    bins: NDArray[np.int64]

    def measure(self, mass: NDArray[np.float64]) -> tuple[float, float, float, float]:
        """Log-loss, Brier score, AUC and calibration error under row weights."""
        total = mass.sum()
        if not total > 0.0:
            return (np.nan,) * 4
        yes = mass * self.label
        return (
            float(dot(mass, self.losses) / total),
            float(dot(mass, self.squares) / total),
            self._auc(yes, mass - yes),
            self._calibration_error(mass, self.label),
        )

    def floor_draw(self, mass: NDArray[np.float64], rng: np.random.Generator) -> float:
        """Calibration error when the labels are drawn from the forecast itself."""
        drawn = (rng.random(len(self.p)) < self.p).astype(np.float64)
        return self._calibration_error(mass, drawn)

    def _auc(self, yes: NDArray[np.float64], no: NDArray[np.float64]) -> float:
        yes, no = np.add.reduceat(yes, self.ties), np.add.reduceat(no, self.ties)
        pairs = yes.sum() * no.sum()
        if not pairs > 0.0:
            return float("nan")
        return float(dot(yes, np.cumsum(no) - 0.5 * no) / pairs)

    def _calibration_error(self, mass: NDArray[np.float64], label: NDArray[np.float64]) -> float:
        gaps = np.bincount(self.bins, weights=mass * (self.p - label), minlength=BINS)
        return float(np.abs(gaps).sum() / mass.sum())


def _bins(mass: NDArray[np.float64], ties: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bin of each row by the middle of its run of equal forecasts in the cumulated mass.

    Runs stay whole: where they were cut, the error would depend on the order of the rows.
    """
    of_run = np.add.reduceat(mass, ties)
    middle = np.cumsum(of_run) - 0.5 * of_run
    total = of_run.sum() or 1.0
    bins = np.minimum(BINS * middle / total, BINS - 1).astype(np.int64)
    return np.repeat(bins, np.diff(np.append(ties, len(mass))))


def _percentiles(samples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """2.5 and 97.5 % of each column, resamples without a value left out."""
    out = np.full((2, samples.shape[1]), np.nan)
    for column in range(samples.shape[1]):
        known = samples[np.isfinite(samples[:, column]), column]
        if len(known):
            out[:, column] = np.quantile(known, [0.025, 0.975])
    return out[0], out[1]


def _entropy(rate: float) -> float:
    """Log-loss of forecasting the rate itself, nats."""
    if rate in (0.0, 1.0):
        return 0.0
    return float(-rate * np.log(rate) - (1.0 - rate) * np.log1p(-rate))
