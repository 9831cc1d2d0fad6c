"""Faults of training over all members: one for every kind, with how many members have it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trueodds.health.findings import KINDS, Finding, Severity
from trueodds.training.training_record import MemberRecord

SHARED = 0.5
"""Fraction of the members that must have what is only a note, or do not learn."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault: one member's finding, and how many more have it."""

    finding: Finding
    where: str
    """The member, and how many others, such as "fold 1, member 1 (and 2 other members)"."""

    @property
    def message(self) -> str:
        """The fault, its evidence, consequence and cure on one line."""
        return self.finding.message(self.where)


def faults(members: Sequence[MemberRecord]) -> tuple[Fault, ...]:
    """Faults of each kind and severity: failures first, then warnings; notes are left out.

    "not learning" counts if at least half of the members that see all columns have it: a single
    fold of few rows can show no skill by chance, and weighs little.
    """
    return tuple(
        fault for severity in ("failure", "warning") for fault in _each(members, severity, 0.0)
    )


def shared_notes(members: Sequence[MemberRecord]) -> tuple[Fault, ...]:
    """Notes of each kind that at least half of the members have."""
    return tuple(_each(members, "note", SHARED))


def _each(members: Sequence[MemberRecord], severity: Severity, least: float) -> Iterator[Fault]:
    """One fault for every kind that at least this share of the members has."""
    found = [(member.title, f) for member in members for f in member.findings()]
    for kind in KINDS:
        of_kind = [(title, f) for title, f in found if (f.kind, f.severity) == (kind, severity)]
        titles = {title for title, _ in of_kind}
        needed = least * len(members)
        if kind == "not learning":
            needed = SHARED * sum(member.column_fraction == 1.0 for member in members)
        if of_kind and len(titles) >= needed:
            title, finding = of_kind[0]
            others = len(titles) - 1
            also = f" (and {others} other member{'s' if others > 1 else ''})" if others else ""
            yield Fault(finding, title + also)
