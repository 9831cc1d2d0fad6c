"""Sentences of findings agree with the rules that find."""

from trueodds.health.findings import CONSEQUENCES
from trueodds.health.thresholds import NO_SKILL


def test_not_learning_states_its_threshold() -> None:
    """A loss of 0.6867 beside the base rate's 0.6931 is better, though by little."""
    assert f"less than {1 - NO_SKILL:.0%} better".replace("%", " %") in CONSEQUENCES["not learning"]
