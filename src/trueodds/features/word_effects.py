"""What the words of a text add to a forecast that is there already.

A logistic regression on which words a row has, beside a forecast to start from. The words' effects
are drawn from a normal law around 0, whose variance is chosen on rows that the effects have not
seen (ridge regression; Hoerl & Kennard 1970). Newton's steps are solved by conjugate gradients, for
all inner folds and variances at once: a matrix of all words with all words is never made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from trueodds.features.level_effects import Start
from trueodds.functions import log_loss_from_logits, sigmoid

Float = NDArray[np.float64]

VARIANCES = np.array([0.01, 0.05, 0.25])
"""Variances of the effects that are tried, squared nats."""
NEWTON_STEPS = 4
GRADIENT_STEPS = 12
"""Conjugate gradients' steps for each of Newton's."""
CLOSE = 1e-3
"""A step is solved when its residual is this part of the gradient."""
BASE_VARIANCE = 100.0
"""Variance of the intercept."""


@dataclass(frozen=True, eq=False)
class WordEffects:
    """Effects of a column's words, and what rows shown have by other inner folds.

    ``words`` has shape (words,), ``inner`` shape (rows,), nats; ``inner_base``, shape (rows,), is
    the intercept that stands beside them.
    """

    words: Float
    inner: Float
    inner_base: Float
    loss: float
    """Sum of the weighted log-losses with the effects of other inner folds, nats."""


def word_effects(words: csr_array, start: Start) -> WordEffects:
    """Fit the effects of words, by the best of `VARIANCES`.

    Parameters
    ----------
    words
        Shape (rows, words), 1 where a row has a word.
    start
        The rows, and the forecast that effects are added to.
    """
    rows, folds, count = words.shape[0], start.folds, len(VARIANCES)
    X = _with_base(words)
    # One column for each inner fold, and the last for all rows; the same for each variance.
    seen = start.weight[:, None] * (start.inner[:, None] != np.arange(folds + 1))
    beta = _fitted(X, start, np.tile(seen, count), np.repeat(VARIANCES, folds + 1))
    found = []
    for number in range(count):
        own = beta[:, number * (folds + 1) : (number + 1) * (folds + 1)]
        by_fold = np.asarray(X @ own[:, :folds])
        at = np.arange(rows), start.inner
        base = own[-1, :folds][start.inner]
        inner = by_fold[at] - base
        loss = float(
            np.sum(start.weight * log_loss_from_logits(start.log_odds + inner + base, start.y))
        )
        found.append(WordEffects(own[:-1, folds], inner, base, loss))
    return min(found, key=lambda each: each.loss)


def _with_base(words: csr_array) -> csr_array:
    """The same rows with one more column of ones, the last."""
    rows, count = words.shape
    starts = words.indptr + np.arange(rows + 1)
    indices = np.insert(words.indices, words.indptr[1:], count)
    return csr_array((np.ones(len(indices)), indices, starts), shape=(rows, count + 1))


def _fitted(X: csr_array, start: Start, weight: Float, variances: Float) -> Float:
    """Effects, shape (words + 1, fits), for weights of shape (rows, fits) and their variances."""
    XT = X.T.tocsr()
    beta = np.zeros((X.shape[1], weight.shape[1]))
    pull = np.tile(1.0 / variances, (len(beta), 1))
    pull[-1] = 1.0 / BASE_VARIANCE
    for _ in range(NEWTON_STEPS):
        p = sigmoid(start.log_odds[:, None] + X @ beta)
        information = weight * p * (1.0 - p)
        gradient = XT @ (weight * (start.y[:, None] - p)) - pull * beta
        beta += _solved(X, XT, information, pull, gradient)
    return beta


def _solved(X: csr_array, XT: csr_array, information: Float, pull: Float, right: Float) -> Float:
    """Solve (Xᵀ·diag(information)·X + diag(pull))·step = right, one system a column."""
    scale = 1.0 / (XT @ information + pull)
    step, rest = np.zeros_like(right), right.copy()
    turned = scale * rest
    along = turned.copy()
    size = np.sum(rest * turned, axis=0)
    enough = size * CLOSE**2
    for _ in range(GRADIENT_STEPS):
        going = size > enough  # one that is solved stays: no system depends on another
        if not going.any():
            break
        bent = XT @ (information * (X @ along)) + pull * along
        bend = np.sum(along * bent, axis=0)
        length = np.divide(size, bend, out=np.zeros_like(size), where=going & (bend > 0.0))
        step += length * along
        rest -= length * bent
        turned = scale * rest
        new = np.sum(rest * turned, axis=0)
        along = turned + np.divide(new, size, out=np.zeros_like(size), where=size > 0.0) * along
        size = np.where(going, new, size)
    return step
