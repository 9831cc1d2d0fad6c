"""The main job: trueodds and its peers on real tables, on the same folds.

    python bench/main_job.py                          # all tables; peers from the journal
    python bench/main_job.py --tables titanic sonar --contenders lightgbm trueodds --folds-run 5
    python bench/main_job.py --fast                   # eight tables, for a first look
    python bench/main_job.py --fit-adult              # the command line on adult: time and memory
    python bench/readme_table.py                      # then: the figures in README

Of a table the first of five folds is scored, of tables under 3,000 rows all five: one fold of sonar
is 42 rows, and mostly chance. Tables that were used to choose the recipe and tables that were not
are told apart (tables.py).

A contender's fits on the folds of one table share a fresh process. Every finished (table,
contender, fold) is a line in the journal; a run that is started again does only what is missing
there. trueodds' own lines count for the source they were made with, so a run after a change of the
source makes them anew. --fresh makes anew what is asked for.
"""

import argparse
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import journal
import machine
import peers
import processes
import summary
import tables
import whole_process

PACKAGES = (
    *("trueodds", "numpy", "numba", "polars", "scikit-learn", "scipy", "pandas"),
    *("lightgbm", "xgboost", "catboost", "pytabkit", "torch"),
)
FAST = (
    *("adult", "titanic", "hmeq", "spambase"),
    *("hotel_bookings", "credit_approval", "phoneme", "churn_telecom"),
)
"""Four tables of each set, for a first look after a change …"""
SLOW = (
    *("trueodds_best", "realmlp", "tabm"),
    *("lightgbm_searched", "xgboost_searched", "autogluon"),
)
"""… and contenders that it leaves out."""
Line = dict[str, Any]


def installed(contenders: list[str], python: str) -> list[str]:
    """Contenders whose library this Python has; the others are named on stderr."""
    kept = []
    for contender in contenders:
        package = peers.module_of(contender).partition(".")[0]
        code = f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({package!r}))"
        if subprocess.run([python, "-c", code]).returncode:
            print(f"{contender} left out: {package} is not installed", file=sys.stderr)
        else:
            kept.append(contender)
    return kept


def fits(keys: list[Line], timeout: float, losses: journal.Losses, python: str) -> list[Line]:
    """Run one contender on folds of one table, in one process; a failure is a result too.

    The timeout is in seconds, for each of the folds.
    """
    first = keys[0]
    command = [python, str(Path(__file__).with_name("one_fit.py"))]
    command += [first["table"], first["contender"]]
    for name in ("rows", "threads"):
        command += [f"--{name}", str(first[name])]
    command += ["--folds", *(str(key["fold"]) for key in keys)]
    command += ["--losses", *(str(losses.file(key)) for key in keys)]
    done = processes.run(command, timeout * len(keys), first["threads"])
    found: list[Line] = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
    for each in found:
        floor = max(each.pop("calibration_floor"), 1e-12)
        each["calibration_ratio"] = each["calibration_error"] / floor
        each["peak_mb"] = max(done.peak_mb, each.pop("own_peak_mb"))
    if done.code:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        found += [{"error": last[:300]}] * (len(keys) - len(found))
    made = journal.made_with()
    return [{**key, **made, **each} for key, each in zip(keys, found, strict=True)]


def folds_of(table: str, options: argparse.Namespace) -> range:
    """Folds that are scored of one table."""
    if options.folds_run:
        return range(options.folds_run)
    return tables.folds_of(table, options.rows)


def measure(options: argparse.Namespace, path: Path, losses: journal.Losses) -> list[Line]:
    """All fits that are asked for, from the journal or anew.

    A contender whose library is not here is shown as far as the journal has it.
    """
    known = [] if options.fresh else journal.read(path)
    wanted = [
        journal.key_of(t, c, f, options.rows, options.threads)
        for t in options.tables
        for c in options.contenders
        for f in folds_of(t, options)
    ]
    here = [] if options.show else installed(options.contenders, options.python)
    if options.show:  # The text tells which source each line was made with.
        wanted = [{n: v for n, v in key.items() if n != "source"} for key in wanted]

    def is_known(key: Line) -> bool:
        line = journal.find(known, key)
        # A first look compares with a peer's figures even where those of its rows are not kept.
        enough = options.fast or losses.get(key) is not None
        return line is not None and ("error" in line or enough)

    missing = [key for key in wanted if key["contender"] in here and not is_known(key)]
    if any(key["contender"] in journal.OURS for key in missing):
        # So that no figure holds the one-off compilation of the kernels.
        first = journal.key_of("sonar", "trueodds_quick", 0, options.rows, 1)
        fits([first], options.timeout, losses, options.python)
    done = 0
    for _, group in itertools.groupby(missing, key=lambda key: (key["table"], key["contender"])):
        for line in fits(list(group), options.timeout, losses, options.python):
            known.append(line)
            journal.append(path, line)
            done += 1
            told = line.get("error") or (
                f"log-loss {line['relative_log_loss']:.4f} of the base rate's, "
                f"{line['cpu_seconds']:.1f} s of processor time"
            )
            where = f"{line['table']}, {line['contender']}, fold {line['fold']}"
            print(f"[{done}/{len(missing)}] {where}: {told}", file=sys.stderr)
    return [line for key in wanted if (line := journal.find(known, key))]


def main() -> int:
    names = [entry["name"] for entry in tables.manifest()]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", nargs="+", choices=names)
    parser.add_argument("--fast", action="store_true", help="eight tables; writes NAME-fast")
    parser.add_argument("--contenders", nargs="+", choices=peers.CONTENDERS)
    parser.add_argument(
        "--folds-run", type=int, choices=range(1, tables.FOLDS + 1), help="of every table"
    )
    parser.add_argument("--rows", type=int, default=10_000, help="most rows of a table")
    parser.add_argument("--threads", type=int, default=1, help="or processes, for each contender")
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds for one fit")
    parser.add_argument("--name", default="main_job", help="of the files in bench/results")
    parser.add_argument("--fresh", action="store_true", help="whatever the journal has")
    parser.add_argument("--show", action="store_true", help="the newest lines; fit nothing")
    parser.add_argument("--python", default=sys.executable, help="that runs the contenders")
    parser.add_argument("--fit-adult", action="store_true", help="the command line on adult only")
    options = parser.parse_args()
    if options.fit_adult:
        return whole_process.main([])
    machine.RESULTS.mkdir(parents=True, exist_ok=True)
    options.tables = options.tables or (FAST if options.fast else names)
    left_out = SLOW if options.fast else ()
    options.contenders = options.contenders or [c for c in peers.DEFAULT if c not in left_out]
    path = machine.RESULTS / f"{options.name}.jsonl"
    losses = journal.Losses(
        machine.RESULTS / f"{options.name}.losses", machine.RESULTS / f"{options.name}.peers.npz"
    )
    lines = measure(options, path, losses)
    losses.save(lines)
    found = summary.differences(lines, losses)
    about = machine.describe(PACKAGES, options.threads)
    setting = (
        f"first of {tables.FOLDS} stratified folds (seed 0) scored, all of tables under "
        f"{tables.FEW_ROWS:,} rows; at most {options.rows:,} rows a table; a fresh "
        "process for each table and contender\n"
    )
    text = machine.heading(about) + setting + "\n" + summary.text_of(lines, found)
    kept = {"about": about, "setting": setting, "differences": found, "lines": lines}
    machine.save(f"{options.name}-fast" if options.fast else options.name, text, kept)
    return 1 if any("error" in line for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
