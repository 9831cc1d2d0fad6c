"""Checks of a rule of decision."""

from collections.abc import Iterator

from trueodds.evaluation.decisions import Decision
from trueodds.model.check import Check
from trueodds.model.checks.registry import RULES


def decision_checks(decision: Decision | None) -> Iterator[Check]:
    """The threshold of the costs beside the one of least cost, on rows that did not choose it."""
    tuned = None if decision is None else decision.tuned
    if decision is None or tuned is None or decision.threshold is None:
        return
    counts = decision.confusion
    yes = counts.true_positives + counts.false_negatives
    no = counts.false_positives + counts.true_negatives
    if not (yes and no):  # of rows of one label, calling all or none costs least
        return
    found, change = tuned.threshold, tuned.change
    if change.high < 0.0 and not found.low <= decision.threshold <= found.high:
        yield RULES["TO402"].fired(
            "",
            f"calling rows from {found.value:.4g} (95 % interval {found.low:.4g} to "
            f"{found.high:.4g}) costs less than from {decision.threshold:.4g}, the threshold of "
            f"the costs: {-change.value:.4g} a row less (95 % interval {-change.high:.4g} to "
            f"{-change.low:.4g}) on rows that did not choose it",
            "the probabilities are off near the threshold: see TO301, and fit again with newer "
            "rows",
        )
