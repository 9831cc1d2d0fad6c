"""A rule of decision in words: its costs, whom it calls, and what it costs."""

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import Decision
from trueodds.evaluation.intervals import Interval


def price_text(false_positive: str, false_negative: str, benefit: str) -> str:
    """The costs; each is a number or the name of a column."""
    price = f"a wrong call costs {false_positive}, a missed yes {false_negative}"
    return price if benefit == "0" else f"{price}, a right call gains {benefit}"


def costs_text(costs: Costs) -> str:
    """The costs of a model, which are numbers, and the threshold that follows from them."""
    price = price_text(*(f"{c:.12g}" for c in costs.numbers()))
    return f"call rows with a probability from {costs.threshold:.4g}: {price}"


def cost_text(decision: Decision, where: str = "out of fold") -> str:
    """What the rule costs, on which rows, and what calling none and all costs."""
    return f"{with_interval(decision.cost)} a row {where}; {instead_text(decision)}"


def instead_text(decision: Decision) -> str:
    """What calling none and calling all costs."""
    return (
        f"calling none costs {decision.cost_of_none:.4g} a row, calling all "
        f"{decision.cost_of_all:.4g}"
    )


def with_interval(found: Interval) -> str:
    """A figure with its 95 % interval."""
    if found.low != found.low:
        return f"{found.value:.4g}"
    return f"{found.value:.4g} (95 % interval {found.low:.4g} to {found.high:.4g})"
