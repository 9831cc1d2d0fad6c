"""Uses an installed trueodds as a user does: python smoke.py EXAMPLES, in an empty folder.

It needs nothing but trueodds and what trueodds needs, and it ends with exit code 0 or a traceback.
EXAMPLES is the folder `examples` of the source.
"""

import csv
import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from importlib.metadata import requires, version
from pathlib import Path

import numpy as np
import polars as pl

import trueodds

EXAMPLES = Path(sys.argv[1]).resolve()
NEW = EXAMPLES / "german_credit_new.csv"
SCRIPTS = sysconfig.get_path("scripts")
STEPS: list[Callable[[], None]] = []


def step(function: Callable[[], None]) -> Callable[[], None]:
    """Put a step behind the earlier ones."""
    STEPS.append(function)
    return function


def command(*words: str, code: int = 0) -> str:
    """What a trueodds command prints; it must end with this exit code."""
    program = shutil.which("trueodds", path=SCRIPTS)
    assert program is not None, f"no command trueodds in {SCRIPTS}"
    done = subprocess.run([program, *words], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == code, f"trueodds {words}\n{done.stdout}\n{done.stderr}"
    return done.stdout if code == 0 else done.stderr


def scored(path: Path) -> np.ndarray:
    """The column of probabilities of a table that predict wrote."""
    with open(path, encoding="utf-8", newline="") as text:
        return np.array([float(row["probability"]) for row in csv.DictReader(text)])


@step
def it_is_the_installed_package() -> None:
    home = Path(trueodds.__file__).resolve()
    assert home.is_relative_to(Path(sysconfig.get_path("purelib")).resolve()), home
    assert home.with_name("py.typed").is_file()
    assert version("trueodds") == trueodds.__version__
    assert command("--version").split() == ["trueodds", trueodds.__version__]
    assert requires("trueodds")


@step
def fit_writes_a_model_and_a_page() -> None:
    table = str(EXAMPLES / "german_credit.csv")
    words = ["--target", "default", "--positive", "2", "--effort", "quick", "--out", "credit.odds"]
    command("fit", table, *words)
    page = Path("credit.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert "vegaEmbed" in page or "DecompressionStream" in page


@step
def predict_scores_every_row() -> None:
    command("predict", "credit.odds", str(NEW), "--out", "scored.csv", "--explain", "2")
    found = scored(Path("scored.csv"))
    assert len(found) == 200
    assert ((found > 0.0) & (found < 1.0)).all()


@step
def evaluate_is_better_than_the_base_rate() -> None:
    told = json.loads(command("evaluate", "credit.odds", str(NEW), "--json"))["scores"]
    scores = trueodds.load("credit.odds").evaluate(pl.read_csv(NEW)).scores
    assert told["rows"] == scores.rows == 200
    assert told["log_loss"]["value"] == scores.log_loss.value
    assert scores.log_loss.value < told["base_log_loss"]


@step
def the_other_commands_answer() -> None:
    assert json.loads(command("inspect", "credit.odds", "--json"))
    assert json.loads(command("decide", "credit.odds", str(NEW), "--json"))
    assert json.loads(command("drift", "credit.odds", str(NEW), "--json"))
    assert "credit" in command("card", "credit.odds")


@step
def python_gives_the_bits_of_the_command_line() -> None:
    model = trueodds.load("credit.odds")
    assert (model.predict(pl.read_csv(NEW)) == scored(Path("scored.csv"))).all()
    table = pl.read_csv(EXAMPLES / "german_credit.csv")
    learned = trueodds.TrueOddsClassifier(effort="quick", positive=2)
    learned.fit(table.drop("default"), table["default"])
    found = learned.predict_proba(pl.read_csv(NEW).drop("default"))
    assert found.shape == (200, 2)


@step
def javascript_gives_the_bits_of_python() -> None:
    command("export", "credit.odds", "--js", "credit.mjs")
    node = shutil.which("node")
    if node is None:
        print("  node is not here: the module is written and not run")
        return
    with open(NEW, encoding="utf-8", newline="") as text:
        rows = json.dumps(list(csv.DictReader(text)))
    code = (
        'import { score } from "./credit.mjs";\n'
        f"console.log(JSON.stringify({rows}.map((row) => score(row).probability)));\n"
    )
    Path("run.mjs").write_text(code, encoding="utf-8")
    done = subprocess.run([node, "run.mjs"], capture_output=True, text=True, check=True)
    assert (np.array(json.loads(done.stdout)) == scored(Path("scored.csv"))).all()


@step
def a_wrong_name_ends_in_one_sentence() -> None:
    said = command("fit", str(NEW), "--target", "no such column", code=2)
    assert "no such column" in said
    assert "Traceback" not in said


if __name__ == "__main__":
    for each in STEPS:
        print(each.__name__.replace("_", " "), flush=True)
        each()
    print(f"{len(STEPS)} passed, 0 failed")
