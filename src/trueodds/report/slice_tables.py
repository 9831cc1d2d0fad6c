"""Scores by group as rows of text, for the terminal, the page and Markdown."""

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
        f"{_percent(observed.value)} ({_percent(observed.low)} to {_percent(observed.high)})",
        _percent(one.forecast),
        f"{_points(gap.value)} ({_points(gap.low)} to {_points(gap.high)})",
    )


def score_row(one: Slice) -> tuple[str, ...]:
    """The group and its scores with 95 % intervals, and the cost of decisions if it has one."""
    found = [_decimals(score) for score in (one.log_loss, one.brier, one.auc)]
    if one.cost is not None:
        found.append(f"{one.cost.value:.4g} ({one.cost.low:.4g} to {one.cost.high:.4g})")
    return (one.name, *found)


def _decimals(score: Interval) -> str:
    if score.value != score.value:
        return "not defined"
    return f"{decimals(score.value)} ({decimals(score.low)} to {decimals(score.high)})"


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.1%}"


def _points(share: float) -> str:
    text = "–" if share != share else f"{100.0 * share:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text
