"""Measures how much scoring in whole numbers changes out-of-fold probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.functions.portable import sigmoid


@dataclass(frozen=True)
class Rounding:
    """The exact scorer compared with the same networks in float64, on the training table.

    Only the members that did not see a row forecast it, so the rounding errors of few members are
    averaged. The forecast of the whole model has more members and changes less.
    """

    probability: float
    """Largest change of a probability."""
    log_loss: float
    """Change of the mean log-loss, in nats; above 0 is worse."""
    largest_sum: float
    """Largest sum of products that any input can reach, in whole units; exact below 2⁵³."""


def measure_rounding(
    exact: NDArray[np.float64],
    plain: NDArray[np.float64],
    y: NDArray[np.uint8],
    weight: NDArray[np.float64] | None,
    largest_sum: float,
) -> Rounding:
    """Compare two sets of calibrated log-odds of the same labelled rows.

    Parameters
    ----------
    exact, plain
        Log-odds of the exact scorer and of float64, in nats, shape (n,).
    y
        Labels, 0 or 1, shape (n,).
    weight
        Sample weights, shape (n,); None if all rows count the same.
    largest_sum
        What `trueodds.model.fixed.require_exact` returned.
    """
    label = y.astype(np.float64)
    rises = functions.log_loss_from_logits(exact, label) - functions.log_loss_from_logits(
        plain, label
    )
    return Rounding(
        probability=float(np.abs(sigmoid(exact) - sigmoid(plain)).max(initial=0.0)),
        log_loss=float(np.average(rises, weights=weight)),
        largest_sum=largest_sum,
    )
