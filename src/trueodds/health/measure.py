"""Measures of one layer's pre-activations, outputs and slopes; the same for every framework."""

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
"""A unit is saturated on a row where its slope is under this share of the largest."""
NO_SLOPE = 1e-6
"""A unit whose slope is under this share of the largest on every row gets no gradient."""
DENSITY_BINS, DENSITY_REACH = 96, 8.0

Matrix = NDArray[np.floating[Any]]


def rms(values: Matrix) -> float:
    """Root mean square, without overflow in float32."""
    if not values.size:
        return 0.0
    flat = values.reshape(-1)
    square = float(np.dot(flat, flat)) / flat.size
    if not 1e-30 < square < 1e30:
        square = float(np.mean(np.square(flat, dtype=np.float64)))
    return float(square**0.5)


def spread_of(values: Matrix) -> tuple[float, float]:
    """Mean and standard deviation over all entries; not finite where an entry is not."""
    mean = values.mean()
    if not np.isfinite(mean):  # too large to be summed in float32
        return float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
    return float(mean), rms(values - mean)


def common_share(outputs: Matrix) -> float:
    """Share of the second moment of outputs (rows, units) that is the same for every row."""
    rows = len(outputs)
    means = outputs.mean(axis=0, dtype=np.float64)
    whole = rms(outputs) ** 2 * outputs.size / rows
    return min(1.0, float(means @ means) / whole) if whole > 0.0 else 0.0


def flat_and_dead(slopes: Matrix, activation: str) -> tuple[float, float]:
    """Share of saturated (row, unit) pairs and of dead units; slopes φ′ of shape (rows, units)."""
    largest = LARGEST_SLOPE[activation]
    steep = np.abs(slopes)
    flat = float((steep < FLAT * largest).mean()) if activation in BOUNDED else 0.0
    return flat, float((steep.max(axis=0) < NO_SLOPE * largest).mean())


def density(values: Matrix) -> tuple[int, ...]:
    """Per mille of pre-activations in each of `DENSITY_BINS` bins; the outermost are open."""
    scale = DENSITY_BINS / (2.0 * DENSITY_REACH)
    bins = np.nan_to_num((values + values.dtype.type(DENSITY_REACH)) * scale, nan=np.inf)
    inside = np.clip(bins, 0, DENSITY_BINS - 1).astype(np.int64)
    counts = np.bincount(inside.reshape(-1), minlength=DENSITY_BINS)
    return tuple(np.round(1000.0 * counts / values.size).astype(int).tolist())
