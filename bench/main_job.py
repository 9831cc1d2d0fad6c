"""The main job: trueodds and its peers on real tables, same folds, each fit in its own process.

    python bench/main_job.py                          # README's table: 1.7 hours of fits
    python bench/main_job.py --tables titanic sonar --contenders lightgbm trueodds --folds-run 5
    python bench/main_job.py --fit-adult              # the command line on adult: time and memory

Of large tables fold 0 is scored, of small ones as many folds as it takes for 1,000 scored rows: one
fold of sonar is 42 rows, and mostly chance.

Every finished (table, contender, fold) is a line in the journal; a run that is started again does
only what is missing there. --fresh begins anew.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from statistics import mean, median
from typing import Any

import machine
import paired
import peers
import processes
import tables
import whole_process

MEASURES = {  # key: (title, decimals, factor)
    "relative_log_loss": ("Log-loss divided by the base rate's", 4, 1.0),
    "log_loss": ("Log-loss", 4, 1.0),
    "brier": ("Brier score", 4, 1.0),
    "auc": ("AUC", 4, 1.0),
    "calibration_error": ("Calibration error, 15 bins of equal mass", 4, 1.0),
    "calibration_ratio": ("… divided by what a perfectly calibrated forecast would show", 2, 1.0),
    "fit_seconds": ("Fit, seconds", 1, 1.0),
    "cpu_seconds": ("Fit, seconds of processor time: what other work does not change", 1, 1.0),
    "rows_per_second": ("Rows scored a second, thousands, from a pandas frame", 0, 1e-3),
    "one_row_seconds": ("One row from a pandas frame, milliseconds", 2, 1e3),
    "peak_mb": ("Peak memory of all processes together, MB, libraries and table included", 0, 1.0),
}
PACKAGES = (
    *("trueodds", "numpy", "numba", "polars", "scikit-learn", "scipy", "pandas"),
    *("lightgbm", "xgboost", "catboost", "pytabkit", "torch"),
)
OURS = ("trueodds", "trueodds_quick", "trueodds_best")
Line = dict[str, Any]


def installed(contenders: list[str]) -> list[str]:
    """Contenders whose library is here; the others are named on stderr."""
    kept = []
    for contender in contenders:
        package = peers.module_of(contender).partition(".")[0]
        if importlib.util.find_spec(package) is None:
            print(f"{contender} left out: {package} is not installed", file=sys.stderr)
        else:
            kept.append(contender)
    return kept


def one(key: Line, timeout: float, losses: Path) -> Line:
    """Run one contender on one fold of one table; a failure is a result too."""
    command = processes.python(str(Path(__file__).with_name("one_fit.py")))
    command += [key["table"], key["contender"]]
    for name in ("fold", "rows", "threads"):
        command += [f"--{name}", str(key[name])]
    command += ["--losses", str(paired.file_of(losses, key))]
    done = processes.run(command, timeout, key["threads"])
    if done.code:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {**key, "error": last[:300]}
    found: Line = json.loads(done.stdout.strip().splitlines()[-1])
    found["calibration_ratio"] = found["calibration_error"] / max(
        found.pop("calibration_floor"), 1e-12
    )
    found["peak_mb"] = max(done.peak_mb, found.pop("own_peak_mb"))
    return {**key, **found}


def journalled(path: Path) -> list[Line]:
    """Lines of an earlier run."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def same(line: Line, key: Line) -> bool:
    return all(line.get(name) == value for name, value in key.items())


