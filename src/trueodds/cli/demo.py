"""``trueodds demo``: from a table that comes with the package to decisions and their reasons."""

import csv
import gzip
import shlex
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from trueodds.cli.console import note, print_table
from trueodds.cli.evaluate import run_evaluate
from trueodds.cli.fit import fit, print_fit
from trueodds.cli.fit_job import FitJob
from trueodds.cli.predict import Asked, run_predict
from trueodds.cli.stop import Stopped
from trueodds.files import whole_file
from trueodds.table import as_source

TABLE = "bank_marketing.csv.gz"
SHOWN = ("age", "job", "contact", "month", "poutcome", "y", "probability")
SHOWN_RANKS = (0.0, 0.02, 0.1, 0.5, 0.99)
TENTH = 0.1
COSTS = (1.0, 5.0)
"""Of a call in vain, and of a client who would say yes and is not called."""
EXPLAINED = (0, 1, 2)
"""Ranks of the rows whose reasons are shown."""


@dataclass(frozen=True)
class Part:
    """A part of the table, in a file of its own."""

    path: Path
    rows: int


def run_demo(folder: Path, jobs: int | None) -> None:
    """Fit, evaluate, predict, explain; every step prints the command that does the same."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _run_steps(folder, jobs)
    except KeyboardInterrupt:
        raise Stopped(f"the files made so far are in {folder}") from None


def _run_steps(folder: Path, jobs: int | None) -> None:
    past, new = split_table(folder)
    model, scored = folder / "bank.odds", folder / "bank_scored.csv"
    print(
        f"{past.rows + new.rows:,} phone calls of a bank (Moro, Rita & Cortez 2014, CC BY 4.0): "
        "did the client say yes to a deposit?\n"
        f"Every fourth call, {new.rows:,} of them, is not used in training and counts as new. The "
        "duration of a\ncall is known only afterwards, so the column duration is ignored."
    )
    costs = ("--cost-fp", f"{COSTS[0]:g}", "--cost-fn", f"{COSTS[1]:g}")
    asked = ("--target", "y", "--drop", "duration", "--effort", "quick", *costs, "--out")
    _print_command("fit", past.path, *asked, model)
    job = FitJob(
        train=past.path,
        target="y",
        out=model,
        report=model.with_suffix(".html"),
        drop=("duration",),
        effort="quick",
        jobs=jobs,
        costs=(*COSTS, None),
    )
    print_fit(fit(job))
    _print_command("evaluate", model, new.path)
    source = as_source(new.path)
    run_evaluate(model, source, as_json=False)
    _print_command("predict", model, new.path, "--decide", "--out", scored)
    run_predict(model, source, str(scored), asked=Asked(decide=True), as_json=False)
    first = _show_scored(scored)
    _explain(model, new.path, first, folder)
    note(f"Next: open {model.with_suffix('.html')} in a browser, then fit a table of your own.")


def split_table(folder: Path) -> tuple[Part, Part]:
    """Write the table as two files: past calls, and every fourth call as new."""
    packed = files("trueodds").joinpath("data", TABLE).read_bytes()
    header, *rows = gzip.decompress(packed).splitlines(keepends=True)
    parts = []
    for name, chosen in (
        ("bank_past.csv", [row for i, row in enumerate(rows) if i % 4 != 3]),
        ("bank_new.csv", rows[3::4]),
    ):
        with whole_file(folder / name) as file:
            file.write(b"".join([header, *chosen]))
        parts.append(Part(folder / name, len(chosen)))
    return parts[0], parts[1]


def _print_command(*words: str | Path) -> None:
    print(f"\n$ trueodds {shlex.join(map(str, words))}", flush=True)


def _show_scored(path: Path) -> list[int]:
    """Print a few scored rows by falling probability, and the observed shares at both ends.

    Returns the numbers of the likeliest rows in the table, in the table's order.
    """
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    order = sorted(range(len(table)), key=lambda i: -float(table[i]["probability"]))
    rows = [table[i] for i in order]
    chosen = [rows[int(rank * (len(rows) - 1))] for rank in SHOWN_RANKS]
    cells = [
        [f"{float(row[name]):.3f}" if name == "probability" else row[name] for name in SHOWN]
        for row in chosen
    ]
    print_table(SHOWN, cells, left=range(1, len(SHOWN) - 1))
    tenth = int(TENTH * len(rows))

    def ends(part: list[dict[str, str]]) -> str:
        forecast = sum(float(row["probability"]) for row in part) / len(part)
        observed = sum(row["y"] == "yes" for row in part) / len(part)
        return f"mean forecast {forecast:.1%}, observed {observed:.1%}"

    print(f"Highest tenth of the forecasts: {ends(rows[:tenth])}.")
    print(f"Lowest tenth of the forecasts: {ends(rows[-tenth:])}.")
    return sorted(order[rank] for rank in EXPLAINED)


def _explain(model: Path, table: Path, rows: list[int], folder: Path) -> None:
    """Write some rows of a table as one of their own, and print why and how sure they are."""
    first, why = folder / "bank_first.csv", folder / "bank_first_why.csv"
    header, *lines = table.read_bytes().splitlines(keepends=True)
    with whole_file(first) as file:
        file.write(b"".join([header, *(lines[i] for i in rows)]))
    _print_command(
        "predict", model, first, "--decide", "--interval", "--explain", "3", "--out", why
    )
    asked = Asked(decide=True, interval=True, reasons=3)
    run_predict(model, as_source(first), str(why), asked=asked, as_json=False)
    with why.open(newline="", encoding="utf-8") as found:
        for row in csv.DictReader(found):
            p, low, high = (float(row[name]) for name in ("probability", "lower", "upper"))
            reasons = [row[f"reason_{i}"] for i in (1, 2, 3) if row[f"reason_{i}"]]
            print(
                f"{row['decision']}: {p:.0%}, bounds {low:.0%} to {high:.0%}; {'; '.join(reasons)}"
            )
