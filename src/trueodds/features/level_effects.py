"""What the levels of a column, or of columns crossed, add to a forecast that is there already.

A level's effect moves the log-odds of its rows. Effects are drawn from a normal law around 0, whose
variance is chosen by marginal likelihood (empirical Bayes): levels of few rows, and levels that say
nothing new, have effects near 0. A forecast to start from that holds the parts of a cross leaves
its effects what the cross alone tells.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.functions import log_loss_from_logits, sigmoid

Float = NDArray[np.float64]
Codes = NDArray[np.integer]

VARIANCES = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
"""Variances of the effects that are tried, squared nats."""
STEPS = 3
"""Newton's steps to the effects; each is at most `LONGEST`."""
LONGEST = 2.0
LARGEST_EVIDENCE = 300.0
"""More is not needed to be sure, and its ratio would overflow."""
EM_STEPS = 100
PRIOR_COLUMNS = 10.0
"""Columns with effects, and columns without, that are thought of before any is seen."""


@dataclass(frozen=True, eq=False)
class Start:
    """Rows with their labels and the forecast that effects are added to, all of shape (rows,).

    ``y`` is 0 to 1, ``inner`` the inner fold of each row, of ``folds``. ``log_odds`` come from
    other inner folds than the row's own.
    """

    y: Float
    weight: Float
    inner: NDArray[np.intp]
    folds: int
    log_odds: Float

    def plus(self, effects: Float) -> "Start":
        """The same rows with a forecast that holds these effects, shape (rows,), too."""
        return replace(self, log_odds=self.log_odds + effects)

    def loss(self) -> float:
        """Sum of the weighted log-losses, nats."""
        return float(np.sum(self.weight * log_loss_from_logits(self.log_odds, self.y)))

    def slopes(self) -> tuple[Float, Float]:
        """Weight·(y − p) and weight·p·(1 − p) of each row."""
        p = sigmoid(self.log_odds)
        return self.weight * (self.y - p), self.weight * p * (1.0 - p)


def evidences(codes: Codes, levels: int, slopes: tuple[Float, Float]) -> Float:
    """How much likelier the labels are with effects of the levels than without.

    By Laplace's approximation around effects of 0.

    Parameters
    ----------
    codes
        Shape (rows,), 0 … ``levels`` − 1.
    slopes
        `Start.slopes` of the rows.

    Returns
    -------
    Logarithm of the ratio of the likelihoods, nats, for each of `VARIANCES`.
    """
    total, known = (np.bincount(codes, each, levels) for each in slopes)
    spread = 1.0 + known * VARIANCES[:, None]
    each = total * total * VARIANCES[:, None] / spread - np.log(spread)
    return np.asarray(0.5 * each.sum(axis=1))


def evidence(codes: Codes, levels: int, slopes: tuple[Float, Float]) -> tuple[float, float]:
    """The largest of `evidences`, and the variance that it is of."""
    found = evidences(codes, levels, slopes)
    best = int(np.argmax(found))
    return float(found[best]), float(VARIANCES[best])


def trend_evidences(places: Codes, slopes: tuple[Float, Float]) -> Float:
    """`evidences` of one slope over a number's bins, in place of an effect of each bin.

    Parameters
    ----------
    places
        Shape (rows,): a bin from 2 on, or 0 or 1 for a cell without one, which counts as the mean.
    slopes
        `Start.slopes` of the rows.

    Returns
    -------
    Logarithm of the ratio of the likelihoods, nats, for each of `VARIANCES` of the slope. The slope
    is that of one standard deviation of the bins.
    """
    binned = places >= 2
    x = np.where(binned, places, 0.0)
    x[binned] -= x[binned].mean() if binned.any() else 0.0
    x /= max(float(x.std()), 1e-9)
    residual, information = slopes
    spread = 1.0 + float(np.sum(information * np.square(x))) * VARIANCES
    total = float(np.sum(residual * x))
    return np.asarray(0.5 * (total * total * VARIANCES / spread - np.log(spread)))


def chances(found: Float) -> Float:
    """How likely each of several columns has effects, shape (columns,), 0 to 1.

    A column has effects with a probability that is the same for all columns and that the columns
    choose by their likelihood (empirical Bayes, by EM), as if `PRIOR_COLUMNS` more had effects and
    as many had none. Effects of each kind and variance are as likely. So a column that rows say
    little of is as likely to tell something as the others, and a few weak columns mute none.

    Parameters
    ----------
    found
        `evidences` of the columns, shape (columns, kinds of effects and variances).
    """
    ratio = np.exp(np.minimum(found, LARGEST_EVIDENCE)).mean(axis=1)
    share = 0.5
    out = np.full(len(found), share)
    for _ in range(EM_STEPS):
        out = share * ratio / (share * ratio + 1.0 - share)
        share = (float(out.sum()) + PRIOR_COLUMNS) / (len(out) + 2.0 * PRIOR_COLUMNS)
    return np.asarray(out)


def level_effects(
    codes: Codes, levels: int, log_odds: Float, y: Float, weight: Float, variance: float
) -> Float:
    """Most likely effect of each level, shape (levels,), nats; 0 for levels without rows.

    Parameters
    ----------
    codes, log_odds, y, weight
        Shape (rows,): level, forecast to start from, share of yes, sample weight.
    variance
        Of the law that effects are drawn from.
    """
    out = np.zeros(levels)
    for _ in range(STEPS):
        p = sigmoid(log_odds + out[codes])
        slope = np.bincount(codes, weight * (y - p), levels) - out / variance
        bend = np.bincount(codes, weight * p * (1.0 - p), levels) + 1.0 / variance
        out += np.clip(slope / bend, -LONGEST, LONGEST)
    return out


def inner_effects(codes: Codes, levels: int, start: Start, variance: float) -> Float:
    """Effect of each row's level by the rows of the other inner folds, shape (rows,)."""
    out = np.zeros(len(codes))
    for fold in range(start.folds):
        there = start.inner == fold
        rest = ~there
        effects = level_effects(
            codes[rest],
            levels,
            start.log_odds[rest],
            start.y[rest],
            start.weight[rest],
            variance,
        )
        out[there] = effects[codes[there]]
    return out


def inner_main_effects(
    codes: Codes, levels: int, start: Start, base: float, variance: float
) -> Float:
    """`inner_effects` on a forecast that is ``base`` for all rows: from the levels' sums alone."""
    cell = start.inner * levels + codes
    shape = (start.folds, levels)
    rows = np.bincount(cell, start.weight, shape[0] * shape[1]).reshape(shape)
    yes = np.bincount(cell, start.weight * start.y, shape[0] * shape[1]).reshape(shape)
    rest, rest_yes = rows.sum(axis=0) - rows, yes.sum(axis=0) - yes
    share = np.divide(rest_yes, rest, out=np.zeros(shape), where=rest > 0.0)
    level = np.arange(shape[0] * shape[1])
    effects = level_effects(
        level,
        len(level),
        np.full(len(level), base),
        np.clip(share, 0.0, 1.0).ravel(),
        np.maximum(rest, 0.0).ravel(),
        variance,
    )
    return np.asarray(effects[cell])
