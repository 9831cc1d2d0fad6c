"""What one layer does at one step, as a plain value."""

from dataclasses import dataclass
from math import isfinite, nan

LARGEST = 1e38
"""Stands for what is no longer a finite number: JSON and charts know no infinity."""


def rounded(value: float, digits: int = 4) -> float:
    """The value to so many significant digits; `LARGEST` if it is not finite."""
    return float(f"{value:.{digits}g}") if isfinite(value) and abs(value) < LARGEST else LARGEST


@dataclass(frozen=True, slots=True)
class LayerState:
    """One hidden layer on a sample of rows; ``layer`` counts from 1.

    ``mean`` and ``spread`` are mean and standard deviation of its pre-activations, ``output_mean``
    and ``output_spread`` those of its outputs. ``common`` is the share of the outputs' second
    moment that is the same for every row, Σⱼ(mean of unit j)² / Σⱼ mean(unit j²), in [0, 1].
    ``saturated`` is the share of (row, unit) pairs with |φ′| under 1 % of its maximum (0 for
    activations that are flat by design on one side), ``dead`` the share of units with no slope on
    any row. ``gradient`` is the root mean square of the weights' gradient, ``flow`` that of the
    gradient by the pre-activations, ``weight`` that of the weights, and ``update`` the length of
    the last step of the weights over the length of the weights.
    """

    layer: int
    mean: float
    spread: float
    output_mean: float
    saturated: float
    dead: float
    gradient: float
    # Model files of before the first release may hold the fields above alone.
    output_spread: float = nan
    common: float = nan
    flow: float = nan
    weight: float = nan
    update: float = nan
