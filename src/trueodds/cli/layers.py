"""``trueodds inspect --health``: every member's layers, and all findings."""

from trueodds.cli.console import print_facts, print_table
from trueodds.health.health_record import HealthRecord
from trueodds.health.state import LARGEST
from trueodds.model import Model
from trueodds.report.tables import treatment_lines

MOST_MEMBERS = 10
HEADER = (
    "",
    "mean",
    "spread",
    "output",
    "same for all",
    "saturated",
    "dead",
    "gradient",
    "step/weights",
)


def print_layers(model: Model) -> None:
    """Print a table for each member, with its layers at the last snapshot, then the findings."""
    known = [(m.title, m.health) for m in model.record.members if m.health is not None]
    if not known:
        print("This model holds no health record: fit it again.")
        return
    for title, record in known[:MOST_MEMBERS]:
        print(f"{title}: {len(record.at)} snapshots in {record.steps:,} steps")
        print_table(HEADER, layer_rows(record), left=(0,))
        print()
    if len(known) > MOST_MEMBERS:
        print(f"… and {len(known) - MOST_MEMBERS} more members: --json lists all\n")
    lines: list[tuple[str, str]] = [
        (finding.severity, finding.message(member.title))
        for member in model.record.members
        for finding in member.findings()
    ]
    order = {"failure": 0, "warning": 1, "note": 2}
    lines.sort(key=lambda pair: order[pair[0]])
    lines += [("healed", text) for text in treatment_lines(model.record)]
    print_facts(lines or [("Findings", "none: all layers learn well")])


def layer_rows(record: HealthRecord) -> list[tuple[str, ...]]:
    """The numbers of the last snapshot as text, one row for each layer."""
    if not record.snapshots:
        return []
    return [
        (
            name,
            f"{state.mean:+.2f}",
            f"{state.spread:.2f}",
            f"{state.output_mean:+.2f} ± {state.output_spread:.2f}",
            f"{state.common:.0%}",
            f"{state.saturated:.0%}",
            f"{state.dead:.0%}",
            "not finite" if state.gradient >= LARGEST else f"{state.gradient:.1e}",
            f"{state.update:.1e}",
        )
        for name, state in zip(record.names, record.snapshots[-1].states, strict=True)
    ]
