"""The parts of `speed_table.py`: each measures ours and the peers in turns."""

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import first_version
import machine
import processes
import scale
import scoring_speed
import tables
from peer_preparation import Preparation
from scoring_peers import Peer, Rows
from trueodds import TrueOddsClassifier, load

HERE = Path(__file__).parent
PEERS = ("lightgbm", "catboost")
TABLES = ("adult", "oil_spill", "sonar")
"""One table of many rows and words, a wide one, and one whose model keeps many networks."""
FIT_TABLES = (
    *("adult", "oil_spill", "german_credit", "phoneme", "sonar"),
    *("telco_churn", "titanic", "spambase", "bank_marketing", "stroke"),
)
"""Tables of fits, of all sizes; those that the time suffices for, in this order."""
MOST_ROWS = 10_000
SIZES = [1_000, 10_000]
MOST_TWICE = 1_000_000
"""Larger files are scored once."""
SECONDS_A_ROW = 1e-4
"""What a command that scores a file may take for each row, beside ten minutes."""
FITTED = {
    "trueodds_quick": "trueodds_quick",
    "trueodds 0.1.0 quick": "trueodds_quick",
    "trueodds": "trueodds",
    "trueodds 0.1.0 standard": "trueodds",
    "catboost": "catboost",
    "catboost_cv5": "catboost_cv5",
}
"""Contenders of fits in their turns, as `one_fit.py` calls them."""
IMPORTS = {
    "trueodds": "from trueodds import TrueOddsClassifier",
    "scikit-learn's base class alone": "from sklearn.base import BaseEstimator, ClassifierMixin",
    "NumPy and polars alone": "import numpy, polars",
    "HistGradientBoosting": "from sklearn.ensemble import HistGradientBoostingClassifier",
    "lightgbm": "from lightgbm import LGBMClassifier",
    "catboost": "from catboost import CatBoostClassifier",
}
Found = dict[str, Any]


def checked(
    command: list[str], timeout: float = 900.0, extra: dict[str, str] | None = None
) -> processes.Finished:
    """Run a command that has to end well."""
    done = processes.run(command, timeout, extra=extra)
    if done.code:
        raise SystemExit(
            f"{' '.join(command[:6])} … ended with {done.code}:\n{done.stderr[-2000:]}"
        )
    return done


def script(name: str, *words: str) -> list[str]:
    """Give the command line of a script beside this one."""
    return processes.python(str(HERE / name), *words)


def trueodds(*words: str) -> list[str]:
    """Give the command line of trueodds."""
    return processes.python("-m", "trueodds", *words)


