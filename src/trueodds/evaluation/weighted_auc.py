"""Weighted AUC of all pairs or of the pairs within folds, with the influence of every row."""

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.sums import dot


def weighted_auc(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    sample_weight: NDArray[np.float64],
    folds: NDArray[np.integer] | None = None,
) -> tuple[float, NDArray[np.float64]]:
    """Weighted fraction of pairs (yes, no) in which yes has the higher forecast; ties count ½.

    Parameters
    ----------
    y
        Shape (n,), 1 for yes and 0 for no.
    log_odds
        Shape (n,), nats, without NaN.
    sample_weight
        Shape (n,), ≥ 0; a pair weighs the product of its rows' weights.
    folds
        Shape (n,), the fold of each row: only pairs within a fold count. None counts all pairs.

    Returns
    -------
    value
        The AUC in [0, 1]; NaN if there is no pair.
    influence
        Influence of every row on the AUC, shape (n,), sum 0 (the placement values of DeLong et al.
        1988); 0 if there is no pair.
    """
    fold = np.zeros(len(y), dtype=np.int64) if folds is None else folds
    order = np.lexsort((log_odds, fold))
    z, fold, weight = log_odds[order], fold[order], sample_weight[order]
    is_yes = y[order] == 1
    new_fold = np.concatenate(([True], fold[1:] != fold[:-1]))
    new_run = new_fold | np.concatenate(([True], z[1:] != z[:-1]))
    runs = np.flatnonzero(new_run)  # of equal forecasts within a fold
    yes = np.add.reduceat(np.where(is_yes, weight, 0.0), runs)
    no = np.add.reduceat(np.where(is_yes, 0.0, weight), runs)
    starts = np.flatnonzero(new_fold[runs])
    lengths = np.diff(np.append(starts, len(runs)))
    fold_yes, yes_below = _within(yes, starts, lengths)
    fold_no, no_below = _within(no, starts, lengths)
    pairs = float(dot(yes, fold_no))
    if not pairs > 0.0:
        return float("nan"), np.zeros(len(y))
    value = min(1.0, float(dot(yes, no_below)) / pairs)
    of_yes = (no_below - value * fold_no) / pairs
    of_no = (fold_yes - yes_below - value * fold_yes) / pairs
    run_of = np.cumsum(new_run) - 1
    influence = np.empty(len(y))
    influence[order] = weight * np.where(is_yes, of_yes[run_of], of_no[run_of])
    return value, influence


def _within(
    weight: NDArray[np.float64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each run: the weight of its fold, and the fold's weight below the middle of the run."""
    whole = np.add.reduceat(weight, starts)
    before = np.concatenate(([0.0], np.cumsum(weight)))[starts]
    below = np.cumsum(weight) - 0.5 * weight - np.repeat(before, lengths)
    return np.repeat(whole, lengths), below
