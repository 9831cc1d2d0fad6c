"""Calibration error: what it is, what chance alone makes of it, and a test of calibration."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid

BINS = 15
"""Equal-mass bins of the calibration error."""
DRAWS = 999
"""Draws of what a perfect forecast shows: p-values are multiples of 1/1000."""
LEAST_DRAWS = 199
ENOUGH_ROWS = 50_000_000
"""Rows drawn in all: large tables get fewer draws, but never under 199."""
LEAST_CLUSTERS = 6
"""The signs of 5 clusters have 16 patterns, so that no p-value is below 1/16."""
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Mean gap between forecast and outcome, beside the gap that chance alone makes."""

    value: float
    """Weighted mean of |mean forecast − share of yes| over 15 bins of equal mass, 0 to 1."""
    floor: float = float("nan")
    """What a perfectly calibrated forecast of this size shows on average; NaN if not kept."""
    debiased: float = float("nan")
    """√(value² − floor²), 0 where the floor is higher: an estimate without chance's part."""
    p_value: float = float("nan")
    """How often a perfect forecast looks as bad; NaN when there are fewer than 6 clusters."""


def calibration_error(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    sample_weight: NDArray[np.float64],
    clusters: NDArray[np.int64] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    folds: NDArray[np.integer] | None = None,
) -> CalibrationError:
    """Calibration error of a forecast, its floor, and the p-value of a calibration test.

    The error is that of Nguyen & O'Connor (2015), equal forecasts in one bin. Its square is freed
    from the square of the floor, as chance adds to squares (compare Kumar, Liang & Ma 2019).

    The test has two parts and takes the stronger. One is the score test of slope 1 and shift 0 of
    the log-odds (Cox 1958); the other adds up, over the bins, the squared gaps in units of their
    variance (Hosmer & Lemeshow 1980, but for given forecasts). What a perfect forecast makes of
    both is drawn: for independent rows the labels come from the forecast, with the weights held, so
    that the p-value is exact for any size, weights and ties. With clusters each cluster's residuals
    get one random sign, which is exact where they are symmetric.

    Parameters
    ----------
    y, log_odds, sample_weight
        Shape (n,), n ≥ 1.
    clusters
        Shape (n,), numbers 0 … of groups of rows that depend on each other.
    draws
        Most draws of a perfect forecast, ≥ 1.
    folds
        Shape (n,), the fold of each row, from 0, when the forecasts of different folds come from
        different models. The slope then is that within folds: a fold with more yes is forecast by
        models that saw fewer, so that between folds forecasts fall where labels rise.
    """
    order = np.argsort(log_odds, kind="stable")
    z, mass = log_odds[order], sample_weight[order]
    total = float(mass.sum())
    if not total > 0.0:
        return CalibrationError(float("nan"))
    p = sigmoid(z)
    variance = np.square(mass) * p * sigmoid(-z)
    slope = _standardised(z, variance, None if folds is None else folds[order])
    starts = bin_starts(z, mass)
    residual = mass * (y[order] - p)
    rng = np.random.default_rng([seed, 4])
    most = int(np.clip(ENOUGH_ROWS // len(y), min(LEAST_DRAWS, draws), draws))
    if clusters is None:
        perfect = _drawn_labels(mass, p, most, rng)
        spread = np.diag([variance.sum(), dot(variance, np.square(slope))])
        number = len(y)
    else:
        cluster = clusters[order]
        perfect = _drawn_signs(residual, cluster, most, rng)
        pulls = np.stack(
            [np.bincount(cluster, residual), np.bincount(cluster, residual * slope)], axis=1
        )
        spread = np.einsum("ci,cj->ij", pulls, pulls)
        number = int(np.count_nonzero(np.bincount(cluster, mass)))
    sums = np.empty((most + 1, len(starts)))
    tilts = np.empty(most + 1)
    for row, gaps in enumerate(chain([residual], perfect)):
        sums[row] = np.add.reduceat(gaps, starts)
        tilts[row] = dot(slope, gaps)
    errors = np.abs(sums).sum(axis=1) / total
    value, floor = float(errors[0]), float(errors[1:].mean())
    p_value = float("nan")
    if clusters is None or number >= LEAST_CLUSTERS:
        pull = np.stack([sums.sum(axis=1), tilts], axis=1)
        recalibration = np.einsum("di,ij,dj->d", pull, np.linalg.pinv(spread, hermitian=True), pull)
        of_bin = np.maximum(np.add.reduceat(variance, starts), TINY)
        p_value = _stronger(recalibration, (np.square(sums) / of_bin).sum(axis=1))
    return CalibrationError(value, floor, max(value**2 - floor**2, 0.0) ** 0.5, p_value)


def bin_starts(z: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.int64]:
    """First row of each bin of rows that are sorted by forecast; empty bins are left out.

    A run of equal forecasts goes where the middle of its mass lies. Runs stay whole: where they
    were cut, the error would depend on the order of the rows.
    """
    runs = np.flatnonzero(np.concatenate(([True], z[1:] != z[:-1])))
    of_run = np.add.reduceat(mass, runs)
    middle = np.cumsum(of_run) - 0.5 * of_run
    bins = np.minimum(BINS * middle / of_run.sum(), BINS - 1).astype(np.int64)
    return runs[np.concatenate(([True], bins[1:] != bins[:-1]))]


def _standardised(
    z: NDArray[np.float64],
    variance: NDArray[np.float64],
    folds: NDArray[np.integer] | None,
) -> NDArray[np.float64]:
    """Log-odds with mean 0, in every fold, and spread 1 under the labels' variance."""
    total = variance.sum()
    if not total > 0.0:
        return np.zeros(len(z))
    if folds is None:
        centred = z - dot(variance, z) / total
    else:
        of_fold = np.maximum(np.bincount(folds, variance), TINY)
        centred = z - (np.bincount(folds, variance * z) / of_fold)[folds]
    spread = np.sqrt(dot(variance, np.square(centred)) / total)
    return centred / spread if spread > 1e-12 * np.abs(z).max() else np.zeros(len(z))


def _drawn_labels(
    mass: NDArray[np.float64], p: NDArray[np.float64], draws: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Residuals of labels that are drawn from the forecast."""
    for _ in range(draws):
        yield mass * ((rng.random(len(p)) < p) - p)


def _drawn_signs(
    residual: NDArray[np.float64],
    cluster: NDArray[np.int64],
    draws: int,
    rng: np.random.Generator,
) -> Iterator[NDArray[np.float64]]:
    """Residuals with a random sign for each cluster."""
    number = int(cluster.max()) + 1
    for _ in range(draws):
        yield residual * (2.0 * rng.integers(0, 2, number) - 1.0)[cluster]


def _stronger(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """p-value of the first entry by the stronger of two statistics (Tippett 1931).

    Each entry is ranked in both; the better rank counts, and among equals the other.
    """
    ranks = np.stack([_rank(first), _rank(second)])
    key = ranks.min(axis=0) * (len(first) + 1) + ranks.max(axis=0)
    return float(np.mean(key <= key[0]))


def _rank(statistic: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many entries are at least as large as each."""
    return len(statistic) - np.searchsorted(np.sort(statistic), statistic, side="left")
