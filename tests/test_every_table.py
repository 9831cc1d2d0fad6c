"""The whole way on every real table: fit, predict, evaluate, as a person types them."""

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from real_tables import DATA, MANIFEST, NAMES, needs_tables
from trueodds.table import read_table

WITH_REPORT = ("titanic", "mammography")
WHOLE = ("medical_no_show", "skin_segmentation")
"""Tables that are tried with all their rows, one of words and dates and the longest; other large
ones are thinned."""
MOST_ROWS, MOST_CELLS = 10_000, 1_000_000


def thinned(about: dict[str, Any], folder: Path) -> Path:
    """The table's file, or a copy with some of its lines, evenly apart.

    No cell of these tables has a line break in it.
    """
    whole = DATA / about["file"]
    most = min(MOST_ROWS, MOST_CELLS // about["columns"])
    if about["rows"] <= most or about["name"] in WHOLE:
        return whole
    read = gzip.open if whole.suffix == ".gz" else open
    with read(whole, "rt", encoding="utf-8", newline="") as file:
        header, *lines = file
    some = [lines[i * len(lines) // most] for i in range(most)]
    copy = folder / whole.name.removesuffix(".gz")
    copy.write_text("".join([header, *some]), encoding="utf-8", newline="")
    return copy


def trueodds(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "trueodds", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.slow
@needs_tables
@pytest.mark.parametrize("about", MANIFEST, ids=NAMES)
def test_fit_predict_evaluate(about: dict[str, Any], tmp_path: Path) -> None:
    table, scored = thinned(about, tmp_path), tmp_path / "scored.csv"
    drop = [word for name in about["drop"] for word in ("--drop", name)]
    report = [] if about["name"] in WITH_REPORT else ["--no-report"]
    fit = ["fit", str(table), "--target", about["target"], *drop, *report, "--effort", "quick"]
    told = json.loads(trueodds(tmp_path, *fit, "--out", "m.odds", "--json"))
    assert told
    assert (tmp_path / "m.html").exists() == (not report)

    trueodds(tmp_path, "predict", "m.odds", str(table), "--out", "scored.csv")
    before = read_table(table)
    after = read_table(scored)
    assert after.rows == before.rows
    assert after.headers == (*before.headers, "probability")
    untouched = after.data.select(after.names[:-1])
    assert untouched.rows() == before.data.rows()
    probability = after.column("probability").cast(pl.Float64)
    assert 0.0 < float(probability.min()) <= float(probability.max()) < 1.0  # type: ignore[arg-type]

    found = json.loads(trueodds(tmp_path, "evaluate", "m.odds", str(table), "--json"))
    scores = found.get("scores", found)
    assert scores["log_loss"]["value"] < scores["base_log_loss"]
    missing = about["target_missing_rows"]
    assert (scores["rows"] == before.rows) == (missing == 0)
    if before.rows == about["rows"]:
        assert scores["rows"] == before.rows - missing
    with scored.open(encoding="utf-8", newline="") as file:
        assert len(next(csv.reader(file))) == len(after.headers)
