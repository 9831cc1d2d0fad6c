"""What a forecast is worth over all thresholds: decision curve, lift and gains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PARTS = 10


@dataclass(frozen=True)
class CurvePoint:
    """Net benefit a row at one threshold, in units of a yes that is called.

    Net benefit is TP/n − FP/n · t/(1 − t) (Vickers & Elkin 2006).
    """

    threshold: float
    model: float
    call_all: float
    """Of calling every row; calling none has 0."""


@dataclass(frozen=True)
class GainsPart:
    """Rows of one part of the forecasts, the highest first."""

    rows: int
    lowest: float
    """The lowest probability in the part."""
    forecast: float
    """Mean probability."""
    yes: float
    """Fraction of yes."""
    lift: float
    """That fraction over the fraction of yes in all rows."""
    recall: float
    """Fraction of all yes in this part and those before it."""


def decision_curve(
    y: NDArray[np.uint8],
    p: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
    thresholds: NDArray[np.float64] | None = None,
) -> tuple[CurvePoint, ...]:
    """Net benefit at thresholds, by default 0.01 to 0.99.

    Parameters
    ----------
    y, p, sample_weight
        Shape (n,): labels, probabilities, weights ≥ 0 (None for equal ones).
    thresholds
        Shape (m,), above 0 and below 1.
    """
    at = np.arange(1, 100) / 100.0 if thresholds is None else np.asarray(thresholds, np.float64)
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    order = np.argsort(p, kind="stable")
    yes, no = (np.append(np.cumsum((weight * (y == k))[order][::-1])[::-1], 0.0) for k in (1, 0))
    first = np.searchsorted(p[order], at, side="left")
    odds, total = at / (1.0 - at), weight.sum()
    model = (yes[first] - no[first] * odds) / total
    call_all = (yes[0] - no[0] * odds) / total
    return tuple(
        CurvePoint(float(t), float(m), float(a))
        for t, m, a in zip(at, model, call_all, strict=True)
    )


def gains(
    y: NDArray[np.uint8],
    p: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
    parts: int = PARTS,
) -> tuple[GainsPart, ...]:
    """Parts of equal weight, the highest probabilities first; parameters as in `decision_curve`.

    Rows of equal probability may lie in two parts, in the table's order. Empty parts are left out.
    """
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    order = np.argsort(-p, kind="stable")
    y, p, weight = y[order], p[order], weight[order]
    middle = (np.cumsum(weight) - 0.5 * weight) / weight.sum()
    part = np.minimum((middle * parts).astype(np.int64), parts - 1)
    rate, all_yes, before = float(np.average(y, weights=weight)), float((weight * y).sum()), 0.0
    found = []
    for number in range(parts):
        rows = part == number
        mass = float(weight[rows].sum())
        if not mass > 0.0:
            continue
        yes = float((weight * y)[rows].sum())
        before += yes
        found.append(
            GainsPart(
                rows=int(rows.sum()),
                lowest=float(p[rows].min()),
                forecast=float(np.average(p[rows], weights=weight[rows])),
                yes=yes / mass,
                lift=yes / mass / rate if rate > 0.0 else float("nan"),
                recall=before / all_yes if all_yes > 0.0 else float("nan"),
            )
        )
    return tuple(found)
