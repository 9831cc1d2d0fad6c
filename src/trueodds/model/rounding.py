"""What exact scoring costs: the change that whole numbers make to out-of-fold probabilities."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.functions.portable import sigmoid


@dataclass(frozen=True)
class Rounding:
    """The exact scorer beside the same networks in plain float64, on the training table.

    Each row is forecast by the members that did not see it, so the rounding errors of few members
    are averaged: a model's own forecast, of all its members, changes less.
    """

    probability: float
    """Largest change of a probability."""
    log_loss: float
    """Change of the mean log-loss, in nats; above 0 is worse."""
    largest_sum: float
    """Largest sum of products that any input could reach, in whole units; exact below 2⁵³."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)


def measure_rounding(
    exact: NDArray[np.float64],
    plain: NDArray[np.float64],
    y: NDArray[np.uint8],
    weight: NDArray[np.float64] | None,
    largest_sum: float,
) -> Rounding:
    """Compare two sets of calibrated log-odds of the same labelled rows, all of shape (n,)."""
    label = y.astype(np.float64)
    rises = functions.log_loss_from_logits(exact, label) - functions.log_loss_from_logits(
        plain, label
    )
    return Rounding(
        probability=float(np.abs(sigmoid(exact) - sigmoid(plain)).max(initial=0.0)),
        log_loss=float(np.average(rises, weights=weight)),
        largest_sum=largest_sum,
    )
