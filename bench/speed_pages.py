"""README's and docs/speed.md's parts about speed, from the result of `speed_table.py`.

    python bench/speed_pages.py

`tests/bench/test_speed_pages.py` holds that the pages have the figures of the committed run.
"""

import json
import textwrap
from pathlib import Path
from typing import Any

import machine
import speed_judge
from readme_table import listed, markdown

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- speed: bench/speed_pages.py -->\n", "<!-- end of speed -->"
WIDTH = 110
HEADER = ["work", "to reach", "trueodds", "peers", "ratio", ""]
WORDS = {
    "scoring": "scoring",
    "starts": "fresh processes",
    "csv": "the CSV",
    "fits": "fits",
    "million": "the fit of 10⁶ rows",
}
"""Names of the parts of a run."""


def whole(parts: dict[str, Any]) -> str:
    """All rows, what was measured where and when, and the limit behind each miss."""
    found = speed_judge.rows(parts)
    lines = [
        [row.whole, row.target, row.ours, row.peers, row.ratio, bold(row.verdict)] for row in found
    ]
    limits = [f"- {row.work}: {row.limit}." for row in found if row.met is False]
    texts = [markdown(HEADER, lines)]
    if limits:
        texts += ["What stands behind the misses, as far as it is known:", "\n".join(limits)]
    return "\n" + "\n\n".join([*texts, *([ran(parts)] if parts else [])]) + "\n"


def bold(verdict: str) -> str:
    """A verdict in which what was reached stands out."""
    return "**met**" if verdict == "met" else verdict


def ran(parts: dict[str, Any]) -> str:
    """Machine, versions, dates and minutes of the parts."""
    machines: dict[str, list[str]] = {}
    for name, part in parts.items():
        about = part["about"]
        versions = ", ".join(f"{n} {v}" for n, v in about["versions"].items())
        where = f"{about['cpu']}, {about['cores']} cores, Python {about['python']}, {versions}"
        minutes = f"{part['seconds'] / 60:.1f} minutes"
        machines.setdefault(where, []).append(f"{WORDS[name]} {about['date']}, {minutes}")
    texts = [f"{'; '.join(dates)}: {where}." for where, dates in machines.items()]
    texts.append(f"{sum(part['seconds'] for part in parts.values()) / 60:.0f} minutes in all.")
    return textwrap.fill(f"Measured: {' '.join(texts)}", WIDTH, break_on_hyphens=False)


def short(parts: dict[str, Any]) -> str:
    """README's table, each miss with its limit in a few words, and a sentence about the run."""
    found = speed_judge.rows(parts)
    lines = []
    for row in found:
        verdict = bold(row.verdict) + (f": {row.why}" if row.met is False else "")
        lines.append([row.work, row.target, *row.brief, verdict])
    return f"{told(parts, found)}\n\n{markdown(HEADER, lines)}"


def told(parts: dict[str, Any], found: list[speed_judge.Row]) -> str:
    """How many aims are met, where and when they were measured, in a line."""
    if not parts:
        return "`make bench-speed` measures [speed](docs/speed.md) beside the peers."
    measured = [row for row in found if row.met is not None]
    met = sum(row.met is True for row in measured)
    date = max(part["about"]["date"] for part in parts.values())[:10]
    places = dict.fromkeys(
        f"{part['about']['cpu']}, {part['about']['cores']} cores" for part in parts.values()
    )
    verb = "is" if met == 1 else "are"
    where = f"[Speed](docs/speed.md), {date}, {listed(places)}"
    aims = f"{met} of {len(measured)} aims {verb} met"
    return f"{where}: {aims}. A ratio is to the peer named first; fits show medians."


def committed() -> dict[str, Any]:
    """Parts of the run in bench/results; none before the first run."""
    path = machine.RESULTS / "speed_table.json"
    parts: dict[str, Any] = json.loads(path.read_text())["parts"] if path.exists() else {}
    return parts


def rewritten(text: str, figures: str) -> str:
    """A page with these figures between its marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}{figures}\n{END}{rest.split(END)[1]}"


PAGES = {"docs/speed.md": whole, "README.md": short}


if __name__ == "__main__":
    parts = committed()
    for name, part_of_page in PAGES.items():
        page = ROOT / name
        page.write_text(rewritten(page.read_text(), part_of_page(parts)))
