"""Logistic regression on the inputs and the folds of the networks: what they are compared with.

It is a network without hidden layers. Each row is forecast by a fit that did not see it, with an L2
penalty of the weights that is chosen among the rows of that fit alone: one of the other folds is
left out for each choice. All folds are fitted side by side by Newton's method, with steps that are
shortened until the loss falls (Nocedal & Wright 2006, section 3.4). The Hessian is computed from
some rows, first at the networks' forecasts, and kept for some steps. It decides how many steps are
taken, and not where they lead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.functions import sigmoid
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds

Float = NDArray[np.float64]
Single = NDArray[np.float32]

PENALTIES = (100.0, 10.0, 1.0)
"""Candidates, strongest first: half of this times the sum of the squared weights is added to the
summed log-loss."""
USUAL = 10.0
"""The penalty where the rows are too few to choose one."""
CHOICE_ROWS = 4096
"""Rows on which penalties are compared, at most."""
START_ROWS = 65_536
"""Rows on which weights are fitted first, at most: many rows then take few steps."""
HESSIAN_ROWS = 4096
"""Rows of which a Hessian is computed, at most."""
MOST_INPUTS = 1024
"""With more inputs there is no logistic regression: it would take too long beside the networks."""
STEPS = 25
"""Steps of one fit, at most."""
LAGGED = 5
"""Steps with one Hessian."""
FARTHEST = 4.0
"""Log-odds farther from 0 count as this in a Hessian, whose steps would be too long."""
ENOUGH = 1e-4
"""A fit ends when the loss that it can still lose is below this part of a nat a row."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """Inputs of some rows, and their labels; shapes as in `TrainingData`."""

    shared: Single
    fold_features: tuple[Single, ...]
    y: Single

    def every(self, step: int) -> "_Rows":
        """The first row, and every ``step``-th row after it."""
        features = tuple(each[::step] for each in self.fold_features)
        return _Rows(self.shared[::step], features, self.y[::step])

    def forecast(self, weights: Float) -> Float:
        """Log-odds by every fold's weights, (1 + inputs, folds) → (rows, folds)."""
        width = self.shared.shape[1]
        of_shared, of_fold = weights[1 : 1 + width], weights[1 + width :]
        z = self.shared @ of_shared.astype(np.float32)
        for fold, features in enumerate(self.fold_features):
            z[:, fold] += features @ of_fold[:, fold].astype(np.float32)
        return np.asarray(z + weights[0], dtype=np.float64)

    def pull(self, residual: Single) -> Float:
        """Sums of inputs × residual over the rows, shape (1 + inputs, folds)."""
        each = [f.T @ residual[:, fold] for fold, f in enumerate(self.fold_features)]
        parts = (residual.sum(axis=0)[None], self.shared.T @ residual, np.stack(each, axis=1))
        return np.concatenate(parts, dtype=np.float64)


