"""The section "Checks": every check that fired, with its evidence and what to do."""

from collections.abc import Sequence
from typing import Any

from trueodds.model.check import Check
from trueodds.report.section import Section
from trueodds.report.wording import clean, sentence

KEY = "checks"
MOST_CHECKS = 100


def checks_section(checks: Sequence[Check]) -> Section:
    """Make the section; links to a code lead to its first check."""
    from trueodds.model.checks import RULES  # slow to load

    placed = set[str]()
    rows: list[dict[str, Any]] = []
    for check in checks[:MOST_CHECKS]:
        rows.append(
            {
                "code": check.code,
                "place": place_of(check.code) if check.code not in placed else "",
                "severity": check.severity,
                "title": sentence(RULES[check.code].title) if check.code in RULES else check.code,
                "evidence": sentence(clean(check.sentence, 1000)),
                "remedy": sentence(clean(check.remedy, 1000)),
                "source": RULES[check.code].source if check.code in RULES else "",
            }
        )
        placed.add(check.code)
    return Section(
        KEY,
        "Checks and what to do",
        values={"checks": rows, "more": max(0, len(checks) - MOST_CHECKS)},
        folded=True,
    )


def place_of(code: str) -> str:
    """The id of a code's place on the page."""
    return f"check-{code}"
