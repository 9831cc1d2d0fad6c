"""ROC and precision-recall curves: exact points, but no more than a screen can show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.report.sample import Floats, Sample

MOST_POINTS = 500


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of a curve, shape (points,), x not falling, and the area under the full curve."""

    x: Floats
    y: Floats
    area: float


def _counts(sample: Sample) -> tuple[Floats, Floats]:
    """Weight of "yes" and of "no" at or above each distinct forecast, highest first."""
    # Compared, not subtracted: certain forecasts have infinite log-odds, and inf - inf is NaN.
    changes = sample.log_odds[1:] != sample.log_odds[:-1]
    ends = np.flatnonzero(np.append(changes, True))
    return np.cumsum(sample.yes)[ends], np.cumsum(sample.no)[ends]


def roc(sample: Sample) -> Curve | None:
    """Share of "no" (x) and of "yes" (y) called yes, from the highest threshold on.

    None if one of the labels has no row. Equal to scikit-learn's ``roc_curve`` at the kept points.
    """
    if not sample.two_classes:
        return None
    yes, no = _counts(sample)
    x = np.concatenate([[0.0], no / no[-1]])
    y = np.concatenate([[0.0], yes / yes[-1]])
    area = float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
    keep = thin(x, y)
    return Curve(x[keep], y[keep], area)


def precision_recall(sample: Sample) -> Curve | None:
    """Recall (x) and precision (y), from the highest threshold on; None if no row is "yes".

    The area is the average precision Σ ΔR·P, which does not interpolate between points (Davis and
    Goadrich 2006). Equal to scikit-learn's ``precision_recall_curve`` at the kept points.
    """
    if not sample.yes.sum() > 0:
        return None
    yes, no = _counts(sample)
    recall, precision = yes / yes[-1], yes / (yes + no)
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    # Thresholds below the last "yes" only lower the precision at recall 1: a vertical line.
    recall = np.concatenate([[0.0], recall])
    precision = np.concatenate([precision[:1], precision])
    keep = thin(recall, precision)
    return Curve(recall[keep], precision[keep], area)


def thin(x: Floats, y: Floats, most: int = MOST_POINTS) -> NDArray[np.int64]:
    """Choose at most ``most`` points, with both ends, that keep the shape of the curve.

    ``x`` must not fall; ``x`` and ``y`` have shape (points,). Two thirds of the points are spread
    evenly over x, so that an unsteady start (precision at low recall) does not take all of them.
    The others are spread evenly over the length of the curve. Returns rising indices.
    """
    if x.size <= most:
        return np.arange(x.size)
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    even_x = np.searchsorted(x, np.linspace(x[0], x[-1], most * 2 // 3))
    even_length = np.searchsorted(length, np.linspace(0.0, length[-1], most - most * 2 // 3 - 2))
    found: NDArray[np.int64] = np.unique(np.concatenate([[0], even_x, even_length, [x.size - 1]]))
    return found[found < x.size]
