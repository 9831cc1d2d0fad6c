"""Measures of one layer's pre-activations, outputs and slopes; every framework uses the same."""

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_SLOPE = {
    "relu": 1.0,
    "leaky_relu": 1.0,
    "silu": 1.0998,
    "gelu": 1.1290,
    "tanh": 1.0,
    "sigmoid": 0.25,
}
"""Maximum of |φ′| of each activation."""
BOUNDED = ("sigmoid", "tanh")
"""Activations that are flat on both sides; the others are flat below 0 by design."""
FLAT = 0.01
"""A unit is saturated on a row where its slope is under this fraction of the largest slope."""
NO_SLOPE = 1e-6
"""A unit is dead when its slope is under this fraction of the largest slope on every row."""
DENSITY_BINS, DENSITY_REACH = 96, 8.0
"""Number of bins of `density`, and the pre-activation at which they end on both sides."""

Matrix = NDArray[np.floating[Any]]


def rms(values: Matrix) -> float:
    """Root mean square of an array of any shape, without overflow in float32; 0 if it is empty."""
    if not values.size:
        return 0.0
    flat = values.reshape(-1)
    square = float(np.dot(flat, flat)) / flat.size
    if not 1e-30 < square < 1e30:
        square = float(np.mean(np.square(flat, dtype=np.float64)))
    return float(square**0.5)


def spread_of(values: Matrix) -> tuple[float, float]:
    """Mean and standard deviation over all entries of an array of any shape.

    They are not finite if an entry is not.
    """
    mean = float(np.add.reduce(values, axis=None)) / values.size
    if not isfinite(mean):  # the sum overflows in float32
        return float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
    return mean, rms(values - values.dtype.type(mean))


def outputs_of(outputs: Matrix) -> tuple[float, float, float]:
    """Mean, standard deviation and common fraction of outputs of shape (rows, units).

    The common fraction is the part of the second moment that is the same for every row:
    Σⱼ(mean of unit j)² / Σⱼ mean(unit j²), in [0, 1].
    """
    rows = len(outputs)
    means = np.add.reduce(outputs, axis=0, dtype=np.float64) / rows
    square, mean = rms(outputs) ** 2, float(means.mean())
    if not isfinite(mean):
        return mean, mean, 0.0
    spread = max(0.0, square - mean * mean) ** 0.5
    whole = square * outputs.size / rows
    return mean, spread, min(1.0, float(means @ means) / whole) if whole > 0.0 else 0.0


def flat_and_dead(slopes: Matrix, activation: str) -> tuple[float, float]:
    """Fractions of saturated (row, unit) pairs and of dead units.

    ``slopes`` holds φ′, shape (rows, units). Activations that are flat below 0 by design have no
    saturated pairs.
    """
    largest = LARGEST_SLOPE[activation]
    steep = np.abs(slopes)
    flat = float((steep < FLAT * largest).mean()) if activation in BOUNDED else 0.0
    return flat, float((steep.max(axis=0) < NO_SLOPE * largest).mean())


def density(values: Matrix) -> tuple[int, ...]:
    """Per mille of pre-activations in each of `DENSITY_BINS` equal bins over ±`DENSITY_REACH`.

    ``values`` has any shape. The outermost bins are open. NaN counts in the first bin.
    """
    scale = values.dtype.type(DENSITY_BINS / (2.0 * DENSITY_REACH))
    bins = values * scale + values.dtype.type(DENSITY_BINS / 2.0)
    inside = np.fmin(np.fmax(bins, 0.0), DENSITY_BINS - 1).astype(np.intp)  # fmax ignores NaN
    counts = np.bincount(inside.reshape(-1), minlength=DENSITY_BINS)
    return tuple(np.round(1000.0 * counts / values.size).astype(int).tolist())
