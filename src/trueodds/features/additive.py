"""An additive forecast: what columns are worth side by side."""

from math import log

import numpy as np

from trueodds.features.level_effects import Float, Start

NEWTON_STEPS = 8
PULL = 1.0
"""Ridge penalty of the additive forecast's weights."""


def base_log_odds(y: Float, weight: Float) -> float:
    """Log-odds of the base rate, with half a row more of each label."""
    yes, all_rows = float(np.sum(weight * y)), float(np.sum(weight))
    return log((yes + 0.5) / (all_rows - yes + 0.5))


def weighted(effects: Float, start: Start) -> Float:
    """The columns' effects, each times what it is worth beside the others; shape (rows,).

    A logistic regression with a ridge penalty, by Newton's steps.
    """
    X = np.concatenate([np.ones((len(effects), 1)), effects], axis=1)
    weights = np.zeros(X.shape[1])
    penalty = np.full(X.shape[1], PULL)
    penalty[0] = 0.0
    for _ in range(NEWTON_STEPS):
        residual, information = start.plus(X @ weights).slopes()
        gradient = X.T @ residual - penalty * weights
        bend = (X * information[:, None]).T @ X + np.diag(penalty + 1e-9)
        step = np.linalg.solve(bend, gradient)
        weights += np.clip(step, -3.0, 3.0)
        if np.abs(step).max() < 1e-4:
            break
    return np.asarray(X @ weights)
