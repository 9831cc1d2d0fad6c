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
        [
            row.work,
            row.target,
            row.ours,
            row.peers,
            row.ratio,
            row.verdict.replace("met", "**met**"),
        ]
        for row in found
    ]
    limits = [f"- {row.work.split(':')[0]}: {row.limit}." for row in found if row.met is False]
    texts = [markdown(HEADER, lines)]
    if limits:
        texts += ["What stands behind the misses, as far as it is known:", "\n".join(limits)]
    return "\n" + "\n\n".join([*texts, *([ran(parts)] if parts else [])]) + "\n"


def ran(parts: dict[str, Any]) -> str:
    """Machine, versions and dates of the parts."""
    machines: dict[str, list[str]] = {}
    for name, part in parts.items():
        about = part["about"]
        versions = ", ".join(f"{n} {v}" for n, v in about["versions"].items())
        where = f"{about['cpu']}, {about['cores']} cores, Python {about['python']}, {versions}"
        machines.setdefault(where, []).append(f"{WORDS[name]} {about['date']}")
    texts = [f"{'; '.join(dates)}: {where}." for where, dates in machines.items()]
    return textwrap.fill(f"Measured: {' '.join(texts)}", WIDTH, break_on_hyphens=False)


def short(parts: dict[str, Any]) -> str:
    """README's two lines: how many aims are met, and what people ask for first."""
    if not parts:
        return "`make bench-speed` measures [speed](docs/speed.md) beside the peers."
    found = speed_judge.rows(parts)
    measured = [row for row in found if row.met is not None]
    met = [row for row in measured if row.met]
    date = max(part["about"]["date"] for part in parts.values())[:10]
    cpus = listed(dict.fromkeys(part["about"]["cpu"] for part in parts.values()))
    one = f" One row from a dict: {found[0].ours} ({found[0].peers})." if "scoring" in parts else ""
    text = (
        f"[Speed](docs/speed.md), {date}, {cpus}: {len(met)} of {len(measured)} aims are met.{one}"
    )
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


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