def folds_of(table: str, options: argparse.Namespace) -> range:
    """Folds that are scored: until `least_scored` rows are."""
    rows = min(options.rows, next(e["rows"] for e in tables.manifest() if e["name"] == table))
    needed = -(-options.least_scored * tables.FOLDS // rows)
    return range(min(tables.FOLDS, max(options.folds_run, needed)))


def measure(options: argparse.Namespace, journal: Path, losses: Path) -> list[Line]:
    """All fits that are asked for, from the journal or anew."""
    known = journalled(journal)
    wanted = [
        {"table": t, "contender": c, "fold": f, "rows": options.rows, "threads": options.threads}
        for t in options.tables
        for c in installed(options.contenders)
        for f in folds_of(t, options)
    ]
    known = [k for k in known if "error" in k or paired.file_of(losses, k).exists()]
    missing = [key for key in wanted if not any(same(line, key) for line in known)]
    if any(key["contender"].startswith("trueodds") for key in missing):
        # So that no figure holds the one-off compilation of the kernels.
        first = {"table": "sonar", "contender": "trueodds_quick", "fold": 0}
        first |= {"rows": options.rows, "threads": options.threads}
        one(first, options.timeout, losses)
    for number, key in enumerate(missing, 1):
        line = one(key, options.timeout, losses)
        known.append(line)
        with journal.open("a") as out:
            out.write(json.dumps(line) + "\n")
        told = line.get("error") or (
            f"log-loss {line['relative_log_loss']:.4f} of the base rate's, "
            f"{line['fit_seconds']:.1f} s"
        )
        where = f"{key['table']}, {key['contender']}, fold {key['fold']}"
        print(f"[{number}/{len(missing)}] {where}: {told}", file=sys.stderr)
    return [line for key in wanted for line in known if same(line, key)]


def averaged(lines: list[Line]) -> dict[str, dict[str, dict[str, float]]]:
    """Measure → table → contender: the mean over folds; where one failed, nothing."""
    out: dict[str, dict[str, dict[str, float]]] = {key: {} for key in MEASURES}
    pairs = dict.fromkeys((line["table"], line["contender"]) for line in lines)
    for table, contender in pairs:
        mine = [line for line in lines if (line["table"], line["contender"]) == (table, contender)]
        if any("error" in line for line in mine):
            continue
        for key in MEASURES:
            value = mean(line[key] for line in mine)
            out[key].setdefault(table, {})[contender] = value
    return out


def text_of(lines: list[Line], losses: Path) -> str:
    """Lay out one table a measure, with the mean over the tables that every contender finished."""
    values = averaged(lines)
    contenders = list(dict.fromkeys(line["contender"] for line in lines))
    parts = []
    for key, (title, decimals, factor) in MEASURES.items():
        by_table = values[key]
        rows = [
            [table, *(_cell(found.get(c), decimals, factor) for c in contenders)]
            for table, found in by_table.items()
        ]
        complete = [found for found in by_table.values() if len(found) == len(contenders)]
        if complete:
            means = [mean(found[c] for found in complete) for c in contenders]
            label = f"mean of {len(complete)}"
            rows.append([label, *(_cell(value, decimals, factor) for value in means)])
            middles = [median(found[c] for found in complete) for c in contenders]
            rows.append(["median", *(_cell(value, decimals, factor) for value in middles)])
            if key == "relative_log_loss":
                whole = {t: found for t, found in by_table.items() if len(found) == len(contenders)}
                ranks = paired.mean_ranks(whole, contenders)
                rows.append(["mean rank", *(f"{rank:.1f}" for rank in ranks)])
        parts.append(f"{title}\n{machine.table(['table', *contenders], rows)}")
    for ours in OURS:
        if ours in contenders and len(contenders) > 1:
            title = "Paired differences of log-loss over the base rate's, on the same rows"
            parts.append(f"{title}\n{paired.compared(lines, losses, ours)}")
    failures = [
        f"{line['table']}, {line['contender']}, fold {line['fold']}: {line['error']}"
        for line in lines
        if "error" in line
    ]
    if failures:
        parts.append("Failed\n" + "\n".join(failures) + "\n")
    return "\n".join(parts)


def _cell(value: float | None, decimals: int, factor: float) -> str:
    return "–" if value is None else f"{value * factor:.{decimals}f}"


def main() -> int:
    names = [entry["name"] for entry in tables.manifest()]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", nargs="+", choices=names, default=names)
    parser.add_argument(
        "--contenders", nargs="+", choices=peers.CONTENDERS, default=list(peers.DEFAULT)
    )
    parser.add_argument("--folds-run", type=int, choices=range(1, tables.FOLDS + 1), default=1)
    parser.add_argument("--least-scored", type=int, default=1000, help="rows, by as many folds")
    parser.add_argument("--rows", type=int, default=10_000, help="most rows of a table")
    parser.add_argument("--threads", type=int, default=1, help="or processes, for each contender")
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds for one fit")
    parser.add_argument("--name", default="main_job", help="of the files in bench/results")
    parser.add_argument("--fresh", action="store_true", help="forget the journal")
    parser.add_argument("--fit-adult", action="store_true", help="the command line on adult only")
    options = parser.parse_args()
    if options.fit_adult:
        return whole_process.main([])
    machine.RESULTS.mkdir(parents=True, exist_ok=True)
    journal = machine.RESULTS / f"{options.name}.jsonl"
    if options.fresh:
        journal.unlink(missing_ok=True)
    losses = machine.RESULTS / f"{options.name}.losses"
    losses.mkdir(exist_ok=True)
    lines = measure(options, journal, losses)
    about = machine.describe(PACKAGES, options.threads)
    setting = (
        f"at least {options.folds_run} of {tables.FOLDS} stratified folds (seed 0) scored, and "
        f"{options.least_scored:,} rows where the table has them; at most {options.rows:,} rows a "
        "table, every fit in a fresh process\n"
    )
    text = machine.heading(about) + setting + "\n" + text_of(lines, losses)
    machine.save(options.name, text, {"about": about, "setting": setting, "lines": lines})
    return 1 if any("error" in line for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
