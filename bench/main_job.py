"""The main job: trueodds and its peers on real tables, same folds, each fit in its own process.

    python bench/main_job.py                          # all tables of ../shared/data, fold 0
    python bench/main_job.py --tables titanic sonar --contenders lightgbm trueodds --folds-run 5
    python bench/main_job.py --fit-adult              # the command line on adult: time and memory

Every finished (table, contender, fold) is a line in the journal; a run that is started again does
only what is missing there. --fresh begins anew.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from statistics import mean
from typing import Any

import machine
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
    "fit_seconds": ("Fit, seconds", 1, 1.0),
    "rows_per_second": ("Rows scored a second, thousands, from a pandas frame", 0, 1e-3),
    "one_row_seconds": ("One row from a pandas frame, milliseconds", 2, 1e3),
    "peak_mb": ("Peak memory of all processes together, MB, libraries and table included", 0, 1.0),
}
PACKAGES = (
    *("trueodds", "numpy", "numba", "polars", "scikit-learn", "scipy", "pandas"),
    *("lightgbm", "xgboost", "catboost"),
)
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


def one(key: Line, timeout: float) -> Line:
    """Run one contender on one fold of one table; a failure is a result too."""
    command = processes.python(str(Path(__file__).with_name("one_fit.py")))
    command += [key["table"], key["contender"]]
    for name in ("fold", "rows", "threads"):
        command += [f"--{name}", str(key[name])]
    done = processes.run(command, timeout, key["threads"])
    if done.code:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {**key, "error": last[:300]}
    found: Line = json.loads(done.stdout.strip().splitlines()[-1])
    found["peak_mb"] = max(done.peak_mb, found.pop("own_peak_mb"))
    return {**key, **found}


def journalled(path: Path) -> list[Line]:
    """Lines of an earlier run."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def same(line: Line, key: Line) -> bool:
    return all(line.get(name) == value for name, value in key.items())


def measure(options: argparse.Namespace, journal: Path) -> list[Line]:
    """All fits that are asked for, from the journal or anew."""
    known = journalled(journal)
    wanted = [
        {"table": t, "contender": c, "fold": f, "rows": options.rows, "threads": options.threads}
        for t in options.tables
        for c in installed(options.contenders)
        for f in range(options.folds_run)
    ]
    missing = [key for key in wanted if not any(same(line, key) for line in known)]
    if any(key["contender"].startswith("trueodds") for key in missing):
        # So that no figure holds the one-off compilation of the kernels.
        first = {"table": "sonar", "contender": "trueodds_quick", "fold": 0}
        one({**first, "rows": options.rows, "threads": options.threads}, options.timeout)
    for number, key in enumerate(missing, 1):
        line = one(key, options.timeout)
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


def text_of(lines: list[Line]) -> str:
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
        parts.append(f"{title}\n{machine.table(['table', *contenders], rows)}")
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
    parser.add_argument("--rows", type=int, default=50_000, help="most rows of a table")
    parser.add_argument("--threads", type=int, default=2, help="or processes, for each contender")
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
    lines = measure(options, journal)
    about = machine.describe(PACKAGES, options.threads)
    setting = (
        f"{options.folds_run} of {tables.FOLDS} stratified folds (seed 0) evaluated, "
        f"at most {options.rows:,} rows a table, every fit in a fresh process\n"
    )
    text = machine.heading(about) + setting + "\n" + text_of(lines)
    machine.save(options.name, text, {"about": about, "setting": setting, "lines": lines})
    return 1 if any("error" in line for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
