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
Every run is a line of NAME.jsonl: started again, the simulation goes on where it was.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

import machine  # noqa: E402
from trueodds.columns import read_target  # noqa: E402
from trueodds.functions import log_loss_from_logits  # noqa: E402
from trueodds.functions.portable import sigmoid  # noqa: E402
from trueodds.main_job import learn  # noqa: E402
from trueodds.table import as_frame  # noqa: E402

Floats = NDArray[np.float64]
FRESH = 20_000
COLUMNS = 10
SCORES = ("log_loss", "brier", "auc")
KINDS = ("noise", "signal", "codes", "crossed", "texts", "words", "groups", "steady", "drift")
CODES = 60
WORDS = 300


@dataclass(frozen=True)
class Case:
    """One kind of simulated table and how it is fitted."""

    kind: str
    """One of `KINDS`."""
    rows: int
    effort: str

    @property
    def name(self) -> str:
        """What the table of results calls it."""
        return f"{self.kind}, {self.rows:,} rows, {self.effort}"


@dataclass(frozen=True)
class Drawn:
    """Rows of a simulated table: columns, the true log-odds, labels, and a role."""

    X: Floats
    z: Floats
    y: NDArray[np.bool_]
    role: Floats | None = None
    comments: tuple[str, ...] = ()

    @property
    def frame(self) -> pl.DataFrame:
        """The columns, named x0, x1 and so on, and the comments where there are any."""
        named = {"comment": self.comments} if self.comments else {}
        return pl.DataFrame({f"x{i}": column for i, column in enumerate(self.X.T)} | named)


def log_odds_of(X: Floats, turn: Floats | float = 0.0) -> Floats:
    """True log-odds of the signal: two slopes, a product, a bend. ``turn`` rotates the slopes."""
    first = np.cos(turn) * X[:, 0] - np.sin(turn) * X[:, 1]
    second = np.sin(turn) * X[:, 0] + np.cos(turn) * X[:, 1]
    return np.asarray(first - 0.8 * second + 0.7 * X[:, 2] * X[:, 3] + 0.5 * np.abs(X[:, 4]) - 0.7)


def code_log_odds(X: Floats, effect: Floats) -> Floats:
    """True log-odds of codes: one's effects, and two columns together where there are effects."""
    together = np.sign((X[:, 1] - CODES / 2 + 0.5) * (X[:, 2] - CODES / 2 + 0.5))
    return np.asarray(effect[X[:, 0].astype(np.int64)] + effect.any() * together)


def commented(X: Floats, effect: Floats, rng: np.random.Generator) -> Drawn:
    """Rows with comments whose words have these effects, frequent and rare ones (Zipf's law)."""
    share = 1.0 / np.arange(1, WORDS + 1)
    z, comments = np.empty(len(X)), []
    for row in range(len(X)):
        drawn = rng.choice(WORDS, size=rng.integers(4, 16), p=share / share.sum())
        z[row] = effect[np.unique(drawn)].sum()
        comments.append(" ".join(f"w{chr(97 + word % 26)}{chr(97 + word // 26)}" for word in drawn))
    drawn_rows = labelled(X, z, rng)
    return replace(drawn_rows, comments=tuple(comments))


def labelled(X: Floats, z: Floats, rng: np.random.Generator, role: Floats | None = None) -> Drawn:
    return Drawn(X, z, rng.random(len(z)) < sigmoid(z), role)


def draw(case: Case, rng: np.random.Generator) -> tuple[Drawn, Drawn]:
    """A table to fit and fresh rows of the population that the model will meet."""
    X, fresh = rng.normal(size=(case.rows, COLUMNS)), rng.normal(size=(FRESH, COLUMNS))
    if case.kind == "noise":
        return labelled(X, np.zeros(case.rows), rng), labelled(fresh, np.zeros(FRESH), rng)
    if case.kind == "signal":
        return labelled(X, log_odds_of(X), rng), labelled(fresh, log_odds_of(fresh), rng)
    if case.kind in ("codes", "crossed"):
        X, fresh = (rng.integers(0, CODES, part.shape).astype(np.float64) for part in (X, fresh))
        known = case.kind == "crossed"
        effect = rng.normal(size=CODES) if known else np.zeros(CODES)
        return labelled(X, code_log_odds(X, effect), rng), labelled(
            fresh, code_log_odds(fresh, effect), rng
        )
    if case.kind in ("texts", "words"):
        effect = (case.kind == "words") * rng.normal(size=WORDS) * (rng.random(WORDS) < 1 / 3)
        return commented(X, effect, rng), commented(fresh, effect, rng)
    if case.kind == "groups":
        size, effect = 25, 1.0
        group, new = np.arange(case.rows) // size, np.arange(FRESH) // size
        parts = []
        for part, number in ((X, group), (fresh, new)):
            count = int(number.max()) + 1
            # The first columns belong to the group, so that rows of a group look alike.
            part[:, :4] = rng.normal(size=(count, 4))[number]
            z = log_odds_of(part) + effect * rng.normal(size=count)[number]
            parts.append(labelled(part, z, rng, number.astype(np.float64)))
        return parts[0], parts[1]
    turn = 1.2 if case.kind == "drift" else 0.0
    moment = np.arange(case.rows) / case.rows
    later = 1.0 + rng.random(FRESH) / 6.0
    return (
        labelled(X, log_odds_of(X, turn * moment), rng, moment),
        labelled(fresh, log_odds_of(fresh, turn * later), rng, later),
    )


