"""Area under the ROC curve (AUC)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def auc(score: NDArray[np.float64], y: NDArray[np.uint8]) -> float:
    """Probability that a yes has a higher score than a no, ties counting half."""
    shown, rank = np.unique(score, return_inverse=True)
    return area_of_codes(rank.reshape(-1), len(shown), y.astype(np.float64))


def area_of_codes(codes: NDArray[np.integer], size: int, y: NDArray[np.float64]) -> float:
    """AUC of codes 0 … ``size`` − 1 as scores, ties counting half."""
    yes = np.bincount(codes, y, minlength=size)
    return area_of_counts(yes, np.bincount(codes, minlength=size) - yes)


def area_of_counts(yes: NDArray[Any], no: NDArray[Any]) -> float:
    """AUC from the number of yes and of no with each score, lowest score first."""
    won = float((yes * (np.cumsum(no) - no / 2.0)).sum())
    return won / float(yes.sum() * no.sum())


def area_of_shares(share: NDArray[np.float64], yes: NDArray[Any], no: NDArray[Any]) -> float:
    """AUC from the score of each group of rows and its number of yes and of no."""
    _, rank = np.unique(share, return_inverse=True)
    rank = rank.reshape(-1)
    return area_of_counts(np.bincount(rank, yes), np.bincount(rank, no))
