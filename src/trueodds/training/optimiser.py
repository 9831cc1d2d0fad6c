"""AdamW over one flat buffer, in one fused pass (Loshchilov & Hutter, arXiv 1711.05101)."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True, error_model="numpy")
def adamw_pass(p, g, m, v, stops, rates, decays, beta1, beta2, eps, unbias1, unbias2):
    """One step for every segment [stops[s−1], stops[s]) with its own rate and decay."""
    kind = p.dtype.type
    one = kind(1.0)
    b1, b2, e, u1, u2 = kind(beta1), kind(beta2), kind(eps), kind(unbias1), kind(unbias2)
    start = 0
    for s in range(stops.shape[0]):
        rate = kind(rates[s])
        shrink = one - kind(rates[s] * decays[s])
        for i in range(start, stops[s]):
            gi = g[i]
            mi = b1 * m[i] + (one - b1) * gi
            vi = b2 * v[i] + (one - b2) * gi * gi
            m[i] = mi
            v[i] = vi
            p[i] = shrink * p[i] - rate * (mi * u1) / (np.sqrt(vi * u2) + e)
        start = stops[s]


class AdamW:
    """Adam with decoupled weight decay.

    Parameters
    ----------
    parameters
        Flat buffer, updated in place.
    segments
        (stop, rate factor, decay factor) of each stretch of the buffer, in order; the last stop is
        the buffer's length.
    beta1, beta2, eps
        Adam's constants.
    """

    def __init__(
        self,
        parameters: NDArray[Any],
        segments: Sequence[tuple[int, float, float]],
        beta1: float = 0.9,
        beta2: float = 0.95,
        eps: float = 1e-8,
    ) -> None:
        if not segments or segments[-1][0] != parameters.size:
            raise ValueError("the segments must cover the whole buffer")
        self.parameters = parameters
        self._m = np.zeros_like(parameters)
        self._v = np.zeros_like(parameters)
        self._stops = np.array([s[0] for s in segments], dtype=np.int64)
        self._rate_factors = np.array([s[1] for s in segments], dtype=np.float64)
        self._decay_factors = np.array([s[2] for s in segments], dtype=np.float64)
        self._constants = (beta1, beta2, eps)
        self._steps = 0

    def step(self, gradient: NDArray[Any], rate: float, decay: float) -> None:
        """Update the parameters from one gradient with this step's learning rate and decay."""
        self._steps += 1
        beta1, beta2, eps = self._constants
        adamw_pass(
            self.parameters,
            gradient,
            self._m,
            self._v,
            self._stops,
            self._rate_factors * rate,
            self._decay_factors * decay,
            beta1,
            beta2,
            eps,
            1.0 / (1.0 - beta1**self._steps),
            1.0 / (1.0 - beta2**self._steps),
        )
