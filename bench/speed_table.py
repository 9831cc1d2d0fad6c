"""Ten rows of speed: what is aimed at, ours, the peers', the ratio, met or missed; in one run.

    python bench/speed_table.py [--parts scoring starts csv fits million]
        [--fit-minutes 12] [--million-minutes 5.5]

Scoring takes three tables (`speed_parts.TABLES`), of at most 10,000 rows. Contenders take turns;
figures are medians. Fits take as many tables (`speed_parts.FIT_TABLES`) as their minutes suffice
for; they have one thread, and their processor time counts. Version 0.1.0 is fitted beside them,
from its last commit. A CSV of 10⁷ rows is scored once, and one of 10⁶ rows for its memory; they
lie in a temporary folder, which needs 2 GB. Each fit of 10⁶ rows, ours and the peers', stops after
its minutes. Parts that are not run keep their figures of an earlier run, with its date.
`bench/speed_pages.py` writes the pages.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import speed_judge
import speed_parts

PACKAGES = (
    "trueodds", "numpy", "numba", "polars", "pandas", "lightgbm", "catboost", "scikit-learn",
    "onnxruntime",
)  # fmt: skip
PARTS = ("scoring", "starts", "csv", "fits", "million")


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure the parts that are asked for; each with its date and machine."""
    models = {name: Path(path) for name, path in (m.split("=") for m in options.models)}

    parts: dict[str, Callable[[], Any]] = {
        "scoring": lambda: speed_parts.scoring(folder, options.rounds, models),
        "starts": lambda: speed_parts.starts(folder, options.rounds),
        "csv": lambda: speed_parts.csv(folder, options.csv_rows),
        "fits": lambda: speed_parts.fits(folder, 60.0 * options.fit_minutes),
        "million": lambda: speed_parts.million(
            folder, options.fit_rows, 60.0 * options.million_minutes
        ),
    }
    found = {}
    for name in options.parts:
        start = time.perf_counter()
        figures = parts[name]()
        about = machine.describe(PACKAGES, machine.cores())
        seconds = round(time.perf_counter() - start)
        found[name] = {"about": about, "seconds": seconds, "figures": figures}
    return found


def text_of(parts: dict[str, Any]) -> str:
    """Lay out the table for a terminal."""
    lines = []
    for row in speed_judge.rows(parts):
        lines.append(f"{row.verdict.upper():12s} {row.whole}: aim {row.target}")
        lines.append(f"{'':12s} ours {row.ours}; peers {row.peers}; {row.ratio}")
        if row.met is False:
            lines.append(f"{'':12s} limit: {row.limit}")
    for name, part in parts.items():
        lines.append(
            f"{name}: {part['about']['date']}, {part['seconds']} s, {part['about']['cpu']}"
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="*", default=[*PARTS], choices=PARTS)
    parser.add_argument("--fit-minutes", type=float, default=12.0, help="of fits beside the peers")
    parser.add_argument(
        "--million-minutes", type=float, default=5.5, help="of each fit of 10⁶ rows"
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--csv-rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--fit-rows", type=int, default=1_000_000)
    parser.add_argument("--models", nargs="*", default=[], help="TABLE=FILE.odds, fitted before")
    parser.add_argument("--name", default="speed_table", help="of the files in bench/results")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="trueodds-bench-") as folder:
        fresh = run(options, Path(folder))
    kept = machine.RESULTS / f"{options.name}.json"
    before = json.loads(kept.read_text())["parts"] if kept.exists() else {}
    parts = {name: (before | fresh)[name] for name in PARTS if name in before | fresh}
    about = machine.describe(PACKAGES, machine.cores())
    text = machine.heading(about) + "\n" + text_of(parts)
    machine.save(options.name, text, {"about": about, "parts": parts})
    return 0


if __name__ == "__main__":
    sys.exit(main())
