"""From probabilities to decisions: which rows to call, what that costs, and how sure it is."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import UsageError
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.intervals import (
    Interval,
    effective_number,
    fraction_interval,
    mean_interval,
)
from trueodds.evaluation.tuned_threshold import TunedThreshold, tune_threshold
from trueodds.functions.portable import sigmoid


@dataclass(frozen=True)
class Confusion:
    """How many rows are called and not, by label; sums of weights where rows have weights."""

    true_positives: float
    false_positives: float
    false_negatives: float
    true_negatives: float


@dataclass(frozen=True)
class Decision:
    """A rule of decision on labelled rows. Costs are means a row, in the unit of the costs."""

    rows: int
    threshold: float | None
    """The probability from which rows are called; None where rows have costs of their own."""
    capacity: int | None
    """The number of rows that can be called, where that and not the costs decides."""
    cost: Interval
    cost_of_none: float
    """When no row is called."""
    cost_of_all: float
    """When every row is called."""
    saving: Interval
    """How much less the rule costs than the better of calling none and all."""
    confusion: Confusion
    called: Interval
    """Fraction of the rows that are called."""
    precision: Interval
    """Fraction of yes among the rows called; NaN where none is called."""
    recall: Interval
    """Fraction of the yes that are called; NaN where there is no yes."""
    tuned: TunedThreshold | None
    """None where a capacity decides or rows have costs of their own."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return asdict(self)


def decide(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    costs: Costs,
    sample_weight: NDArray[np.float64] | None = None,
    *,
    clusters: NDArray[np.int64] | None = None,
    capacity: int | None = None,
    seed: int = 0,
) -> Decision:
    """Decide for labelled rows by their probabilities, and give the cost.

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes"; n ≥ 1.
    log_odds
        Shape (n,), calibrated log-odds in nats.
    costs
        Numbers, or arrays of shape (n,).
    sample_weight
        Shape (n,), ≥ 0, sum > 0; None for equal weights.
    clusters
        Shape (n,): rows of one number are not independent; None where every row is.
    capacity
        Call this many rows, those of the highest probability, whatever the costs; among equal
        probabilities the earlier row.
    seed
        Of the bootstrap of the tuned threshold.

    Raises
    ------
    UsageError
        If the capacity is not between 0 and n.
    """
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    units = (
        np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    ).astype(np.int64)
    p = sigmoid(log_odds)
    called = p >= costs.threshold if capacity is None else likeliest(p, capacity)
    threshold = None if costs.by_row else float(np.asarray(costs.threshold))
    if capacity is not None:
        threshold = float(p[called].min()) if called.any() else 1.0
    share, yes = weight / weight.sum(), y == 1

    def per_unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(units, values).astype(np.float64)

    def fraction(part: NDArray[np.bool_], of: NDArray[np.bool_]) -> Interval:
        whole = float(share[of].sum())
        if not whole > 0.0:
            return Interval(float("nan"), float("nan"), float("nan"))
        value = float(share[part & of].sum()) / whole
        pull = np.where(of, share * (part - value), 0.0) / whole
        number = effective_number(per_unit(weight * of))
        return fraction_interval(value, per_unit(pull), number)

    def mean(values: NDArray[np.float64]) -> Interval:
        value = float((share * values).sum())
        number = effective_number(per_unit(weight))
        return mean_interval(value, per_unit(share * (values - value)), number)

    every = np.ones(len(y), np.bool_)
    cost = costs.of_calls(called, y)
    none, all_ = costs.of_calls(~every, y), costs.of_calls(every, y)
    best = none if (share * none).sum() <= (share * all_).sum() else all_
    tuned = None
    if capacity is None and not costs.by_row:
        tuned = tune_threshold(y, p, costs, weight, units, seed)
    return Decision(
        rows=len(y),
        threshold=threshold,
        capacity=capacity,
        cost=mean(cost),
        cost_of_none=float((share * none).sum()),
        cost_of_all=float((share * all_).sum()),
        saving=mean(best - cost),
        confusion=Confusion(
            float(weight[called & yes].sum()),
            float(weight[called & ~yes].sum()),
            float(weight[~called & yes].sum()),
            float(weight[~called & ~yes].sum()),
        ),
        called=fraction(called, every),
        precision=fraction(yes, called),
        recall=fraction(called, yes),
        tuned=tuned,
    )


def likeliest(p: NDArray[np.float64], capacity: int) -> NDArray[np.bool_]:
    """Which rows are called when only so many can be, shape (n,)."""
    if not 0 <= capacity <= len(p):
        raise UsageError(
            f"the capacity is {capacity:,}: give a number from 0 to {len(p):,}, the rows"
        )
    called = np.zeros(len(p), np.bool_)
    called[np.argsort(-p, kind="stable")[:capacity]] = True
    return called
