"""The place of each weight and bias of a network in its flat parameter buffer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.named_parameters import NamedParameters


@dataclass(frozen=True)
class Layout(NamedParameters):
    """A fully connected network: ``inputs`` → hidden ``widths`` → one logit.

    Layer ``l`` has weights of shape (fan_in, fan_out) and a bias of shape (fan_out,); the last
    layer has fan_out 1 and no activation: its output is the log-odds z, and σ(z) the probability.

    Raises
    ------
    ValueError
        If a layer has no unit or the activation is unknown.
    """

    inputs: int
    widths: tuple[int, ...]
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        if self.inputs < 1 or any(w < 1 for w in self.widths):
            raise ValueError(f"every layer needs at least one unit, got {self.sizes}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"unknown activation {self.activation!r}: choose from {', '.join(ACTIVATIONS)}"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, from the inputs to the logit."""
        return (self.inputs, *self.widths, 1)

    @property
    def shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of every parameter, in buffer order."""
        pairs = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        named: list[tuple[str, tuple[int, ...]]] = []
        for index, (fan_in, fan_out) in enumerate(pairs):
            named += [(f"weight{index}", (fan_in, fan_out)), (f"bias{index}", (fan_out,))]
        return tuple(named)

    @property
    def depth(self) -> int:
        """Number of layers with weights, the output layer included."""
        return len(self.widths) + 1

    def weights(self, flat: NDArray[Any]) -> list[NDArray[Any]]:
        """Views of the weights in a flat buffer, layer by layer, shapes (fan_in, fan_out)."""
        named = self.views(flat)
        return [named[f"weight{index}"] for index in range(self.depth)]

    def biases(self, flat: NDArray[Any]) -> list[NDArray[Any]]:
        """Views of the biases in a flat buffer, layer by layer, shapes (fan_out,)."""
        named = self.views(flat)
        return [named[f"bias{index}"] for index in range(self.depth)]

    def scaled(self, flat: NDArray[np.float32], factor: np.float32) -> NDArray[np.float32]:
        """Parameters of the network whose log-odds are ``factor`` times as large; a new array."""
        out = flat.copy()
        self.weights(out)[-1][:] *= factor
        self.biases(out)[-1][:] *= factor
        return out
