"""What one hidden layer does, as a plain value."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LayerState:
    """One hidden layer on a sample of rows.

    ``mean`` and ``spread`` are the mean and standard deviation of its pre-activations,
    ``output_mean`` that of its outputs; ``saturated`` is the share of (row, unit) pairs with
    |φ′| under 1 % of its maximum (off units of a ReLU do not count), ``dead`` the share of units
    with no slope on any row; ``gradient`` is the root mean square of the weights' gradient.
    """

    layer: int
    mean: float
    spread: float
    output_mean: float
    saturated: float
    dead: float
    gradient: float

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)
