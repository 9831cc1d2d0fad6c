"""Scores by group as rows of text, for the terminal, the page and Markdown."""

from collections.abc import Callable
from math import isfinite

from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.slices import Slice, Slices
from trueodds.report.wording import decimals

SHARES = ("rows", "yes", "observed", "forecast", "observed − forecast, points")
"""What `share_row` gives behind the name of the group."""
SCORES = ("log-loss", "Brier score", "AUC")
"""What `score_row` gives behind the name of the group; costs may follow."""
COST = "cost a row"


def with_costs(slices: Slices) -> bool:
    """Whether the groups have costs of decisions."""
    return any(one.cost is not None for one in slices.slices)


def share_row(one: Slice) -> tuple[str, ...]:
    """The group, its rows and yes, and its shares with 95 % intervals."""
    observed, gap = one.observed, one.calibration
    return (
        one.name,
        f"{one.rows:,}",
        f"{one.positives:,}",
        _with_ends(observed, _percent),
        _percent(one.forecast),
        _with_ends(gap, _points),
    )


def score_row(one: Slice) -> tuple[str, ...]:
    """The group and its scores with 95 % intervals, and the cost of decisions if it has one."""
    found = [_with_ends(score, decimals) for score in (one.log_loss, one.brier, one.auc)]
    if one.cost is not None:
        found.append(_with_ends(one.cost, lambda cost: f"{cost:.4g}"))
    return (one.name, *found)


def _with_ends(found: Interval, text: Callable[[float], str]) -> str:
    """A figure and its interval; the figure alone where a single row has none."""
    if not isfinite(found.value):
        return "not defined"
    if not (isfinite(found.low) and isfinite(found.high)):
        return text(found.value)
    return f"{text(found.value)} ({text(found.low)} to {text(found.high)})"


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.1%}"


def _points(share: float) -> str:
    text = "–" if share != share else f"{100.0 * share:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text
