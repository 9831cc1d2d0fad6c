"""First weights of a network, so that signals and gradients keep their size through the layers.

ReLU's kin and the gated ones start from He's normal law (arXiv 1502.01852), tanh from orthogonal
weights on its critical line σ_w = 1 (arXiv 1711.04735), and the sigmoid from orthogonal weights
with gain 1/φ′(0) = 4 and biases of −½·(row sum), which cancel the ½ that every sigmoid adds: with
the usual small weights a deep sigmoid network does not learn at all (docs/decisions.md).
"""

import numpy as np
from numpy.typing import NDArray

from trueodds.network.engine import aligned
from trueodds.network.layout import Layout

GAINS = {"relu": 2.0**0.5, "leaky_relu": 2.0**0.5, "silu": 1.6765, "gelu": 1.5336}
"""Standard deviation of a weight times √fan_in: 1/√E[φ(z)²] for a standard normal z, so that the
next layer's pre-activations have unit variance too (√2 for ReLU; the others by Gauss–Hermite
quadrature)."""


def orthogonal(fan_in: int, fan_out: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Weights whose shorter side is orthogonal, shape (fan_in, fan_out), uniform by Haar.

    Scaled so that a unit-variance input gives unit-variance outputs whichever side is shorter.
    """
    normal = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diag(r))
    scale = max(1.0, fan_out / fan_in) ** 0.5
    return np.ascontiguousarray(scale * (q if fan_in >= fan_out else q.T))


def initialise(layout: Layout, rng: np.random.Generator, logit: float = 0.0) -> NDArray[np.float32]:
    """A flat float32 buffer of first parameters.

    Parameters
    ----------
    layout
        The network; its activation decides the rule.
    rng
        Source of all randomness.
    logit
        Bias of the output neuron, in nats: the base rate's log-odds, so that the network starts
        from the base rate's log-loss.
    """
    flat = aligned((layout.size,), np.float32)
    weights, biases = layout.weights(flat), layout.biases(flat)
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        fan_in, fan_out = weight.shape
        if index == layout.depth - 1:
            weight[:] = rng.standard_normal(weight.shape) * (0.5 / fan_in**0.5)
            bias[:] = logit
            if layout.activation == "sigmoid" and index > 0:
                bias -= 0.5 * weight.sum(axis=0)
            continue
        if layout.activation in GAINS:
            gain = 1.0 if index == 0 else GAINS[layout.activation]
            weight[:] = rng.standard_normal(weight.shape) * (gain / fan_in**0.5)
            bias[:] = rng.standard_normal(fan_out) * 0.1 if index == 0 else 0.0
        else:
            gain = 4.0 if layout.activation == "sigmoid" and index > 0 else 1.0
            weight[:] = gain * orthogonal(fan_in, fan_out, rng)
            if layout.activation == "sigmoid" and index > 0:
                bias[:] = -0.5 * weight.sum(axis=0)
    return flat
