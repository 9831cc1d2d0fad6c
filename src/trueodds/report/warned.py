"""Checks that warn, as the page and the terminal show them above the scores."""

from collections.abc import Sequence

from trueodds.model.check import Check

MOST_WARNINGS = 10
LEAKS = ("TO101", "TO102")
"""Checks that find columns which give the answer away."""


def warned(checks: Sequence[Check]) -> tuple[list[Check], int]:
    """The first checks that warn, those of training left out, and how many more there are."""
    found = [c for c in checks if c.severity != "note" and not c.code.startswith("TO2")]
    return found[:MOST_WARNINGS], max(0, len(found) - MOST_WARNINGS)
