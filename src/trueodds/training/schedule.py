"""Learning rate over a run: a short linear warm-up, then half a cosine down to zero."""

from math import cos, pi

WARM_UP = 0.05
"""Fraction of all steps in which the rate rises from near 0 to its peak."""


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Rate of a step, 0 ≤ step < steps (Loshchilov & Hutter, arXiv 1608.03983, one cycle)."""
    warm = max(1, round(WARM_UP * steps))
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1.0 + cos(pi * (step - warm) / max(1, steps - warm)))
