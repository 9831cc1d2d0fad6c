"""Calibration error: its value, the part of it that is chance, and a test of calibration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.sums import dot
from trueodds.functions.portable import sigmoid

BINS = 15
"""Bins of the calibration error, of equal total sample weight."""
DRAWS = 999
"""Draws of a perfect forecast's labels: p-values are multiples of 1/1000."""
LEAST_DRAWS = 199
"""Fewest draws, for large tables."""
ENOUGH_ROWS = 50_000_000
"""Rows of all draws together; large tables get fewer draws, down to `LEAST_DRAWS`."""
LEAST_CLUSTERS = 6
"""Fewest clusters of a test: the signs of 5 have 16 patterns, and no p-value below 1/16."""
TINY = 1e-300
"""Least divisor, in place of 0."""


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Mean gap between forecast and outcome, with the gap that chance alone makes.

    Examples
    --------
    >>> found = model.evaluate(labelled).scores.calibration_error
    >>> 0.0 <= found.p_value <= 1.0
    True
    """

    value: float
    """Weighted mean of ``|mean forecast − share of yes|`` over 15 bins of equal weight, 0 to 1."""
    floor: float = float("nan")
    """Mean value of a perfectly calibrated forecast of this size; NaN if not kept."""
    debiased: float = float("nan")
    """√(value² − floor²), or 0 if the floor is higher: an estimate without the part of chance."""
    p_value: float = float("nan")
    """Probability that a perfect forecast has an error as large; NaN for fewer than 6 clusters."""


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

    The error is that of Nguyen & O'Connor (2015); equal forecasts are in one bin. The debiased
    error subtracts the square of the floor from its square, as chance adds to squares (compare
    Kumar, Liang & Ma 2019).

    The test takes the stronger of two statistics. The first is the score test of slope 1 and shift
    0 of the log-odds (Cox 1958). The second is the sum over the bins of the squared gaps in units
    of their variance (Hosmer & Lemeshow 1980, here for given forecasts). Draws give the
    distribution of both for a perfect forecast. For independent rows a draw takes labels from the
    forecast and leaves the weights as they are: the p-value is exact for any size, weights and
    ties. With clusters, a draw gives the residuals of each cluster one random sign, which is exact
    for symmetric residuals.

    Parameters
    ----------
    y, log_odds, sample_weight
        Shape (n,), n ≥ 1: labels 0 or 1, nats, weights ≥ 0.
    clusters
        Shape (n,), numbers from 0 of clusters of rows that depend on each other; None for
        independent rows.
    draws
        Most draws of a perfect forecast, ≥ 1.
    seed
        Of the draws.
    folds
        Shape (n,), the fold of each row, from 0, if different models forecast different folds. The
        slope is then that within folds. Between folds, forecasts fall where labels rise: models
        that forecast a fold with more yes saw fewer yes.

    Returns
    -------
    CalibrationError
        All NaN if the weights sum to 0.
    """
    order = np.argsort(log_odds, kind="stable")
    z, weight = log_odds[order], sample_weight[order]
    total = float(weight.sum())
    if not total > 0.0:
        return CalibrationError(float("nan"))
    p = sigmoid(z)
    variance = np.square(weight) * p * sigmoid(-z)
    slope = _standardised(z, variance, None if folds is None else folds[order])
    starts = bin_starts(z, weight)
    residual = weight * (y[order] - p)
    rng = np.random.default_rng([seed, 4])
    most = int(np.clip(ENOUGH_ROWS // len(y), min(LEAST_DRAWS, draws), draws))
    if clusters is None:
        perfect = _drawn_labels(weight, p, most, rng)
        spread = np.diag([variance.sum(), dot(variance, np.square(slope))])
        number = len(y)
    else:
        cluster = clusters[order]
        perfect = _drawn_signs(residual, cluster, most, rng)
        of_cluster = np.stack(
            [np.bincount(cluster, residual), np.bincount(cluster, residual * slope)], axis=1
        )
        spread = np.einsum("ci,cj->ij", of_cluster, of_cluster)
        number = int(np.count_nonzero(np.bincount(cluster, weight)))
    every = chain([residual], perfect)
    found = _judged(every, most, total, slope, starts, variance, spread)
    tested = clusters is None or number >= LEAST_CLUSTERS
    return found if tested else replace(found, p_value=float("nan"))


def counted_calibration_error(
    z: NDArray[np.float64],
    p: NDArray[np.float64],
    rows: NDArray[np.int64],
    yes: NDArray[np.int64],
    draws: int = DRAWS,
    seed: int = 0,
) -> CalibrationError:
    """`calibration_error` of independent rows that are counted by their forecasts.

    Parameters
    ----------
    z, p
        Shape (forecasts,), rising: log-odds, nats, and probabilities.
    rows, yes
        Shape (forecasts,): rows with this forecast, ≥ 1, and how many of them are yes.
    draws, seed
        Draws of a perfect forecast, and their seed.
    """
    weight = rows.astype(np.float64)
    variance = weight * p * (1.0 - p)
    slope = _standardised(z, variance, None)
    starts = bin_starts(z, weight)
    rng = np.random.default_rng([seed, 4])
    perfect = (rng.binomial(rows, p) - weight * p for _ in range(draws))
    every = chain([yes - weight * p], perfect)
    spread = np.diag([variance.sum(), dot(variance, np.square(slope))])
    return _judged(every, draws, float(weight.sum()), slope, starts, variance, spread)


def _judged(
    every: Iterable[NDArray[np.float64]],
    draws: int,
    total: float,
    slope: NDArray[np.float64],
    starts: NDArray[np.int64],
    variance: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> CalibrationError:
    """Judge residuals, the first of ``every``, by those of a perfect forecast, the other ones.

    ``spread`` is the covariance of the two sums of the score test, shape (2, 2).
    """
    sums = np.empty((draws + 1, len(starts)))
    tilts = np.empty(draws + 1)
    for row, gaps in enumerate(every):
        sums[row] = np.add.reduceat(gaps, starts)
        tilts[row] = dot(slope, gaps)
    errors = np.abs(sums).sum(axis=1) / total
    value, floor = float(errors[0]), float(errors[1:].mean())
    score = np.stack([sums.sum(axis=1), tilts], axis=1)
    inverse = np.linalg.pinv(spread, hermitian=True)
    recalibration = np.einsum("di,ij,dj->d", score, inverse, score)
    of_bin = np.maximum(np.add.reduceat(variance, starts), TINY)
    p_value = _stronger(recalibration, (np.square(sums) / of_bin).sum(axis=1))
    return CalibrationError(value, floor, max(value**2 - floor**2, 0.0) ** 0.5, p_value)


def bin_starts(z: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """First row of each bin of rows that are sorted by forecast, without empty bins.

    A run of equal forecasts is in the bin of the middle of its weight. It is never cut: otherwise
    the error would depend on the order of the rows. ``z`` and ``weight`` have shape (n,).
    """
    runs = np.flatnonzero(np.concatenate(([True], z[1:] != z[:-1])))
    of_run = np.add.reduceat(weight, runs)
    middle = np.cumsum(of_run) - 0.5 * of_run
    bins = np.minimum(BINS * middle / of_run.sum(), BINS - 1).astype(np.int64)
    return runs[np.concatenate(([True], bins[1:] != bins[:-1]))]


def _standardised(
    z: NDArray[np.float64],
    variance: NDArray[np.float64],
    folds: NDArray[np.integer] | None,
) -> NDArray[np.float64]:
    """Log-odds scaled to mean 0 in every fold and spread 1, weighted by the labels' variance."""
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
    weight: NDArray[np.float64], p: NDArray[np.float64], draws: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Weighted residuals, shape (n,), of labels that are drawn from the forecast."""
    for _ in range(draws):
        yield weight * ((rng.random(len(p)) < p) - p)


def _drawn_signs(
    residual: NDArray[np.float64],
    cluster: NDArray[np.int64],
    draws: int,
    rng: np.random.Generator,
) -> Iterator[NDArray[np.float64]]:
    """Residuals, shape (n,), with a random sign for each cluster."""
    number = int(cluster.max()) + 1
    for _ in range(draws):
        yield residual * (2.0 * rng.integers(0, 2, number) - 1.0)[cluster]


def _stronger(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """p-value of the first entry by the stronger of two statistics (Tippett 1931).

    Each entry has a rank in both statistics. The better rank counts; among equals, the other rank.
    """
    ranks = np.stack([_rank(first), _rank(second)])
    key = ranks.min(axis=0) * (len(first) + 1) + ranks.max(axis=0)
    return float(np.mean(key <= key[0]))


def _rank(statistic: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each entry, the number of entries that are at least as large."""
    return len(statistic) - np.searchsorted(np.sort(statistic), statistic, side="left")
