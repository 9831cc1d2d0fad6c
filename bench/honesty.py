"""Scores that `fit` reports beside those that the model has on new rows.

Tables are drawn from known distributions, a model is fitted to each, and what it reports is set
beside the truth: the expected score of that very model on fresh rows of the same distribution.

  rows    300 and 1,000 rows of 10 columns: noise (the labels are independent of all columns) and
          signal; quick and standard
  codes   1,000 rows of 10 columns of whole numbers from 0 to 59: noise, and a table where a code
          by its value and two columns together decide
  text    1,000 rows of 10 columns and a comment of 4 to 15 words: noise, and a table where a third
          of the words each have an effect
  groups  40 groups of 25 rows that share an effect; the truth is that of new groups
  time    1,200 rows in order, with and without drift of what the columns mean; the truth is that
          of the next period, which is as long as the last fold

Reported less true is to be 0 within two standard errors and within 0.002 nats; 95 % intervals are
to hold the truth in 92 % of the runs; on noise the interval of AUC is to lie above 0.5 in 4 %.
"Without luck" is the same difference less `honesty_tables.luck`, which is 0 in the mean.
Every run is a line of NAME.jsonl: started again, the simulation goes on where it was.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

import machine  # noqa: E402
from honesty_tables import KINDS, Case, Drawn, draw, luck, true_scores  # noqa: E402
from trueodds.columns import read_target  # noqa: E402
from trueodds.main_job import learn  # noqa: E402
from trueodds.model import Model  # noqa: E402
from trueodds.table import as_frame  # noqa: E402

SCORES = ("log_loss", "brier", "auc")


def _fitted(case: Case, number: int, rows: Drawn, options: dict[str, Any]) -> Model:
    """Fit a table; ``options`` are further arguments of `learn`."""
    return learn(
        as_frame(rows.frame),
        read_target(pl.Series(np.where(rows.y, "yes", "no")), name="y"),
        effort=case.effort,
        seed=number,
        jobs=1,
        **options,
    ).model


def one_run(work: tuple[Case, int, bool]) -> dict[str, Any]:
    """Fit one simulated table; reported scores, their intervals, and the truth.

    The last of ``work`` is whether a steady table is fitted again without its time.
    """
    case, number, again = work
    rng = np.random.default_rng([case.rows, len(case.kind), ord(case.kind[0]), number])
    rows, fresh = draw(case, rng)
    if len(set(rows.y.tolist())) < 2:
        return {}
    role = {"groups": "groups", "steady": "time", "drift": "time"}.get(case.kind)
    options = {role: rows.role} if role and rows.role is not None else {}
    model = _fitted(case, number, rows, options)
    found: dict[str, Any] = {"case": case.name, "run": number}
    truth = true_scores(model.log_odds(fresh.frame), fresh.z)
    for key in SCORES:
        reported = getattr(model.scores, key)
        found[key] = [reported.value, reported.low, reported.high, truth[key]]
    found["base"] = model.scores.base_log_loss
    found["luck"] = luck(rows, fresh)
    found["p_value"] = model.scores.calibration_error.p_value
    if case.kind == "steady" and again:
        plain = _fitted(case, number, rows, {})
        found["without_time"] = true_scores(plain.log_odds(fresh.frame), fresh.z)["log_loss"]
    return found


def summary(case: Case, runs: list[dict[str, Any]]) -> dict[str, float]:
    """Figures of one case over its runs."""
    out: dict[str, float] = {"runs": float(len(runs))}
    for key in SCORES:
        value, low, high, truth = np.array([run[key] for run in runs]).T
        gap = value - truth
        out[f"{key}_true"] = float(truth.mean())
        out[f"{key}_gap"] = float(gap.mean())
        out[f"{key}_error"] = float(gap.std(ddof=1) / len(gap) ** 0.5)
        out[f"{key}_held"] = float(np.mean((low <= truth) & (truth <= high)))
    value, _, _, truth = np.array([run["log_loss"] for run in runs]).T
    gap = value - truth - [run["luck"] for run in runs]
    out["without_luck_gap"] = float(gap.mean())
    out["without_luck_error"] = float(gap.std(ddof=1) / len(gap) ** 0.5)
    out["auc_above"] = float(np.mean([run["auc"][1] > 0.5 for run in runs]))
    out["miscalibrated"] = float(np.mean([run["p_value"] < 0.05 for run in runs]))
    if all("without_time" in run for run in runs):
        out["time_costs"] = float(
            np.mean([run["log_loss"][3] - run["without_time"] for run in runs])
        )
    return out


def table_of(found: dict[str, dict[str, float]]) -> str:
    header = [
        "simulation", "runs", "true log-loss", "reported − true", "± s.e.", "without luck",
        "± s.e.", "log-loss held",
        "Brier held", "AUC − true", "AUC held", "AUC above 0.5", "said miscalibrated",
    ]  # fmt: skip
    rows = [
        [
            name,
            f"{of['runs']:.0f}",
            f"{of['log_loss_true']:.4f}",
            f"{of['log_loss_gap']:+.4f}",
            f"{of['log_loss_error']:.4f}",
            f"{of['without_luck_gap']:+.4f}",
            f"{of['without_luck_error']:.4f}",
            f"{of['log_loss_held']:.1%}",
            f"{of['brier_held']:.1%}",
            f"{of['auc_gap']:+.4f}",
            f"{of['auc_held']:.1%}",
            f"{of['auc_above']:.1%}" if name.startswith("noise") else "",
            f"{of['miscalibrated']:.1%}",
        ]
        for name, of in found.items()
    ]
    text = machine.table(header, rows)
    for name, of in found.items():
        if "time_costs" in of:
            text += (
                f"\n{name}: folds by time cost {of['time_costs']:+.4f} nats on the next period.\n"
            )
    return text


def cases(efforts: list[str], kinds: list[str]) -> list[Case]:
    """All simulations of these efforts."""
    found = []
    for effort in efforts:
        for kind, rows in (
            ("noise", 300), ("signal", 300), ("noise", 1000), ("signal", 1000),
            ("codes", 1000), ("crossed", 1000), ("texts", 1000), ("words", 1000),
            ("groups", 1000), ("steady", 1200), ("drift", 1200),
        ):  # fmt: skip
            if kind in kinds and (effort == "quick" or kind in ("noise", "signal")):
                found.append(Case(kind, rows, effort))
    return found


def simulate(
    chosen: list[Case],
    runs: int,
    processes: int,
    limit: float = 1e9,
    done: Sequence[dict[str, Any]] = (),
    journal: TextIO | None = None,
    again: bool = True,
) -> list[dict[str, Any]]:
    """All runs of all cases, those ``done`` before among them.

    What is not done after ``limit`` seconds is left out. Every run is a line of the journal. With
    ``again``, steady tables are fitted without their time, too.
    """
    out = list(done)
    ready = {(run["case"], run["run"]) for run in done}
    todo = [(case, n) for n in range(runs) for case in chosen]
    work = [(case, n, again) for case, n in todo if (case.name, n) not in ready]
    end = time.monotonic() + limit
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        waiting = pool.imap_unordered(one_run, work)
        for _ in work:
            try:
                found = waiting.next(timeout=max(0.1, end - time.monotonic()))
            except multiprocessing.TimeoutError:
                break
            if found:
                out.append(found)
                if journal is not None:
                    print(json.dumps(found), file=journal, flush=True)
        pool.terminate()
    return out


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200, help="of every simulation")
    parser.add_argument("--efforts", nargs="+", default=["quick", "standard"])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--limit", type=float, default=1e9, help="seconds; then what is done counts"
    )
    parser.add_argument("--name", default="honesty", help="of the files written")
    parser.add_argument("--fresh", action="store_true", help="forget the runs of NAME.jsonl")
    parser.add_argument("--out", type=Path, default=machine.RESULTS)
    options = parser.parse_args()
    chosen = cases(options.efforts, options.kinds)
    path = options.out / f"{options.name}.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    before = path.read_text().splitlines() if path.exists() else []
    with path.open("a") as journal:
        done = simulate(
            chosen,
            options.runs,
            options.processes,
            options.limit,
            [json.loads(line) for line in before],
            journal,
        )
    found = {}
    for case in cases(["quick", "standard"], list(KINDS)):
        runs = sorted((r for r in done if r["case"] == case.name), key=lambda run: run["run"])
        if len(runs) > 1:
            found[case.name] = summary(case, runs)
    about = machine.describe(("numpy", "numba"), 1)
    text = machine.heading(about) + "\n" + table_of(found)
    machine.save(options.name, text, {"about": about, "cases": found}, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
