"""A small table with everything in it, a model of it, and ways to run the command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from trueodds.cli.app import app

ROWS = 240


def table_text(labels: tuple[str, str] = ("no", "yes"), rows: int = ROWS, seed: int = 7) -> str:
    """CSV with numbers, categories, yes/no, dates, blanks, a constant and an identifier."""
    rng = np.random.default_rng(seed)
    lines = ["id,age,job,smoker,since,unit,shop,wt, answer "]
    for i in range(rows):
        age = int(rng.integers(18, 80))
        job = ["clerk", "smith", "", "cook"][int(rng.integers(4))]
        smoker = ["yes", "no"][int(rng.integers(2))]
        since = f"20{rng.integers(10, 24)}-{rng.integers(1, 13):02d}-{rng.integers(1, 28):02d}"
        z = (age - 45) / 8 + (job == "smith") - (smoker == "yes")
        label = labels[int(rng.random() < 1 / (1 + np.exp(-z)))]
        lines.append(
            f"{10000 + i}, {age} ,{job},{smoker},{since},kg,s{rng.integers(40)},"
            f"{rng.integers(1, 4)},{label}"
        )
    return "\n".join(lines) + "\n"


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""

    def call(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return call


@pytest.fixture
def spawn() -> Callable[..., "subprocess.CompletedProcess[bytes]"]:
    """Run a command in a process of its own."""

    def call(*words: object, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
        command = [sys.executable, "-m", "trueodds", *map(str, words)]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "100"}
        return subprocess.run(command, cwd=cwd, capture_output=True, env=environment, check=False)

    return call


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(table_text(), encoding="utf-8")
    return path


@pytest.fixture
def new_table(tmp_path: Path) -> Path:
    """Rows that the model has not seen."""
    path = tmp_path / "new_people.csv"
    path.write_text(table_text(seed=8), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the table, fitted once."""
    folder = tmp_path_factory.mktemp("model")
    train = folder / "people.csv"
    train.write_text(table_text(), encoding="utf-8")
    out = folder / "people.odds"
    words = ["fit", train, "--target", "answer", "--effort", "quick", "--out", out, "--no-report"]
    words += ["--weight", "wt"]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return out
