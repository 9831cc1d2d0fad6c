"""Numbered checks: each a rule with its source, a sentence with evidence, and what to do."""

from trueodds.model.check import Check, Rule
from trueodds.model.checks.of_model import checks_of, checks_of_fit
from trueodds.model.checks.registry import RULES, codes_of
from trueodds.model.checks.use import checks_of_decision, checks_of_drift, checks_of_evaluation

__all__ = [
    "RULES",
    "Check",
    "Rule",
    "checks_of",
    "checks_of_decision",
    "checks_of_drift",
    "checks_of_evaluation",
    "checks_of_fit",
    "codes_of",
]
