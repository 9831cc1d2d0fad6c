"""Figures of one layer at one step, as a plain value."""

from dataclasses import dataclass
from math import isfinite, nan

LARGEST = 1e38
"""This value stands for one that is not finite: JSON and charts have no infinity."""


def rounded(value: float, digits: int = 4) -> float:
    """Return the value with ``digits`` significant digits; `LARGEST` if it is not finite."""
    return float(f"{value:.{digits}g}") if isfinite(value) and abs(value) < LARGEST else LARGEST


@dataclass(frozen=True, slots=True)
class LayerState:
    """One hidden layer on a sample of rows; ``layer`` counts from 1.

    ``mean`` and ``spread`` are mean and standard deviation of the pre-activations, ``output_mean``
    and ``output_spread`` those of the outputs. ``common`` is the fraction of the outputs' second
    moment that is the same for every row, Σⱼ(mean of unit j)² / Σⱼ mean(unit j²), in [0, 1].
    ``saturated`` is the fraction of (row, unit) pairs with |φ′| under 1 % of its maximum; it is 0
    for activations that are flat on one side by design. ``dead`` is the fraction of units without
    slope on any row. ``gradient`` is the root mean square of the weights' gradient, ``flow`` that
    of the gradient by the pre-activations, ``weight`` that of the weights. ``update`` is the length
    of the weights' last step over the length of the weights.
    """

    layer: int
    mean: float
    spread: float
    output_mean: float
    saturated: float
    dead: float
    gradient: float
    # Model files older than the first release may hold the fields above alone.
    output_spread: float = nan
    common: float = nan
    flow: float = nan
    weight: float = nan
    update: float = nan
