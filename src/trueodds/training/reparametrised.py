"""AdamW for sigmoid networks, in parameters for which the outputs of a layer are centred at 0.

A layer above sigmoids computes z = Σᵢ Wᵢ·σ(yᵢ) + b = Σᵢ Wᵢ·(σ(yᵢ) − ½) + c with c = b + ½·Σᵢ Wᵢ.
In (W, b) every step of a weight moves all pre-activations by ½ of it, in the same direction for all
rows; over 64 layers that destroys the network within a few steps of Adam's usual size. In (W, c) it
does not: σ(y) − ½ = ½·tanh(y/2), so a step equals that of a tanh network (LeCun et al. 1998,
"Efficient BackProp", section 4.4, on centred outputs). The optimiser turns b into c before a step
and c into b after it: the network is stored, saved and scored with (W, b).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW


class ReparametrisedAdamW:
    """AdamW on the weights W and the biases c of a sigmoid network.

    Parameters
    ----------
    layout
        Its activation must be sigmoid.
    parameters
        Flat buffer of (W, b), shape (``layout.size``,), updated in place.
    beta2, eps
        Adam's constants.

    Raises
    ------
    ValueError
        For any other activation.
    """

    def __init__(
        self,
        layout: Layout,
        parameters: NDArray[np.floating[Any]],
        beta2: float = 0.95,
        eps: float = 1e-8,
    ) -> None:
        if layout.activation != "sigmoid":
            raise ValueError(
                f"the activation must be sigmoid (outputs around ½), got {layout.activation}"
            )
        self._layout = layout
        self._half = parameters.dtype.type(0.5)
        self._above = _above_sigmoids(layout, parameters)
        segments = _segments(layout, _factors(layout))
        self._optimiser = AdamW(parameters, segments, beta2=beta2, eps=eps)

    def step(self, gradient: NDArray[np.floating[Any]], rate: float, decay: float) -> None:
        """Make one step, as `AdamW.step`.

        ``gradient``, shape (``layout.size``,), is changed in place to the gradient by (W, c).
        """
        for (weight, bias), (d_weight, d_bias) in zip(
            self._above, _above_sigmoids(self._layout, gradient), strict=True
        ):
            bias += self._half * weight.sum(axis=0)
            d_weight -= self._half * d_bias
        self._optimiser.step(gradient, rate, decay)
        for weight, bias in self._above:
            bias -= self._half * weight.sum(axis=0)


def optimiser_for(
    layout: Layout, parameters: NDArray[np.floating[Any]], beta2: float = 0.95
) -> AdamW | ReparametrisedAdamW:
    """AdamW for a network, reparametrised if its activation is sigmoid.

    Weights decay, biases do not. ``parameters`` is the flat buffer, shape (``layout.size``,).
    """
    if layout.activation == "sigmoid" and layout.widths:
        return ReparametrisedAdamW(layout, parameters, beta2)
    return AdamW(parameters, _segments(layout, [1.0] * len(layout.shapes)), beta2=beta2)


def _above_sigmoids(
    layout: Layout, flat: NDArray[np.floating[Any]]
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    return list(zip(layout.weights(flat)[1:], layout.biases(flat)[1:], strict=True))


def _factors(layout: Layout) -> list[float]:
    """Learning rate factor of every parameter in buffer order (`Layout.shapes`).

    With y = 2·u, σ(y) − ½ = ½·tanh(u). Compared with the tanh network, hidden weights are 4 times
    as large; weights of the first layer and of the output, and hidden biases, 2 times; the output's
    bias is equal.
    """
    last = layout.depth - 1
    special = {"weight0": 2.0, f"weight{last}": 2.0, f"bias{last}": 1.0}
    return [special.get(n, 4.0 if n.startswith("weight") else 2.0) for n, _ in layout.shapes]


def _segments(layout: Layout, factors: list[float]) -> list[tuple[int, float, float]]:
    """Segments for `AdamW`: weights decay, biases do not; the decay ignores the rate's factor."""
    return [
        (stop, factor, 1.0 / factor if name.startswith("weight") else 0.0)
        for (name, (_, stop)), factor in zip(layout.segments().items(), factors, strict=True)
    ]
