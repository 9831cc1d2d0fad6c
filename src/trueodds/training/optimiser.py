"""AdamW over one flat buffer, in one fused pass (Loshchilov & Hutter, arXiv 1711.05101)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.functions.cache import jit
from trueodds.network.engine import aligned


@jit(nogil=True, error_model="numpy")
def adamw_pass(p, g, m, v, stops, rates, shrinks, constants):
    """Make one step for every segment [stops[s−1], stops[s]) with its own rate and shrinkage.

    ``p``, ``g``, ``m`` and ``v`` have shape (n,); ``stops``, ``rates`` and ``shrinks`` have shape
    (segments,). ``rates``, ``shrinks`` and ``constants`` (β₁, 1 − β₁, β₂, 1 − β₂, ε) have the dtype
    of p. ``rates`` and ε include the bias corrections, which keeps the loop short.
    """
    b1, a1, b2, a2, eps = constants[0], constants[1], constants[2], constants[3], constants[4]
    start = 0
    for s in range(stops.shape[0]):
        rate, shrink = rates[s], shrinks[s]
        # Separate slices: with an offset into the whole, LLVM does not vectorise.
        P, G = p[start : stops[s]], g[start : stops[s]]
        M, V = m[start : stops[s]], v[start : stops[s]]
        for i in range(P.shape[0]):
            mi = b1 * M[i] + a1 * G[i]
            vi = b2 * V[i] + a2 * G[i] * G[i]
            M[i] = mi
            V[i] = vi
            P[i] = shrink * P[i] - rate * mi / (np.sqrt(vi) + eps)
        start = stops[s]


class AdamW:
    """Adam with decoupled weight decay.

    Parameters
    ----------
    parameters
        Flat buffer, shape (n,), float32 or float64, updated in place.
    segments
        (stop, rate factor, decay factor) of each segment of the buffer, in order; the last stop is
        n.
    beta1, beta2, eps
        Adam's constants.

    Raises
    ------
    ValueError
        If the segments do not cover the buffer.
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
        kind = parameters.dtype
        self._m = aligned(parameters.shape, kind)
        self._v = aligned(parameters.shape, kind)
        self._stops = np.array([s[0] for s in segments], dtype=np.int64)
        self._rate_factors = np.array([s[1] for s in segments], dtype=np.float64)
        self._decay_factors = np.array([s[2] for s in segments], dtype=np.float64)
        self._betas_and_eps = (beta1, beta2, eps)
        self._constants = np.array([beta1, 1.0 - beta1, beta2, 1.0 - beta2, eps], dtype=kind)
        self._rates = np.empty(len(segments), dtype=kind)
        self._shrinks = np.empty(len(segments), dtype=kind)
        self._steps = 0

    def step(self, gradient: NDArray[Any], rate: float, decay: float) -> None:
        """Update the parameters.

        Parameters
        ----------
        gradient
            Shape (n,), dtype of the parameters.
        rate, decay
            Learning rate and decoupled weight decay of this step, ≥ 0.
        """
        self._steps += 1
        beta1, beta2, eps = self._betas_and_eps
        # m̂/(√v̂ + ε); both bias corrections are computed outside the loop.
        root = (1.0 - beta2**self._steps) ** 0.5
        np.multiply(
            self._rate_factors,
            rate * root / (1.0 - beta1**self._steps),
            out=self._rates,
            casting="same_kind",
        )
        np.subtract(
            1.0,
            self._rate_factors * self._decay_factors * (rate * decay),
            out=self._shrinks,
            casting="same_kind",
        )
        self._constants[4] = eps * root
        adamw_pass(
            self.parameters,
            gradient,
            self._m,
            self._v,
            self._stops,
            self._rates,
            self._shrinks,
            self._constants,
        )
