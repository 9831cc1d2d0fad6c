"""Scores by group of rows as a table, and the differences beyond chance as sentences."""

from trueodds.cli.console import print_table
from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.slices import Slice, Slices
from trueodds.model.evaluate import Evaluation
from trueodds.report.wording import decimals
from trueodds.text import printable


def print_slices(found: Evaluation) -> None:
    """Print the groups with their scores and 95 % intervals, then what differs beyond chance."""
    slices = found.slices
    if slices is None:
        return
    print(_title(found, slices))
    with_costs = any(one.cost is not None for one in slices.slices)
    print_table(
        ("", "rows", "yes", "observed", "forecast", "observed − forecast, points"),
        [_shares(one) for one in slices.slices],
    )
    print()
    print_table(
        ("", "log-loss", "Brier score", "AUC", *(["cost a row"] if with_costs else [])),
        [_scores(one) for one in slices.slices],
    )
    print()
    for sentence in slices.sentences:
        print(printable(sentence))


def _title(found: Evaluation, slices: Slices) -> str:
    if found.all_seen:
        rows = "all rows; the model has seen them, so these scores are too good"
    elif found.unseen is not None and slices.rows == found.unseen.rows:
        rows = "the rows that equal no training row"
    else:
        rows = "all rows"
    return f"By group, of {rows}, with 95 % intervals:"


def _shares(one: Slice) -> tuple[str, ...]:
    observed, gap = one.observed, one.calibration
    return (
        one.name,
        f"{one.rows:,}",
        f"{one.positives:,}",
        f"{_percent(observed.value)} ({_percent(observed.low)} to {_percent(observed.high)})",
        _percent(one.forecast),
        f"{_points(gap.value)} ({_points(gap.low)} to {_points(gap.high)})",
    )


def _scores(one: Slice) -> tuple[str, ...]:
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
    return "–" if share != share else f"{100.0 * share:+.1f}".replace("-", "−")
