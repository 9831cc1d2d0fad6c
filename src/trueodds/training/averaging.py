"""A running average of the weights along training (Polyak & Juditsky 1992; arXiv 1803.05407).

Single steps scatter around a minimum of the loss, and their average is near the middle of it. Its
forecasts are less overconfident than those of a single step. They also change less between two
evaluations, so that a choice among the evaluations overfits less.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.functions.cache import jit


@jit(nogil=True, error_model="numpy")
def move_toward(average, parameters, fraction):
    """Move the average a fraction of the way to the parameters, in place; both of shape (n,)."""
    step = average.dtype.type(fraction)
    for i in range(average.shape[0]):
        average[i] += step * (parameters[i] - average[i])


class WeightAverage:
    """Exponential moving average of a network's parameters.

    Parameters
    ----------
    parameters
        Flat buffer, shape (n,), float32 or float64; the average starts as its copy.
    horizon
        Steps over which the average forgets. The first steps have shorter horizons.
    """

    def __init__(self, parameters: NDArray[Any], horizon: float) -> None:
        self.value = parameters.copy()
        self._horizon = horizon
        self.steps = 0
        """Steps included."""

    def update(self, parameters: NDArray[np.floating[Any]]) -> None:
        """Include the parameters after one more step, shape (n,)."""
        self.steps += 1
        # The first weights are noise: the average forgets them quickly.
        horizon = min(self._horizon, 1.0 + self.steps / 10.0)
        move_toward(self.value, parameters, 1.0 / horizon)
