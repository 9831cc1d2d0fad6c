"""The section "Groups of rows": scores by group, and which groups differ beyond chance."""

from trueodds.evaluation.slices import ALPHA, Slices
from trueodds.report.section import Section
from trueodds.report.slice_tables import COST, SCORES, SHARES, score_row, share_row, with_costs
from trueodds.report.wording import clean, count, sentence

LEFT_OUT = ("yes", "Brier score")
"""Figures that the page has no room for; Markdown and ``--json`` have them."""
MOST_LINES = 10
"""Most sentences about groups whose forecast is too low or too high."""
MOST_GROUPS = 300
"""Most rows of the table."""


def groups_of_rows(slices: Slices | None) -> Section | None:
    """Make the section, or None if no column divides the rows."""
    if slices is None or not slices.slices:
        return None
    shown = slices.slices[:MOST_GROUPS]
    notes = list(slices.notes)
    if len(slices.slices) > len(shown):
        notes.append(f"the first {len(shown)} of {count(len(slices.slices))} groups are listed")
    names = (*SHARES, *SCORES, *([COST] if with_costs(slices) else []))
    drawn = [at for at, name in enumerate(names) if name not in LEFT_OUT]
    columns: dict[str, list[tuple[str, ...]]] = {}
    for one in shown:
        cells = (*share_row(one)[1:], *score_row(one)[1:])
        row = (clean(one.group), *(cells[at] for at in drawn))
        columns.setdefault(clean(one.column), []).append(row)
    return Section(
        "groups",
        "Groups of rows",
        values={
            "sentences": _calibration_lines(slices),
            "further": [
                f"{clean(text, 1000)}." for measure, text in slices.told if measure != "calibration"
            ],
            "heads": [sentence(names[at]) for at in drawn],
            "columns": list(columns.items()),
            "notes": [sentence(clean(note, 1000)) for note in notes],
            "worst": _worst_text(slices),
            "groups": count(len(slices.slices)),
        },
    )


def _calibration_lines(slices: Slices) -> list[str]:
    """In which groups the forecast is too low or too high: the finding to act on."""
    found = [text for measure, text in slices.told if measure == "calibration"]
    lines = [f"{clean(text, 1000)}." for text in found[:MOST_LINES]]
    if len(found) > MOST_LINES:
        lines.append(f"{count(len(found) - MOST_LINES)} more groups differ.")
    if lines or not slices.comparisons:
        return lines or list(slices.sentences)
    return [
        "No group has a forecast that is too low or too high, beyond chance, against the other "
        f"rows, after correction for {count(slices.comparisons)} comparisons."
    ]


def _worst_text(slices: Slices) -> str:
    """What the search for the worst combination found; empty where it is told, or none was made."""
    worst = slices.worst
    if worst is None or worst.p_value <= ALPHA:
        return ""
    return (
        f"Of {count(worst.searched)} combinations of two groups, {clean(worst.name)} looked worst "
        "on one half of the rows; the other half does not confirm it beyond chance."
    )
