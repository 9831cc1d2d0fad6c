"""All rules by their codes: TO1 data, TO2 training, TO3 probabilities, TO4 decisions, TO5 use."""

from typing import Literal

from trueodds.health.findings import KINDS
from trueodds.model.check import Rule

Command = Literal["fit", "check", "evaluate", "decide", "drift"]

DATA = (
    Rule("TO101", "a column gives the answer away", "warning", "trueodds.columns.leaks"),
    Rule("TO102", "columns together give the answer away", "warning", "trueodds.columns.leaks"),
    Rule("TO103", "columns almost give the answer away", "warning", "trueodds.columns.leaks"),
    Rule("TO104", "an AUC that honest tables rarely show", "warning", "trueodds.columns.leaks"),
    Rule("TO105", "an identifier is not used", "note", "trueodds.columns.identifiers"),
    Rule(
        "TO106",
        "rows stand in the table more than once",
        "warning",
        "trueodds.columns.repeats; Good (1953)",
    ),
    Rule(
        "TO107",
        "the latest rows differ from the earlier ones",
        "warning",
        "trueodds.model.drift; Siddiqi (2006); Pearson (1911)",
    ),
    Rule("TO108", "most levels of a column are rare", "note", "trueodds.features.feature_rules"),
)
HEALTH = tuple(
    Rule(f"TO{201 + number}", kind, "warning", "trueodds.health.thresholds")
    for number, kind in enumerate(KINDS)
)
PROBABILITIES = (
    Rule(
        "TO301",
        "the probabilities are not calibrated",
        "warning",
        "trueodds.evaluation.calibration_error; Cox (1958); Hosmer & Lemeshow (1980)",
    ),
    Rule("TO302", "no skill", "warning", "trueodds.evaluation.scores"),
)
DECISIONS = (
    Rule("TO401", "too few yes or no", "warning", "trueodds.ensemble.bounds"),
    Rule(
        "TO402",
        "another threshold costs less",
        "warning",
        "trueodds.evaluation.tuned_threshold; Efron (1979); Elkan (2001)",
    ),
)
USE = (
    Rule(
        "TO501", "a column has drifted", "warning", "trueodds.model.drift; Siddiqi (2006); Pearson"
    ),
    Rule(
        "TO502",
        "the forecast has drifted",
        "warning",
        "trueodds.model.drift; Siddiqi (2006); Pearson",
    ),
    Rule(
        "TO503",
        "the model has seen the rows",
        "warning",
        "trueodds.model.overlap; Good (1953); Chernoff (1952)",
    ),
)
RULES: dict[str, Rule] = {
    rule.code: rule for rule in (*DATA, *HEALTH, *PROBABILITIES, *DECISIONS, *USE)
}
"""Every rule by its code."""


def codes_of(command: Command) -> tuple[str, ...]:
    """Codes of the checks that a command can find."""
    if command == "drift":
        return ("TO501", "TO502")
    if command == "evaluate":
        return ("TO301", "TO302", "TO401", "TO503")
    if command == "decide":
        return ("TO402",)
    return tuple(code for code in RULES if not code.startswith("TO5"))
