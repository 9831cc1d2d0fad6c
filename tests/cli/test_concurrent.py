"""Two fits at once, and processes made after import by fork and by spawn: correct, or refused."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TINY = Path(__file__).with_name("tiny_fit.py")


def start(folder: Path, out: str, *more: str) -> "subprocess.Popen[bytes]":
    words = ["fit", "people.csv", "--target", "answer", "--no-report", "--out", out, *more]
    return subprocess.Popen(
        [sys.executable, str(TINY), *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def test_two_fits_into_one_folder(table):
    folder = table.parent
    together = [start(folder, "a.odds"), start(folder, "b.odds", "--jobs", "2")]
    text = [process.communicate()[1] for process in together]
    assert [process.returncode for process in together] == [0, 0], text
    assert (folder / "a.odds").read_bytes() == (folder / "b.odds").read_bytes()
    assert {path.name for path in folder.iterdir()} == {"people.csv", "a.odds", "b.odds"}


def test_two_fits_to_one_file(table):
    folder = table.parent
    together = [start(folder, "a.odds"), start(folder, "a.odds")]
    text = [process.communicate()[1] for process in together]
    codes = sorted(process.returncode for process in together)
    # The second may have come when the first was done.
    assert codes in ([0, 1], [0, 0]), text
    if codes == [0, 1]:
        refused = text[[process.returncode for process in together].index(1)].decode()
        # The number of the other process is left out while that one is about to write it.
        metadata_of = r"Error: a\.odds is being made by another fit( \(process [0-9]+\))?: "
        assert re.match(metadata_of, refused), refused
        assert "wait for it, or choose another name with --out" in refused
    assert start(folder, "b.odds").wait() == 0
    assert (folder / "a.odds").read_bytes() == (folder / "b.odds").read_bytes()
    assert {path.name for path in folder.iterdir()} == {"people.csv", "a.odds", "b.odds"}


SCORE = """
import multiprocessing, sys
from trueodds import load
from trueodds.table import read_table

def score(model, table):
    return load(model).predict(read_table(table)).tobytes()

def row(model, cells):
    return load(model).predict(cells).tobytes()

if __name__ == "__main__":
    way, moment, model, table = sys.argv[1:]
    cells = {"age": 40, "job": "cook", "smoker": "no", "since": "2020-01-01", "shop": "s1"}
    used = None
    if moment == "use":
        used = score(model, table), row(model, cells)
    with multiprocessing.get_context(way).Pool(2) as pool:
        rows = [pool.apply_async(row, (model, cells)) for _ in range(6)]
        rows = {job.get(timeout=120) for job in rows}
        tables = [pool.apply_async(score, (model, table)) for _ in range(6)]
        tables = {job.get(timeout=120) for job in tables}
    print(tables | rows == set(used or (score(model, table), row(model, cells))))
"""


def run_script(folder: Path, code: str, *words: object) -> "subprocess.CompletedProcess[str]":
    script = folder / "script.py"
    script.write_text(code)
    command = [sys.executable, str(script), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)


need_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


@pytest.mark.parametrize(
    ("way", "moment"),
    [pytest.param("fork", "import", marks=need_fork), ("spawn", "import"), ("spawn", "use")],
)
def test_children_score_the_same_bits(tmp_path, model_file, table, way, moment):
    done = run_script(tmp_path, SCORE, way, moment, model_file, table)
    assert done.stdout.strip() == "True", done.stderr


@need_fork
def test_a_fork_after_a_table_was_read_is_refused_and_does_not_hang(tmp_path, model_file, table):
    done = run_script(tmp_path, SCORE, "fork", "use", model_file, table)
    assert done.returncode == 1
    assert "TrueOddsError: this process was forked from one that had worked on a table" in (
        done.stderr
    )
    assert "polars' threads do not survive a fork" in done.stderr


FIT = """
import multiprocessing, sys
from dataclasses import replace
import numpy as np
import trueodds.main_job
from trueodds.functions import sigmoid
from trueodds.table import as_column
from trueodds.table import as_frame
from trueodds.columns import read_target
from trueodds.training.recipe import Recipe

trueodds.main_job.recipe_for = lambda effort: replace(
    Recipe(), folds=2, members=1, widths=(8,), epochs=2, least_steps=20)
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 2))

def fit(jobs):
    target = read_target(as_column(X.sum(axis=1) > 0))
    model = trueodds.main_job.learn(as_frame(X), target, jobs=jobs).model
    return model.predict(X).tobytes()

if __name__ == "__main__":
    sigmoid(rng.normal(size=1_000_000))
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        made = pool.map_async(fit, [1, 2]).get(timeout=200)
    print(set(made) == {fit(1)})
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", [pytest.param("fork", marks=need_fork), "spawn"])
def test_children_train_the_same_bits(tmp_path, way):
    done = run_script(tmp_path, FIT, way)
    assert done.stdout.strip() == "True", done.stderr
