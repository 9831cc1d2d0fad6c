"""From a health record to findings: one function a rule, in `layer_faults` and `run_faults`."""

from collections.abc import Callable, Iterator

from trueodds.health import layer_faults, run_faults
from trueodds.health.findings import Finding, worst_first
from trueodds.health.health_record import HealthRecord

RULES: tuple[Callable[[HealthRecord], Iterator[Finding]], ...] = (
    layer_faults.saturated,
    layer_faults.dead,
    layer_faults.off_centre,
    layer_faults.vanishing,
    layer_faults.exploding,
    layer_faults.frozen,
    run_faults.rate_too_high,
    run_faults.rate_too_low,
    run_faults.not_learning,
    run_faults.overfitting,
    run_faults.bad_inputs,
)


def diagnose(record: HealthRecord) -> tuple[Finding, ...]:
    """All faults of a run, worst first; empty for a healthy run.

    The median over the second half of the snapshots judges a layer. A fault at the start that is
    gone later is only a note.
    """
    return worst_first([finding for rule in RULES for finding in rule(record)])
