"""Checks of training: one code for each kind of fault, in the order of `KINDS`."""

from collections.abc import Iterator

from trueodds.health.findings import CURES, KINDS
from trueodds.model.check import Check
from trueodds.model.checks.registry import HEALTH, RULES
from trueodds.model.data import ModelData
from trueodds.training.faults import faults, shared_notes

CODES = dict(zip(KINDS, (rule.code for rule in HEALTH), strict=True))


def health_checks(model: ModelData) -> Iterator[Check]:
    """Faults of the members' training, and notes that half of the members share.

    Of a file without the records of members, its sentences.
    """
    members = model.record.members
    if any(member.health is not None for member in members):
        for fault in (*faults(members), *shared_notes(members)):
            text, finding = fault.message, fault.finding
            yield RULES[CODES[finding.kind]].fired(
                fault.where, text.removesuffix(f"; {finding.cure}"), finding.cure, finding.severity
            )
        return
    for text in model.health:
        for kind in KINDS:
            if f": {kind}: " in text or text.startswith(f"{kind.capitalize()}: "):
                where = text.partition(f": {kind}: ")[0]
                yield RULES[CODES[kind]].fired(where, text.rpartition("; ")[0] or text, CURES[kind])
                break
