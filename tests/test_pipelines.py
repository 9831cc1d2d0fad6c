"""The example in docs/pipelines.md runs, stops where a check fires, goes on after drift."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from json_schema import fits

ROOT = Path(__file__).parents[1]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's Makefile, its table, and a ``trueodds`` on the path that fits little."""
    made = tmp_path_factory.mktemp("pipeline")
    page = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```make\n(.*?)^```$", page, re.M | re.S)
    (made / "loans.mk").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "examples", made / "examples")
    command = made / "bin" / "trueodds"
    command.parent.mkdir()
    tiny = ROOT / "tests" / "cli" / "tiny_fit.py"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{tiny}" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return made


def make(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    environment["TINY_STEPS"] = "50"
    return subprocess.run(
        ["make", "-f", "loans.mk", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_once_goes_on_after_drift_and_stops_at_a_check(folder: Path) -> None:
    done = make(folder)
    assert done.returncode == 0, done.stderr
    scored = pl.read_csv(folder / "scored.csv")
    assert scored["probability"].is_between(0.0, 1.0).all()
    assert not fits((folder / "drift.json").read_text("utf-8"), "drift")["drifted"]
    fits((folder / "check.json").read_text("utf-8"), "check")
    assert make(folder, "-q").returncode == 0

    new = folder / "examples" / "german_credit_new.csv"
    moved = pl.read_csv(new).with_columns(pl.col("age") + 40)
    moved.write_csv(new)
    done = make(folder)
    assert done.returncode == 0, done.stderr
    assert "trueodds fit" not in done.stdout
    assert fits((folder / "drift.json").read_text("utf-8"), "drift")["drifted"]
    assert pl.read_csv(folder / "scored.csv")["age"].to_list() == moved["age"].to_list()

    # The tiny model has faults: a run that must not have them ends.
    fired = {
        check["code"]
        for check in fits((folder / "check.json").read_text("utf-8"), "check")["checks"]
    }
    for name in ("check.json", "scored.csv"):
        (folder / name).unlink()
    done = make(folder, f"LEAKS=--fail-on {min(fired)}")
    assert done.returncode == 2
    assert "Error 4" in done.stderr
    assert not (folder / "check.json").exists()
    assert not (folder / "scored.csv").exists()
