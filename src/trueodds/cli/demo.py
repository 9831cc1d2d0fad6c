"""``trueodds demo``: fit, evaluate and predict on a table that comes with the package."""

import csv
import gzip
import shlex
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from trueodds.cli.console import note, print_table
from trueodds.cli.evaluate import run_evaluate
from trueodds.cli.fit import FitJob, fit, print_fit
from trueodds.cli.predict import Asked, run_predict
from trueodds.cli.stop import Stopped
from trueodds.files import whole_file

TABLE = "bank_marketing.csv.gz"
SHOWN = ("age", "job", "contact", "month", "poutcome", "y", "probability")
SHOWN_RANKS = (0.0, 0.02, 0.1, 0.5, 0.99)
TENTH = 0.1


@dataclass(frozen=True)
class Part:
    """A part of the table, in a file of its own."""

    path: Path
    rows: int


def run_demo(folder: Path, jobs: int | None) -> None:
    """Fit, evaluate and predict; every step prints the command that does the same."""
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
    asked = ("--target", "y", "--drop", "duration", "--effort", "quick", "--out")
    _print_command("fit", past.path, *asked, model)
    job = FitJob(
        train=past.path,
        target="y",
        out=model,
        report=model.with_suffix(".html"),
        drop=("duration",),
        effort="quick",
        jobs=jobs,
    )
    print_fit(fit(job))
    _print_command("evaluate", model, new.path)
    run_evaluate(model, new.path, as_json=False)
    _print_command("predict", model, new.path, "--out", scored)
    run_predict(model, new.path, scored, Asked(), as_json=False)
    _show_scored(scored)
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


def _show_scored(path: Path) -> None:
    """Print a few scored rows by falling probability, and the observed shares at both ends."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: -float(row["probability"]))
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