def in_turns(commands: dict[str, list[str]], rounds: int) -> Found:
    """Seconds and processor seconds of fresh processes: medians and minima, the first left out."""
    each: dict[str, list[processes.Finished]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            each[name].append(checked(command))
    return {
        name: {
            "seconds": median(d.seconds for d in done[1:]),
            "least_seconds": min(d.seconds for d in done[1:]),
            "cpu_seconds": median(d.cpu_seconds for d in done[1:]),
            "least_cpu_seconds": min(d.cpu_seconds for d in done[1:]),
        }
        for name, done in each.items()
    }


def scoring(folder: Path, rounds: int, models: dict[str, Path]) -> Found:
    """One row and batches on three tables, one and all threads."""
    found: Found = {}
    for name in TABLES:
        about = next(entry for entry in tables.manifest() if entry["name"] == name)
        X, y = tables.load(name, MOST_ROWS)
        path = models.get(name, folder / f"{name}.odds")
        if name not in models:
            TrueOddsClassifier().fit(X, y.astype(int)).model_.save(path)
        model = load(path)
        preparation = Preparation(X, about["categorical_columns"])
        frame = preparation.apply(X)
        peers = [Peer(peer, frame, y, Rows(X, preparation)) for peer in PEERS]
        scoring_speed.require_agreement(peers, X, frame)
        seconds = scoring_speed.every_way(model, X, frame, peers, SIZES, rounds)
        members = model.networks.members
        found[name] = {
            "rows": len(X),
            "columns": X.shape[1],
            "members": len(members),
            "soft": len(model.networks.soft),
            "parameters": sum(member.parameters for member in members),
            "seconds": seconds,
        }
        tell(f"scoring {name}: {len(members)} networks")
    return found


def fits(folder: Path, seconds: float) -> Found:
    """Processor time of fits of one thread, and the log-loss of rows held back.

    A table is begun while ``seconds`` suffice for one that takes as long as the longest so far.
    Version 0.1.0 is fitted from its own source, where the history holds it.
    """
    first = first_version.environment(folder)
    fitted = {name: None if name == kept else first for name, kept in FITTED.items()}
    contenders = [name for name in FITTED if first or name == FITTED[name]]
    if not first:
        tell(f"0.1.0 is left out: git has no {first_version.COMMIT} here")

    def fit(table: str, contender: str, rows: int) -> Found:
        words = [table, FITTED[contender], "--rows", str(rows)]
        command = script("one_fit.py", *words, "--losses", str(folder / "losses.npy"))
        line = checked(command, extra=fitted[contender]).stdout.splitlines()[-1]
        done: Found = json.loads(line)
        return done

    for contender in contenders:  # so that no fit that counts compiles
        if contender.startswith("trueodds"):
            fit(FIT_TABLES[0], contender, 1_000)
    found: Found = {}
    begun, longest = time.perf_counter(), 0.0
    for name in FIT_TABLES:
        start = time.perf_counter()
        if start - begun + longest > seconds:
            break
        for contender in contenders:
            done = fit(name, contender, MOST_ROWS)
            kept = ("cpu_seconds", "fit_seconds", "log_loss", "rows_fitted")
            found.setdefault(name, {})[contender] = {key: done[key] for key in kept}
            tell(f"fit {name}, {contender}: {done['cpu_seconds']:.1f} s of processor time")
        longest = max(longest, time.perf_counter() - start)
    return found


def trained(folder: Path) -> tuple[str, dict[str, str]]:
    """A model of `scale.py`'s table, and the peers' of the same 20,000 rows; made once."""
    table, model = folder / "shown.csv", str(folder / "scale.odds")
    kept = {peer: str(folder / f"{peer}.pickle") for peer in PEERS}
    if table.exists():
        return model, kept
    scale.make_table(table, 20_000)
    words = ["fit", str(table), "--target", "answer", "--effort", "quick", "--no-report"]
    checked(trueodds(*words, "--out", model))
    for peer in PEERS:
        checked(script("speed_peer.py", "fit", peer, str(table), "answer", "yes", kept[peer]))
    return model, kept


def starts(folder: Path, rounds: int) -> Found:
    """Fresh processes: one row scored, and the import of an estimator."""
    model, peers = trained(folder)
    new, out = folder / "one.csv", str(folder / "one.scored.csv")
    scale.make_table(new, 1)
    one = {"trueodds": trueodds("predict", model, str(new), "--out", out)}
    for peer, kept in peers.items():
        one[peer] = script("speed_peer.py", "score", kept, str(new), out)
    imports = {name: processes.python("-c", code) for name, code in IMPORTS.items()}
    return {"one row": in_turns(one, rounds), "import": in_turns(imports, rounds)}


def csv(folder: Path, sizes: list[int]) -> Found:
    """``predict`` of a CSV of two sizes beside LightGBM through pandas: rate, time and memory."""
    model, peers = trained(folder)
    new, out = folder / "new.csv", folder / "scored.csv"
    found: Found = {}
    for rows in sizes:
        scale.make_table(new, rows)
        commands = {
            "trueodds": trueodds("predict", model, str(new), "--out", str(out)),
            "lightgbm": script("speed_peer.py", "score", peers["lightgbm"], str(new), str(out)),
        }
        each: dict[str, list[Found]] = {name: [] for name in commands}
        for _ in range(2 if rows <= MOST_TWICE else 1):
            for name, command in commands.items():
                size = new.stat().st_size / 1e6
                done = checked(command, 600.0 + SECONDS_A_ROW * rows)
                each[name].append(scale.figures(name, rows, size, done))
                tell(f"{name}, {rows:,} rows: {each[name][-1]['rows_per_second']:,} rows/s")
                require_lines(out, rows)
                out.unlink()
        found[str(rows)] = {
            name: min(done, key=lambda one: one["seconds"]) for name, done in each.items()
        }
        new.unlink()
    return found


def require_lines(path: Path, rows: int) -> None:
    """Refuse a scored file that lacks rows."""
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    if lines != rows + 1:
        raise SystemExit(f"{path.name} has {lines} lines for {rows} rows")


def million(folder: Path, rows: int, seconds: float) -> Found:
    """``fit`` of many rows, effort standard, and five models of each peer, each within a time.

    Ours is fitted plainly and under ``--memory``. All take every core.
    """
    table, model = folder / "table.csv", folder / "million.odds"
    scale.make_table(table, rows)
    fit = trueodds("fit", str(table), "--target", "answer", "--no-report", "--out", str(model))
    commands = {"plain": fit, "--memory 1GB": [*fit, "--memory", "1GB"]}
    for peer in PEERS:
        words = [peer, str(table), "answer", "yes", str(model), str(machine.cores())]
        commands[peer] = script("speed_peer.py", "fit5", *words)
    found: Found = {"rows": rows, "most_seconds": seconds}
    for name, command in commands.items():
        done = processes.run(command, seconds)
        if done.code and "stopped after" not in done.stderr:
            raise SystemExit(f"fit of {rows} rows ended with {done.code}:\n{done.stderr[-2000:]}")
        size = table.stat().st_size / 1e6
        found[name] = {**scale.figures(name, rows, size, done), "finished": not done.code}
        tell(f"fit of {rows:,} rows, {name}: {found[name]['seconds']} s")
        model.unlink(missing_ok=True)
    return found


def tell(text: str) -> None:
    """Say on standard error how far the run is."""
    print(text, file=sys.stderr, flush=True)
