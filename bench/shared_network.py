"""MLPs that share their weights: BatchEnsemble (arXiv 2002.06715) as in TabM (arXiv 2410.24210).

Hidden layer l of member j is x ↦ φ((x ∘ rⱼₗ) Wₗ ∘ sⱼₗ + bⱼₗ): the members share Wₗ, and each has
its own factors r of the inputs and s of the outputs, its own biases and its own output layer. This
is a plain MLP with the weights rᵢ·Wᵢₒ·sₒ. So each member runs in an `Engine` of the package, and
only its weights and their gradient are computed here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.functions.cache import jit
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.network.named_parameters import NamedParameters
from trueodds.training.optimiser import AdamW

Flat = NDArray[np.floating[Any]]
SEEDS = 2**32


@dataclass(frozen=True)
class SharedLayout(NamedParameters):
    """``members`` MLPs of the same widths.

    A hidden layer has one weight0, …, and a row a member of in0 (r), out0 (s) and bias0, ….
    ``head`` and ``shift`` are the output layers.
    """

    inputs: int
    widths: tuple[int, ...]
    members: int

    @property
    def shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of every parameter, in buffer order."""
        k, fan_in = self.members, self.inputs
        named: list[tuple[str, tuple[int, ...]]] = []
        for layer, width in enumerate(self.widths):
            named += [(f"weight{layer}", (fan_in, width)), (f"in{layer}", (k, fan_in))]
            named += [(f"out{layer}", (k, width)), (f"bias{layer}", (k, width))]
            fan_in = width
        return (*named, ("head", (k, fan_in)), ("shift", (k,)))

    @property
    def plain(self) -> Layout:
        """One member."""
        return Layout(self.inputs, self.widths)


def first_parameters(layout: SharedLayout, rng: np.random.Generator, logit: float) -> Flat:
    """Weights and biases of one plain MLP, and an output layer a member.

    The first r is ±1 at random if there are several members; all other factors are 1.
    """
    flat = np.empty(layout.size, np.float32)
    named, plain = layout.views(flat), layout.plain
    first = plain.views(initialise(plain, rng, logit))
    for layer in range(len(layout.widths)):
        named[f"weight{layer}"][:] = first[f"weight{layer}"]
        named[f"bias{layer}"][:] = first[f"bias{layer}"]
        named[f"in{layer}"][:] = named[f"out{layer}"][:] = 1.0
    if layout.members > 1:
        named["in0"][:] = rng.choice([-1.0, 1.0], named["in0"].shape)
    last = first[f"weight{len(layout.widths)}"][:, 0]
    named["head"][0], named["shift"][:] = last, logit
    for head in named["head"][1:]:
        head[:] = rng.standard_normal(len(last)) * (0.5 / len(last) ** 0.5)
    return flat


def shared_optimiser(layout: SharedLayout, parameters: Flat) -> AdamW:
    """AdamW as for MLPs: weights decay; biases and factors do not."""
    segments = [
        (stop, 1.0, float(name.startswith(("weight", "head"))))
        for name, (_, stop) in layout.segments().items()
    ]
    return AdamW(parameters, segments, beta2=0.95)


@jit(nogil=True, error_model="numpy")
def spread(weight, r, s, out):
    """Write a member's weights, r[i]·weight[i, o]·s[o]."""
    for i in range(weight.shape[0]):
        for o in range(weight.shape[1]):
            out[i, o] = r[i] * weight[i, o] * s[o]


@jit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def collect(of_member, weight, r, s, share, d_weight, d_r, d_s):
    """Add ``share`` of a member's gradient by its weights to those by weight, r and s."""
    for i in range(weight.shape[0]):
        total = share * 0
        for o in range(weight.shape[1]):
            g = share * of_member[i, o]
            gw = g * weight[i, o]
            d_weight[i, o] += r[i] * g * s[o]
            d_s[o] += r[i] * gw
            total += gw * s[o]
        d_r[i] += total


class SharedEngine:
    """Forward and backward of all members, as `Engine`; the loss is the mean of the members' own.

    ``parameters`` is a flat buffer of the layout; ``log_odds`` are the members' mean.
    """

    def __init__(
        self, layout: SharedLayout, parameters: Flat, batch: int, dropout: float = 0.0
    ) -> None:
        self.layout, self.parameters = layout, parameters
        self.gradient = np.zeros_like(parameters)
        self._named, self._gradients = layout.views(parameters), layout.views(self.gradient)
        self._share = parameters.dtype.type(1.0 / layout.members)
        plain = layout.plain
        self._engines = [
            Engine(plain, np.zeros(plain.size, parameters.dtype), batch, dropout)
            for _ in range(layout.members)
        ]

    def _spread(self) -> None:
        plain, named, depth = self.layout.plain, self._named, len(self.layout.widths)
        for j, engine in enumerate(self._engines):
            own = plain.views(engine.parameters)
            for layer in range(depth):
                factors = named[f"in{layer}"][j], named[f"out{layer}"][j]
                spread(named[f"weight{layer}"], *factors, own[f"weight{layer}"])
                own[f"bias{layer}"][:] = named[f"bias{layer}"][j]
            own[f"weight{depth}"][:, 0] = named["head"][j]
            own[f"bias{depth}"][0] = named["shift"][j]

    def log_odds(self, X: Flat) -> Flat:
        """Mean of the members' log-odds, shape (n,), nats, without dropout."""
        self._spread()
        return np.mean([engine.log_odds(X) for engine in self._engines], axis=0)

    def backward(self, X: Flat, y: Flat, weight: Flat, seed: int = 0) -> float:
        """Fill ``gradient``; every member has its own dropout mask."""
        self._spread()
        named, gradients, depth = self._named, self._gradients, len(self.layout.widths)
        self.gradient[:] = 0.0
        loss = 0.0
        for j, engine in enumerate(self._engines):
            loss += engine.backward(X, y, weight, (seed + j * 0x9E3779B1) % SEEDS)
            own = self.layout.plain.views(engine.gradient)
            for layer in range(depth):
                r, s = f"in{layer}", f"out{layer}"
                collect(
                    *(own[f"weight{layer}"], named[f"weight{layer}"], named[r][j], named[s][j]),
                    *(self._share, gradients[f"weight{layer}"], gradients[r][j], gradients[s][j]),
                )
                gradients[f"bias{layer}"][j] = self._share * own[f"bias{layer}"]
            gradients["head"][j] = self._share * own[f"weight{depth}"][:, 0]
            gradients["shift"][j] = self._share * own[f"bias{depth}"][0]
        return loss / len(self._engines)
