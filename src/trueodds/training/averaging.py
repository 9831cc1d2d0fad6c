"""A running average of the weights along training (Polyak & Juditsky 1992; arXiv 1803.05407).

The average sits in the middle of the valley around which the steps jump: its forecasts are less
overconfident than any single step's, and choosing among
looks at it overfits the held-out fold less.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.functions.cache import jit


@jit(nogil=True, error_model="numpy")
def move_toward(average, parameters, share):
    """Move the average a share of the way to the parameters, in place."""
    part = average.dtype.type(share)
    for i in range(average.shape[0]):
        average[i] += part * (parameters[i] - average[i])


class WeightAverage:
    """Exponential average whose memory is ``horizon`` steps, shorter while it is young."""

    def __init__(self, parameters: NDArray[Any], horizon: float) -> None:
        self.value = parameters.copy()
        self._horizon = horizon
        self._steps = 0

    def update(self, parameters: NDArray[np.floating[Any]]) -> None:
        """Take in one step's parameters."""
        self._steps += 1
        # While young it forgets its start quickly: the first weights are noise.
        memory = min(self._horizon, 1.0 + self._steps / 10.0)
        move_toward(self.value, parameters, 1.0 / memory)