def true_scores(forecast: Floats, z: Floats) -> dict[str, float]:
    """Expected scores of a forecast of rows whose true log-odds are ``z``."""
    p, q = sigmoid(z), sigmoid(forecast)
    order = np.argsort(forecast, kind="stable")
    yes, no = p[order], 1.0 - p[order]
    # A constant forecast ranks nothing.
    _, tie = np.unique(forecast[order], return_inverse=True)
    yes, no = np.bincount(tie, yes), np.bincount(tie, no)
    return {
        "log_loss": float(log_loss_from_logits(forecast, p).mean()),
        "brier": float(np.mean((q - p) ** 2 + p * (1.0 - p))),
        "auc": float(yes @ (np.cumsum(no) - 0.5 * no) / (yes.sum() * no.sum())),
    }


def one_run(work: tuple[Case, int]) -> dict[str, Any]:
    """Fit one simulated table; reported scores, their intervals, and the truth."""
    case, number = work
    rng = np.random.default_rng([case.rows, len(case.kind), ord(case.kind[0]), number])
    rows, fresh = draw(case, rng)
    if len(set(rows.y.tolist())) < 2:
        return {}
    role = {"groups": "groups", "steady": "time", "drift": "time"}.get(case.kind)
    learned = learn(
        as_frame(rows.frame),
        read_target(pl.Series(np.where(rows.y, "yes", "no")), name="y"),
        effort=case.effort,
        seed=number,
        jobs=1,
        **({role: rows.role} if role and rows.role is not None else {}),
    )
    model = learned.model
    found: dict[str, Any] = {"case": case.name, "run": number}
    truth = true_scores(model.log_odds(fresh.frame), fresh.z)
    for key in SCORES:
        reported = getattr(model.scores, key)
        found[key] = [reported.value, reported.low, reported.high, truth[key]]
    found["base"] = model.scores.base_log_loss
    found["p_value"] = model.scores.calibration_error.p_value
    if case.kind == "steady":
        plain = learn(
            as_frame(rows.frame),
            read_target(pl.Series(np.where(rows.y, "yes", "no")), name="y"),
            effort=case.effort,
            seed=number,
            jobs=1,
        )
        found["without_time"] = true_scores(plain.model.log_odds(fresh.frame), fresh.z)["log_loss"]
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
    out["auc_above"] = float(np.mean([run["auc"][1] > 0.5 for run in runs]))
    out["miscalibrated"] = float(np.mean([run["p_value"] < 0.05 for run in runs]))
    if case.kind == "steady":
        out["time_costs"] = float(
            np.mean([run["log_loss"][3] - run["without_time"] for run in runs])
        )
    return out


def table_of(found: dict[str, dict[str, float]]) -> str:
    header = [
        "simulation", "runs", "true log-loss", "reported − true", "± s.e.", "log-loss held",
        "Brier held", "AUC − true", "AUC held", "AUC above 0.5", "said miscalibrated",
    ]  # fmt: skip
    rows = [
        [
            name,
            f"{of['runs']:.0f}",
            f"{of['log_loss_true']:.4f}",
            f"{of['log_loss_gap']:+.4f}",
            f"{of['log_loss_error']:.4f}",
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
) -> list[dict[str, Any]]:
    """All runs of all cases, those ``done`` before among them.

    What is not done after ``limit`` seconds is left out. Every run is a line of the journal.
    """
    out = list(done)
    ready = {(run["case"], run["run"]) for run in done}
    work = [(case, n) for n in range(runs) for case in chosen if (case.name, n) not in ready]
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
