"""Rows by the million: time and memory of ``trueodds predict`` and ``fit`` as a table grows.

    python bench/scale.py [--rows 100000 1000000 10000000] [--fit-rows 100000 1000000]

Tables of nine columns (numbers with gaps, categories of 8 and 300 levels, some quoted, a date, the
target) are made by a fixed seed, so that every run has the same. ``predict`` writes a scored CSV.
``fit`` is of effort quick without a report, plainly and under ``--memory``. The peaks are those of
all processes together; "anon." leaves out the pages of mapped files, which the system drops
when it needs the room. On a busy machine the processor time tells more than the clock.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import machine
import processes

PACKAGES = ("trueodds", "numpy", "numba", "polars")
PART = 200_000
JOBS = ["clerk", "smith", "cook, chef", 'so "called"', "nurse", "pilot", "none of these", "other"]


def make_part(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Rows whose target depends on most of their columns."""
    age, job, city = (
        rng.integers(18, 90, rows),
        rng.integers(0, 8, rows),
        rng.integers(0, 300, rows),
    )
    x = np.round(rng.normal(size=(rows, 3)), 4)
    income = np.where(rng.random(rows) < 0.03, np.nan, np.round(rng.lognormal(10, 1, rows), 2))
    day = np.datetime64("2015-01-01") + rng.integers(0, 3000, rows)
    z = (age - 50) / 15 + x[:, 0] - x[:, 1] * x[:, 2] + (job == 3) - 0.01 * (city % 50)
    yes = rng.random(rows) < 1 / (1 + np.exp(-z))
    return pl.DataFrame(
        {
            "age": age,
            "income": pl.Series(income).fill_nan(None),
            "city": [f"city {c}" for c in city],
            "job": [JOBS[j] for j in job],
            **{f"x{i}": x[:, i] for i in range(3)},
            "day": day,
            "answer": ["yes" if y else "no" for y in yes],
        }
    )


def make_table(path: Path, rows: int) -> None:
    """Write a table of so many rows."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, rows, PART):
            part = make_part(rng, min(PART, rows - start))
            file.write(part.write_csv(include_header=start == 0).encode())


def checked(words: list[str], timeout: float) -> processes.Finished:
    """Run trueodds to a good end."""
    done = processes.run(processes.python("-m", "trueodds", *words), timeout)
    if done.code:
        raise SystemExit(f"{' '.join(words)} ended with {done.code}:\n{done.stderr[-2000:]}")
    return done


def figures(what: str, rows: int, size: float, done: processes.Finished) -> dict[str, Any]:
    return {
        "what": what,
        "rows": rows,
        "file_mb": round(size, 1),
        "seconds": round(done.seconds, 1),
        "rows_per_second": round(rows / done.seconds),
        "cpu_seconds": round(done.cpu_seconds, 1),
        "cpu_microseconds_per_row": round(done.cpu_seconds / rows * 1e6, 1),
        "peak_mb": round(done.peak_mb),
        "peak_anonymous_mb": round(done.peak_anonymous_mb),
    }


def measure(options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    found = []
    table, out = folder / "table.csv", folder / "scored.csv"
    model, again = folder / "model.odds", folder / "again.odds"
    fit = ["fit", str(table), "--target", "answer", "--effort", "quick", "--no-report"]
    make_table(table, options.trained_on)
    checked([*fit, "--out", str(model)], 600.0)
    for rows in options.rows:
        make_table(table, rows)
        size = table.stat().st_size / 1e6
        words = ["predict", str(model), str(table), "--out", str(out)]
        found.append(figures("predict", rows, size, checked(words, 3600.0)))
        tell(found)
        with out.open("rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        if lines != rows + 1:
            raise SystemExit(f"predict wrote {lines} lines for {rows} rows")
        out.unlink()
    for rows in options.fit_rows:
        make_table(table, rows)
        size = table.stat().st_size / 1e6
        done = checked([*fit, "--out", str(model)], 7200.0)
        found.append(figures("fit", rows, size, done))
        tell(found)
        done = checked([*fit, "--out", str(again), "--memory", options.memory], 7200.0)
        found.append(figures(f"fit --memory {options.memory}", rows, size, done))
        tell(found)
        if model.read_bytes() != again.read_bytes():
            raise SystemExit("--memory has changed the model")
    return found


def tell(found: list[dict[str, Any]]) -> None:
    print(found[-1], file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[10**5, 10**6, 10**7])
    parser.add_argument("--fit-rows", type=int, nargs="*", default=[10**5, 10**6])
    parser.add_argument("--trained-on", type=int, default=20_000, help="rows, for predict")
    parser.add_argument("--memory", default="1GB", help="limit of the second fit")
    parser.add_argument("--name", default="scale", help="of the files in bench/results")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="trueodds-bench-") as folder:
        found = measure(options, Path(folder))
    about = machine.describe(PACKAGES, threads=machine.cores())
    header = ["", "rows", "file, MB", "s", "rows/s", "CPU s", "CPU µs/row", "peak, MB", "anon., MB"]
    keys = ("file_mb", "seconds", "rows_per_second", "cpu_seconds", "cpu_microseconds_per_row")
    keys += ("peak_mb", "peak_anonymous_mb")
    lines = [[f["what"], f"{f['rows']:,}", *(f"{f[key]:,}" for key in keys)] for f in found]
    text = machine.heading(about) + "\n" + machine.table(header, lines)
    machine.save(options.name, text, {"about": about, "figures": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
