"""How long the page takes to open in Chromium, and its size, by the rows that it was fitted on.

    python bench/page_open.py
    python bench/page_open.py --rows 20000 --effort quick --opens 5

The table of many rows is simulated; as many columns as adult has hold numbers and levels. A page is
opened from the disk, at 1,280 × 900 pixels, in one browser that runs already. Times count from the
start of the navigation.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

import machine

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from chromium import CHROMIUM, Page, browser  # noqa: E402

PACKAGES = ("trueodds", "numpy", "polars")
LEVELS = (2, 4, 7, 9, 15, 16, 42)
"""Levels of the simulated columns."""
OPENED = "(window.opened ?? {}).charts !== undefined && window.opened.model !== undefined"
WATCH = """
window.opened = {};
new MutationObserver(() => {
  for (const name of ["charts", "model"]) {
    if (document.documentElement?.dataset[name] !== undefined) opened[name] ??= performance.now();
  }
}).observe(document, { attributes: true, subtree: true });
"""
"""Notes when all charts are drawn and when the form of "Try it" has its first forecast."""
TIMES = """({
  painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
  loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
  charts: opened.charts,
  model: opened.model,
})"""
MOMENTS = {
    "painted": "first text, ms",
    "loaded": "loaded, ms",
    "model": "form ready, ms",
    "charts": "charts drawn, ms",
}


def simulated(rows: int, seed: int = 0) -> pd.DataFrame:
    """So many rows of 14 columns, seven of numbers and seven of levels, and an answer."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    log_odds = np.full(rows, -1.5)
    for number in range(7):
        drawn = rng.normal(size=rows)
        log_odds += 0.4 * (np.abs(drawn) if number % 2 else drawn)
        columns[f"number {number + 1}"] = np.round(np.exp(drawn), 1 + number % 3)
    for number, levels in enumerate(LEVELS):
        codes = rng.integers(0, levels, rows)
        log_odds += 0.4 * rng.normal(size=levels)[codes]
        columns[f"level {number + 1}"] = np.char.add("l", codes.astype(str))
    answer = rng.random(rows) < 1.0 / (1.0 + np.exp(-log_odds))
    return pd.DataFrame({**columns, "yes": answer.astype(int)})


def fitted(table: Path, target: str, effort: str, page: Path) -> float:
    """Write the page of a fit; give its seconds."""
    command = ["-m", "trueodds", "fit", table, "--target", target, "--effort", effort]
    command += ["--positive", "2" if target == "default" else "1", "--report", page]
    began = time.monotonic()
    subprocess.run(
        [sys.executable, *map(str, command), "--out", str(page.with_suffix(".odds"))],
        check=True,
        capture_output=True,
    )
    return time.monotonic() - began


def opened(page: Page, path: Path, opens: int) -> dict[str, list[float]]:
    """The moments of so many openings, after one that is not counted."""
    found: dict[str, list[float]] = {moment: [] for moment in MOMENTS}
    page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    for number in range(opens + 1):
        page.call("Page.navigate", url="about:blank")
        page.open(path)
        page.wait(OPENED)
        page.wait(f"Object.values({TIMES}).every((at) => at > 0)")
        times = page.run(TIMES)
        for moment in found if number else ():
            found[moment].append(times[moment])
    assert page.logged == [], page.logged
    return found


def text_of(results: list[dict[str, Any]]) -> str:
    """The figures as a table: medians, and the longest."""
    lines = []
    for one in results:
        times = [f"{median(one[key]):.0f} ({max(one[key]):.0f})" for key in MOMENTS]
        start = [one["table"], f"{one['rows']:,}", one["effort"]]
        lines.append([*start, f"{one['bytes'] / 1e6:.2f}", *times])
    return machine.table(["table", "rows", "effort", "page, MB", *MOMENTS.values()], lines)


def main() -> None:
    """Fit, open, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--opens", type=int, default=15)
    parser.add_argument("--name", default="page_open")
    args = parser.parse_args()
    example = ROOT / "examples" / "german_credit.csv"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many = folder / "many.csv"
        simulated(args.rows).to_csv(many, index=False)
        runs = [
            ("german_credit", example, "default", 800),
            ("simulated", many, "yes", args.rows),
        ]
        results = []
        with browser(folder / "profile") as page:
            for number, (table, path, target, rows) in enumerate(runs):
                written = folder / f"{number}.html"
                seconds = fitted(path, target, args.effort, written)
                print(f"{table}: fitted in {seconds:.0f} s", flush=True)
                if b'id="try-form"' not in written.read_bytes():
                    sys.exit(f"the page of {table} has no form")
                one = {"table": table, "rows": rows, "effort": args.effort}
                one |= {"fit_seconds": seconds, "bytes": written.stat().st_size}
                results.append({**one, **opened(page, written, args.opens)})
            shown = page.call("Browser.getVersion")["product"]
    about = machine.describe(PACKAGES, threads=machine.cores())
    about["chromium"] = shown
    text = (
        f"{machine.heading(about)}{shown}\n\nMedian of {args.opens} openings, and the longest\n\n"
        + text_of(results)
    )
    machine.save(args.name, text, {"about": about, "results": results})


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("this machine has no Chromium")
    main()
