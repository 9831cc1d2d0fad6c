"""Faults over members: warnings of any member, notes that half of the members share."""

from dataclasses import dataclass, replace
from typing import Any, cast

from trueodds.health.findings import Finding, Kind, Severity
from trueodds.training.faults import faults, shared_notes


@dataclass(frozen=True)
class Member:
    title: str
    found: tuple[Finding, ...]
    column_fraction: float = 1.0

    def findings(self) -> tuple[Finding, ...]:
        return self.found


def finding(kind: Kind, severity: Severity) -> Finding:
    return Finding(kind, None, "layer 1", severity, (), "a detail")


def members(*found: tuple[Finding, ...]) -> Any:
    return cast(Any, [Member(f"fold {i + 1}", of) for i, of in enumerate(found)])


DEAD, LOST = finding("dead units", "warning"), finding("not learning", "failure")
FITTED = finding("overfitting", "note")


def test_failures_come_first_and_say_how_many_members_have_them() -> None:
    found = faults(members((DEAD,), (DEAD, LOST), (LOST, FITTED)))
    assert [(f.finding.kind, f.where) for f in found] == [
        ("not learning", "fold 2 (and 1 other member)"),
        ("dead units", "fold 1 (and 1 other member)"),
    ]
    assert found[0].message.startswith("fold 2 (and 1 other member), layer 1: not learning: ")


def test_members_that_do_not_learn_count_among_those_that_see_all_columns() -> None:
    few = members((LOST,), (), ())
    assert faults(few) == ()
    parts = [replace(member, column_fraction=0.5) for member in few[1:]]
    assert [f.where for f in faults([few[0], *parts])] == ["fold 1"]


def test_a_note_counts_if_half_of_the_members_have_it() -> None:
    assert shared_notes(members((FITTED,), (), ())) == ()
    (found,) = shared_notes(members((FITTED,), (), (FITTED,), ()))
    assert found.where == "fold 1 (and 1 other member)"
    assert shared_notes(members()) == ()
