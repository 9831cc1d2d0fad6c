"""Numbers and sentences of the page and of the command line."""

from math import isfinite
from typing import Any

from trueodds.evaluation.scores import Interval, Scores
from trueodds.text import printable

LONGEST = 300
MISCALIBRATED = 0.05
"""p-values up to this count as signs of miscalibration."""
ONE_LABEL = "These rows have one label, so they do not show whether the model helps."


def clean(text: object, longest: int = LONGEST) -> str:
    """Text for a page: on one line, at most ``longest`` characters, all of them printable."""
    return printable(text, longest)


def quoted(label: str, longest: int = 40) -> str:
    """Put a label of the table between quotation marks."""
    return f"“{clean(label, longest)}”"


def sentence(text: str) -> str:
    """Make the first letter a capital letter."""
    return text[:1].upper() + text[1:]


def count(number: float) -> str:
    """Format a whole number with commas between thousands."""
    return f"{number:,.0f}"


def decimals(value: float, places: int = 4) -> str:
    """Format a score with fixed decimals, a very small score as 2e-05, or "not defined"."""
    if not isfinite(value):
        return "not defined"
    return f"{value:.0e}" if 0.0 < value < 0.5 * 10.0**-places else f"{value:.{places}f}"


def percent(value: float) -> str:
    """Format a share as a percentage, with more decimals if it is near 0 or 1."""
    if not isfinite(value):
        return "not defined"
    rare = 0 < min(value, 1 - value) < 0.01
    return f"{value:.2%}" if rare else f"{value:.1%}"


def span(interval: Interval, places: int = 4) -> str:
    """Format the two ends of an interval."""
    if not (isfinite(interval.low) and isfinite(interval.high)):
        return "not defined"
    return f"{decimals(interval.low, places)} to {decimals(interval.high, places)}"


def less(value: float, base: float) -> str:
    """Compare a loss with that of the base rate, in words; empty if one is not defined."""
    if not (isfinite(value) and isfinite(base) and base > 0):
        return ""
    change = 1 - value / base
    if abs(change) < 0.0005:
        return "the same as the base rate"
    return f"{abs(change):.1%} {'below' if change > 0 else 'above'} the base rate"


def headline(scores: Scores, yes: str) -> str:
    """Say what the scores mean, in two or three sentences."""
    loss, base = scores.log_loss, scores.base_log_loss
    if not (isfinite(loss.value) and isfinite(base)):
        return "The forecast could not be scored."
    text = (
        f"For rows that it had not seen, the model forecasts {yes} with a log-loss of "
        f"{decimals(loss.value)} nats. Always forecasting the base rate of "
        f"{percent(scores.base_rate)} has a log-loss of {decimals(base)} nats."
    )
    if base == 0.0:  # as TO302 judges
        return f"{text} {ONE_LABEL}"
    if not isfinite(loss.high):
        return f"{text} There is no interval, so the difference may be chance or not."
    if loss.high < base:
        return (
            f"{text} The model’s is {1 - loss.value / base:.1%} lower, which is more than chance "
            "explains."
        )
    if loss.low > base:
        return f"{text} The model is worse than the base rate: do not use it."
    if scores.auc.low > 0.5:  # as TO302 judges
        return f"{text} The difference may be chance. The model ranks rows better than chance."
    return f"{text} The difference may be chance: the model has shown no skill."


def perfect(scores: Scores) -> str:
    """Format the calibration error of a perfect forecast; empty if it is not known."""
    floor = scores.calibration_error.floor
    return f"perfect: {decimals(floor)}" if isfinite(floor) else ""


def calibration_verdict(scores: Scores) -> str:
    """Say what the calibration test found, and the error of a perfect forecast."""
    found = scores.calibration_error
    if not (isfinite(found.value) and isfinite(found.floor)):
        return ""
    perfect_error = f"a perfect forecast of this size shows {decimals(found.floor)} on average"
    if not isfinite(found.p_value):
        return f"not tested, as there are fewer than 6 groups or blocks of time; {perfect_error}"
    tested = f"(p = {found.p_value:.{3 if found.p_value < 0.1 else 2}f})"
    if found.p_value > MISCALIBRATED:
        return f"no sign of miscalibration {tested}; {perfect_error}"
    rest = (
        f"; without chance the error is about {decimals(found.debiased)}"
        if found.debiased > 0.0
        else ""
    )
    return f"signs of miscalibration {tested}; {perfect_error}{rest}"


def setting(value: Any) -> str:
    """Format the value of a setting on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{clean(k)} {setting(v)}" for k, v in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(setting(v) for v in value) or "none"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"{value:g}" if isinstance(value, float) else clean(value)


def averaging(scores: Scores) -> str:
    """Say what the mean of all members gains over those of one fold; empty if nothing."""
    if not scores.averaging_gain > 0.00005:
        return ""
    return (
        "Here, only the members that did not see a row forecast it; all members forecast a new "
        f"row. The mean of all members is better by {scores.averaging_gain:.4f} nats, estimated "
        "from their forecasts. The log-loss and the Brier score shown include this gain"
    )