def out_of_fold_log_odds(data: TrainingData, near: Float) -> Float | None:
    """Log-odds of every row by a logistic regression that did not see it, shape (rows,), nats.

    NaN for rows that no fold leaves out. None if there are more than `MOST_INPUTS` inputs. Folds
    are those of the first partition.

    Parameters
    ----------
    data
        The training data of the networks.
    near
        Shape (rows,): log-odds near those to be found, such as the networks'; NaN counts as 0. They
        change how many steps are taken.
    """
    if data.width > MOST_INPUTS:
        return None
    folds = data.folds
    rows = _Rows(data.shared, data.fold_features[: folds.each], data.y)
    shown = _masks([folds.trained_on(fold) for fold in range(folds.each)], data.sample_weight)
    seen = _seen(data)
    hessians = [_hessian(rows, shown, np.nan_to_num(near), fold) for fold in range(folds.each)]
    penalties, start = _choose(rows, shown, folds, seen, hessians)
    if (step := -(-len(data.y) // START_ROWS)) > 1:
        some, mask = rows.every(step), shown[::step]
        able = seen & _both(some.y, mask)
        start = _fit(some, mask, penalties / step, able, hessians, start)
    weights = _fit(rows, shown, penalties, seen, hessians, start)
    out = np.full(len(data.y), np.nan)
    z = rows.forecast(weights)
    for fold in range(folds.each):
        held = folds.held_out(fold)
        out[held] = z[held, fold]
    return out


def _masks(parts: list[NDArray[np.int64]], sample_weight: Single) -> Single:
    """Sample weights of each fold's rows, 0 for other rows, shape (rows, folds)."""
    out = np.zeros((len(sample_weight), len(parts)), dtype=np.float32)
    for fold, rows in enumerate(parts):
        out[rows, fold] = sample_weight[rows]
    return out


def _seen(data: TrainingData) -> NDArray[np.bool_]:
    """Which weights may differ from 0, shape (1 + inputs, folds): the intercept's comes first."""
    seen = np.ones((1 + data.width, data.folds.each), dtype=np.bool_)
    for fold, unseen in enumerate(data.unseen[: data.folds.each]):
        seen[1 + unseen, fold] = False
    return seen


def _hessian(rows: _Rows, mask: Single, near: Float, fold: int) -> Float:
    """Second derivatives of a fold's mean loss at log-odds of shape (rows,), from some rows."""
    of_fold = np.flatnonzero(mask[:, fold] > 0.0)
    some = of_fold[:: -(-len(of_fold) // HESSIAN_ROWS)]
    p = sigmoid(np.clip(near[some], -FARTHEST, FARTHEST))
    each = mask[some, fold] * p * (1.0 - p) / mask[some, fold].sum()
    ones = np.ones((len(some), 1), dtype=np.float32)
    X = np.concatenate([ones, rows.shared[some], rows.fold_features[fold][some]], axis=1)
    X *= np.sqrt(each)[:, None].astype(np.float32)
    return np.asarray(X.T @ X, dtype=np.float64)


def _choose(
    rows: _Rows, shown: Single, folds: Folds, seen: NDArray[np.bool_], hessians: list[Float]
) -> tuple[Float, Float]:
    """The penalty of each fold by the loss on one of its training folds, and its weights there."""
    step = -(-len(rows.y) // CHOICE_ROWS)
    some = rows.every(step)
    of_row = folds.of_row[0][::step]
    inner, left_out = shown[::step].copy(), np.zeros_like(shown[::step])
    for fold in range(folds.each):
        other = fold - 1 if folds.forward else (fold + 1) % folds.each
        there = (of_row == other) & (of_row >= 0)
        left_out[there, fold] = inner[there, fold]
        inner[there, fold] = 0.0
    penalties = np.full(folds.each, USUAL)
    weights = chosen = np.zeros(seen.shape)
    best = np.full(folds.each, np.inf)
    able = _both(some.y, inner) & (left_out > 0.0).any(axis=0)
    if not able.any():
        return penalties, chosen
    for penalty in PENALTIES:
        weights = _fit(some, inner, np.full(folds.each, penalty), seen & able, hessians, weights)
        loss = (left_out * _losses(some.forecast(weights), some.y)).sum(axis=0)
        better = able & (loss < best)
        best, penalties = np.where(better, loss, best), np.where(better, penalty, penalties)
        chosen = np.where(better, weights, chosen)
    return penalties, chosen


def _both(y: Single, mask: Single) -> NDArray[np.bool_]:
    """Whether rows of both labels count, shape (folds,)."""
    return np.asarray((mask[y > 0.5] > 0.0).any(axis=0) & (mask[y < 0.5] > 0.0).any(axis=0))


def _losses(log_odds: Float, y: Single) -> Float:
    return np.asarray(functions.log_loss_from_logits(log_odds, y[:, None].astype(np.float64)))


def _fit(
    rows: _Rows,
    mask: Single,
    penalties: Float,
    seen: NDArray[np.bool_],
    hessians: list[Float],
    start: Float,
) -> Float:
    """Weights of least penalised loss of every fold, shape (1 + inputs, folds).

    Parameters
    ----------
    rows
        The rows of all folds.
    mask
        Shape (rows, folds): the weight of each row in each fold.
    penalties
        Shape (folds,).
    seen
        Shape (1 + inputs, folds): weights that are not seen stay 0.
    hessians
        Second derivatives of each fold's mean loss to begin with, (1 + inputs, 1 + inputs).
    start
        Shape (1 + inputs, folds).
    """
    from scipy.linalg import cho_factor, cho_solve  # slow to load

    mass = mask.sum(axis=0, dtype=np.float64)
    mass[mass == 0.0] = 1.0  # a fold without rows here, whose weights stay
    ridge = np.repeat((penalties / mass)[None], len(start), axis=0)
    ridge[0] = 0.0  # the intercept

    def evaluated(weights: Float) -> tuple[Float, Float, Float]:
        z = rows.forecast(weights)
        losses = (mask * _losses(z, rows.y)).sum(axis=0) / mass
        residual = (mask * (sigmoid(z) - rows.y[:, None])).astype(np.float32)
        gradient = (rows.pull(residual) / mass + ridge * weights) * seen
        return losses + 0.5 * (ridge * weights**2).sum(axis=0), gradient, z

    def factor(hessian: Float, fold: int) -> tuple[Float, bool]:
        among = hessian * np.outer(seen[:, fold], seen[:, fold])
        return cho_factor(among + np.diag(ridge[:, fold] + 1e-8), check_finite=False)

    folds = range(len(mass))
    factors = [factor(hessians[fold], fold) for fold in folds]
    weights, length, active = start, np.ones(len(mass)), np.ones(len(mass), dtype=np.bool_)
    value, gradient, z = evaluated(weights)
    for number in range(1, STEPS + 1):
        each = [cho_solve(factors[f], gradient[:, f], check_finite=False) for f in folds]
        step = np.stack(each, axis=1)
        falls = (gradient * step).sum(axis=0)
        # A fold that is done stays: how many steps others take is nothing to it.
        active &= falls >= ENOUGH
        if not active.any():
            break
        tried = weights - length * step
        then, there, forecast = evaluated(tried)
        better = active & (then <= value - 1e-4 * length * falls)
        weights, gradient = np.where(better, tried, weights), np.where(better, there, gradient)
        value, z = np.where(better, then, value), np.where(better, forecast, z)
        length = np.where(better, np.minimum(1.0, 2.0 * length), length / 4.0)
        if number % LAGGED == 0:
            for fold in np.flatnonzero(active).tolist():
                factors[fold] = factor(_hessian(rows, mask, z[:, fold], fold), fold)
    return weights
