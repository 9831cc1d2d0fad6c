"""Mean-field theory of wide random networks: first weights for which signals keep their size.

A layer z = W φ̃(z_below) + b has independent entries of W (variance σ_w²/fan_in) and of b (variance
σ_b²). From pre-activations of variance q it makes pre-activations of variance

    V(q) = σ_w² E[φ̃(√q x)²] + σ_b²,     x standard normal

(Poole et al. 2016, arXiv 1606.05340). It multiplies the square of a gradient that passes it by

    χ(q) = σ_w² E[φ′(√q x)²]

(Schoenholz et al. 2017, arXiv 1611.01232). On the *critical line* V(q) = q and χ(q) = 1: gradients
keep their size through any depth. φ̃ = φ − m is the activation minus its mean m = E[φ(√q x)], which
the first biases subtract (b − m·Σ W). Without that, the only critical point of a sigmoid, whose
outputs are around ½, is deep in saturation.

The smaller q of a critical point is, the closer to 1 are all singular values of the network's
input-output Jacobian. The variance of their squares over L layers is

    L · (E[φ′⁴] / E[φ′²]² − 1 − s₁),     s₁ = 0 for orthogonal W, −1 for Gaussian W

(Pennington et al. 2017, arXiv 1711.04735, equation 22). `critical_point` takes the largest q ≤ 1
for which it is at most 1; deep networks thus start more linear. All expectations are Gauss–Hermite
quadratures.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import Activation, activate, slope

NODES = 128
"""Quadrature nodes: the moments of all smooth activations are then right to 1e-8 for q ≤ 1."""
SMOOTH: tuple[Activation, ...] = ("sigmoid", "tanh", "silu", "gelu")
LARGEST_SPREAD = 1.0
"""q of shallow networks: pre-activations of unit variance."""
LEAST_SPREAD = 1e-3
"""Least q, for the deepest networks: below it, rounding and the first steps spoil the theory."""
ISOMETRY = 1.0
"""Largest variance of the Jacobian's squared singular values, summed over all layers."""


@lru_cache(maxsize=1)
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # hermegauss integrates with the weight exp(−x²/2).
    x, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return x, weight / (2.0 * pi) ** 0.5


@dataclass(frozen=True)
class Moments:
    """Expectations for pre-activations of variance q and mean 0."""

    mean: float
    """E[φ]."""
    variance: float
    """E[φ²] − E[φ]²."""
    slope2: float
    """E[φ′²]."""
    slope4: float
    """E[φ′⁴]."""


def moments(activation: Activation, q: float) -> Moments:
    """Moments of φ(√q·x) and φ′(√q·x), x standard normal; exact for ReLU and leaky ReLU.

    Raises
    ------
    ValueError
        If q is not a finite number above 0.
    """
    if not 0.0 < q < float("inf"):
        raise ValueError(f"the variance of pre-activations must be above 0 and finite, got {q}")
    if activation not in SMOOTH:
        # Quadrature is inexact at the kink at 0; both halves have closed forms.
        leak = float(slope(np.array([-1.0]), activation)[0])
        mean = (1.0 - leak) * (q / (2.0 * pi)) ** 0.5
        square = 0.5 * (1.0 + leak**2) * q
        return Moments(mean, square - mean**2, 0.5 * (1.0 + leak**2), 0.5 * (1.0 + leak**4))
    x, weight = _nodes()
    z = q**0.5 * x
    value, steep = activate(z, activation), slope(z, activation)
    mean = float(weight @ value)
    return Moments(
        mean=mean,
        variance=float(weight @ (value - mean) ** 2),
        slope2=float(weight @ steep**2),
        slope4=float(weight @ steep**4),
    )


@dataclass(frozen=True)
class CriticalPoint:
    """A point with V(q) = q and χ(q) = 1."""

    q: float
    """Variance of the pre-activations in every layer."""
    weight: float
    """σ_w: a weight's standard deviation times √fan_in."""
    bias: float
    """σ_b: a bias's standard deviation."""
    mean: float
    """m = E[φ], which the biases subtract from every output below; 0 for ReLU and leaky ReLU."""

    def mapped(self, activation: Activation) -> tuple[float, float]:
        """V(q) and χ(q) at this point; (q, 1) if it is critical."""
        found = moments(activation, self.q)
        square = found.variance + (found.mean - self.mean) ** 2
        return self.weight**2 * square + self.bias**2, self.weight**2 * found.slope2


def on_critical_line(activation: Activation, q: float) -> CriticalPoint:
    """The critical point with pre-activations of variance q.

    Raises
    ------
    ValueError
        If there is none, as σ_b² would be negative.
    """
    found = moments(activation, q)
    weight2 = 1.0 / found.slope2
    if activation not in SMOOTH:
        # E[φ²] is proportional to q: every q is a fixed point with biases of 0.
        return CriticalPoint(q, weight2**0.5, 0.0, 0.0)
    bias2 = q - weight2 * found.variance
    if bias2 < -1e-9 * q:
        raise ValueError(f"{activation} has no critical point with pre-activations of variance {q}")
    return CriticalPoint(q, weight2**0.5, max(0.0, bias2) ** 0.5, found.mean)


@lru_cache(maxsize=256)
def critical_point(activation: Activation, depth: int) -> CriticalPoint:
    """The critical point for ``depth`` ≥ 1 hidden layers with orthogonal weights.

    q is the largest in [1e-3, 1] for which the theoretical variance of the squared singular values
    of the network's Jacobian is at most 1.
    """
    if activation not in SMOOTH:
        return on_critical_line(activation, LARGEST_SPREAD)

    def uneven(q: float) -> float:
        found = moments(activation, q)
        return depth * (found.slope4 / found.slope2**2 - 1.0)

    if uneven(LARGEST_SPREAD) <= ISOMETRY:
        return on_critical_line(activation, LARGEST_SPREAD)
    low, high = LEAST_SPREAD, LARGEST_SPREAD
    if uneven(low) > ISOMETRY:
        return on_critical_line(activation, low)
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if uneven(middle) <= ISOMETRY else (low, middle)
    return on_critical_line(activation, low)
