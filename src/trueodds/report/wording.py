"""Numbers and sentences as the page prints them."""

from math import isfinite
from typing import Any

from trueodds.evaluation.scores import Interval, Scores
from trueodds.text import printable

LONGEST = 300
MISCALIBRATED = 0.05
"""p-values up to this are signs of miscalibration."""


def clean(text: object, longest: int = LONGEST) -> str:
    """Return text for the page: on one line, not too long."""
    return printable(text, longest)


def quoted(label: str, longest: int = 40) -> str:
    """Put a label of the user's between quotation marks."""
    return f"“{clean(label, longest)}”"


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def count(number: float) -> str:
    """Format a whole number with thousands marked."""
    return f"{number:,.0f}"


def decimals(value: float, places: int = 4) -> str:
    """Format a score with fixed decimals, "not defined", or one too small for them as 2e-05."""
    if not isfinite(value):
        return "not defined"
    return f"{value:.0e}" if 0.0 < value < 0.5 * 10.0**-places else f"{value:.{places}f}"


def share(value: float) -> str:
    """Format a share in percent, with more decimals when it is rare."""
    if not isfinite(value):
        return "not defined"
    rare = 0 < min(value, 1 - value) < 0.01
    return f"{value:.2%}" if rare else f"{value:.1%}"


def span(interval: Interval, places: int = 4) -> str:
    """Format an interval's two ends."""
    if not (isfinite(interval.low) and isfinite(interval.high)):
        return "not defined"
    return f"{decimals(interval.low, places)} to {decimals(interval.high, places)}"


def less(value: float, base: float) -> str:
    """How a loss compares with the base rate's, in words; empty where that says nothing."""
    if not (isfinite(value) and isfinite(base) and base > 0):
        return ""
    change = 1 - value / base
    if abs(change) < 0.0005:
        return "the same as the base rate"
    return f"{abs(change):.1%} {'below' if change > 0 else 'above'} the base rate"


def headline(scores: Scores, yes: str) -> str:
    """Say what the scores mean, in one or two plain sentences."""
    loss, base = scores.log_loss, scores.base_log_loss
    if not (isfinite(loss.value) and isfinite(base)):
        return "The forecast could not be scored."
    told = (
        f"Forecasting {yes} for rows it had not seen, the model’s log-loss is "
        f"{decimals(loss.value)} nats; always answering the base rate of "
        f"{share(scores.base_rate)} would score {decimals(base)}."
    )
    if not isfinite(loss.high):
        return f"{told} Whether the difference is chance cannot be told: there is no interval."
    if loss.high < base:
        return f"{told} That is {1 - loss.value / base:.1%} less, more than chance explains."
    if loss.low > base:
        return f"{told} That is worse than knowing nothing: do not use this model."
    return f"{told} The difference may be chance: the model has shown no skill."


def perfect(scores: Scores) -> str:
    """Format the calibration error of a perfect forecast; empty where it is not known."""
    floor = scores.calibration_error.floor
    return f"perfect: {decimals(floor)}" if isfinite(floor) else ""


def calibration_verdict(scores: Scores) -> str:
    """Say what the calibration test found, and what chance alone would show."""
    found = scores.calibration_error
    if not (isfinite(found.value) and isfinite(found.floor)):
        return ""
    told = f"a perfect forecast of this size shows {decimals(found.floor)} on average"
    if not isfinite(found.p_value):
        return f"not tested, as there are fewer than 6 groups or blocks of time; {told}"
    tested = f"(p = {found.p_value:.{3 if found.p_value < 0.1 else 2}f})"
    if found.p_value > MISCALIBRATED:
        return f"no sign of miscalibration {tested}; {told}"
    rest = (
        f"; without chance the error is about {decimals(found.debiased)}"
        if found.debiased > 0.0
        else ""
    )
    return f"signs of miscalibration {tested}; {told}{rest}"


def setting(value: Any) -> str:
    """Format a setting's value on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{clean(k)} {setting(v)}" for k, v in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(setting(v) for v in value) or "none"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"{value:g}" if isinstance(value, float) else clean(value)


def averaging(scores: Scores) -> str:
    """Say what the mean of all networks gains over those that forecast a row; empty for nothing."""
    if not scores.averaging_gain > 0.00005:
        return ""
    return (
        "A row is forecast here by the networks that did not see it, a new row by all of them. "
        f"The mean of all is better: by {scores.averaging_gain:.4f} nats, estimated without the "
        "labels. Log-loss and Brier score count that in"
    )
