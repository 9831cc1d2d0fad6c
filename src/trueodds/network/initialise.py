"""First weights of a network: signals and gradients keep their size through the layers.

The default, ``usual``, has two rules. ReLU, leaky ReLU and shallow gated networks get He's normal
distribution (arXiv 1502.01852). Sigmoid and tanh, and every smooth activation with more than `DEEP`
hidden layers, get orthogonal weights on the critical line of mean-field theory
(`trueodds.network.meanfield`); their biases subtract the activation's mean. Without that, a deep
sigmoid network does not learn (bench/depth.py).
"""

import numpy as np
from numpy.typing import NDArray

from trueodds.network.engine import aligned
from trueodds.network.initialisations import INITIALISATIONS, Initialisation
from trueodds.network.layout import Layout
from trueodds.network.meanfield import SMOOTH, critical_point

DEEP = 8
"""With more hidden layers than this, gated activations too start on the critical line."""
GAINS = {"relu": 2.0**0.5, "leaky_relu": 2.0**0.5, "silu": 1.6765, "gelu": 1.5336}
"""Standard deviation of a weight times √fan_in: 1/√E[φ(z)²] for a standard normal z, so that the
next layer's pre-activations have unit variance too (√2 for ReLU; the others by Gauss–Hermite
quadrature)."""


def orthogonal(fan_in: int, fan_out: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Random weights, shape (fan_in, fan_out), whose shorter side is orthogonal (Haar measure).

    They are scaled: inputs of variance 1 give outputs of variance 1 for any shape.
    """
    normal = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diag(r))
    scale = max(1.0, fan_out / fan_in) ** 0.5
    return np.ascontiguousarray(scale * (q if fan_in >= fan_out else q.T))


def initialise(
    layout: Layout, rng: np.random.Generator, logit: float = 0.0, init: Initialisation = "usual"
) -> NDArray[np.float32]:
    """Make a flat float32 buffer of first parameters, shape (``layout.size``,).

    Parameters
    ----------
    layout
        The network; its activation and depth decide the rule.
    rng
        Source of all randomness.
    logit
        Bias of the output neuron, nats. With the base rate's log-odds the network starts at the
        base rate's log-loss. ``pytorch`` adds it to its random bias.
    init
        The rule, for inputs of mean 0 and variance 1.

    Raises
    ------
    ValueError
        If the rule is not one of `INITIALISATIONS`.
    """
    if init not in INITIALISATIONS:
        raise ValueError(
            f"unknown initialisation {init!r}: choose from {', '.join(INITIALISATIONS)}"
        )
    flat = aligned((layout.size,), np.float32)
    weights, biases = layout.weights(flat), layout.biases(flat)
    if init in ("he", "xavier", "pytorch"):
        for weight, bias in zip(weights, biases, strict=True):
            _textbook(weight, bias, rng, init)
        biases[-1] += logit
        return flat
    deep = init == "critical" or len(layout.widths) > DEEP
    if layout.activation in ("sigmoid", "tanh") or (deep and layout.activation in SMOOTH):
        _critical(layout, weights, biases, rng)
    else:
        for index, (weight, bias) in enumerate(zip(weights[:-1], biases[:-1], strict=True)):
            fan_in, fan_out = weight.shape
            gain = 1.0 if index == 0 else GAINS[layout.activation]
            weight[:] = rng.standard_normal(weight.shape) * (gain / fan_in**0.5)
            bias[:] = rng.standard_normal(fan_out) * 0.1 if index == 0 else 0.0
        last = weights[-1]
        last[:] = rng.standard_normal(last.shape) * (0.5 / last.shape[0] ** 0.5)
    biases[-1] += logit
    return flat


def _textbook(
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
    rng: np.random.Generator,
    init: Initialisation,
) -> None:
    fan_in, fan_out = weight.shape
    if init == "he":
        weight[:] = rng.standard_normal(weight.shape) * (2.0 / fan_in) ** 0.5
        return
    bound = (6.0 / (fan_in + fan_out)) ** 0.5 if init == "xavier" else fan_in**-0.5
    weight[:] = rng.uniform(-bound, bound, weight.shape)
    if init == "pytorch":
        bias[:] = rng.uniform(-bound, bound, bias.shape)


def _critical(
    layout: Layout,
    weights: list[NDArray[np.float32]],
    biases: list[NDArray[np.float32]],
    rng: np.random.Generator,
) -> None:
    """Orthogonal weights on the critical line; biases subtract the mean of the outputs below."""
    hidden = len(layout.widths)
    if not hidden:
        weights[0][:] = rng.standard_normal(weights[0].shape) * (0.5 / layout.inputs**0.5)
        return
    point = critical_point(layout.activation, hidden)
    for index, (weight, bias) in enumerate(zip(weights[:-1], biases[:-1], strict=True)):
        fan_in, fan_out = weight.shape
        # The inputs of the first layer have variance 1.
        gain = point.weight if index else (point.q - point.bias**2) ** 0.5
        weight[:] = gain * orthogonal(fan_in, fan_out, rng)
        bias[:] = rng.standard_normal(fan_out) * point.bias
        if index:
            bias -= np.float32(point.mean) * weight.sum(axis=0)
    last = weights[-1]
    last[:] = rng.standard_normal(last.shape) * (0.5 * point.weight / last.shape[0] ** 0.5)
    biases[-1] -= np.float32(point.mean) * last.sum(axis=0)
